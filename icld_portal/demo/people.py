"""The demo's people: invented names, addresses that cannot exist, one shared password."""

import base64
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.auth.hashers import make_password
from django.utils.text import slugify

from partnerships.models import Membership, Organisation, OrganisationSide, Role, User
from partnerships.models.people import ICLD_ROLES
from partnerships.programme import OFFICE_NAME

PASSWORD = "demo-ingenting-ar-pa-riktigt"  # noqa: S105 - known to everybody, in the demo alone.
DOMAIN = "example.org"
CODE_SECONDS = 30

# Address, name, role: everybody at ICLD.
OFFICE_PEOPLE = (
    ("officer", "Handa Läggarsson", Role.OFFICER),
    ("officer2", "Exempel Handläggargren", Role.OFFICER),
    ("decider", "Beslut Fattarsson", Role.DECIDER),
    ("finance", "Siffran Ekonomberg", Role.OFFICE_FINANCE),
    ("administrator", "Adde Ministratorsson", Role.OFFICE_ADMINISTRATOR),
    ("assessor", "Dömer Bedömarsson", Role.ASSESSOR),
    ("external", "Extern Bedömargren", Role.EXTERNAL_ASSESSOR),
    ("reader", "Läsa Läsarsson", Role.READER),
)
# Organisations where every role has somebody, with the word in their addresses.
STARS = {
    "Robertsfors kommun": "robertsfors",
    "Machakos County": "machakos",
    "Lidköpings kommun": "lidkoping",
    "Lusaka City Council": "lusaka",
    "Östhammars kommun": "osthammar",
    "Poti": "poti",
}
SWEDISH_NAMES = {
    Role.ADMINISTRATOR: "Administratorsson",
    Role.COORDINATOR: "Samordnarsson",
    Role.PROJECT_MANAGER: "Projektledarsson",
    Role.FINANCE: "Ekonomsson",
    Role.SIGNATORY: "Undertecknarsson",
    Role.STEERING: "Styrgruppsson",
}
PARTNER_NAMES = {
    Role.COORDINATOR: "Coordinator",
    Role.SIGNATORY: "Signatory",
    Role.MEMBER: "Member",
}
SECOND_FACTOR_ROLES = ICLD_ROLES | {Role.SIGNATORY}
SWEDISH_FIRST = ("Exempla", "Test", "Provia", "Påhitta", "Fiktiv", "Låtsas", "Demona", "Attrapp")
PARTNER_FIRST = ("Demo", "Example", "Sample", "Invented", "Specimen", "Trial", "Fiction", "Model")


@dataclass(frozen=True)
class Person:
    """One demo person, as the sign-in page and ``seed_demo --json`` show them."""

    email: str
    name: str
    roles: tuple[str, ...]
    organisation: str
    totp_secret: str | None
    password: str = PASSWORD

    @property
    def is_main(self) -> bool:
        """Whether this is one of ICLD or of an organisation where every role has somebody."""
        return self.organisation in {OFFICE_NAME, *STARS}

    @property
    def role_words(self) -> str:
        """The roles in the reader's language."""
        return ", ".join(str(Role(role).label) for role in self.roles)

    @property
    def code(self) -> str:
        """The one-time code of this moment, or nothing."""
        return current_code(self.totp_secret) if self.totp_secret else ""


def current_code(secret: str) -> str:
    """Return the one-time code of ``secret`` now, as an authenticator app shows it."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // CODE_SECONDS)))


def totp_secret(email: str) -> str:
    """Return the second factor's secret of a demo person: always the same for an address."""
    return base64.b32encode(hashlib.sha256(f"demo {email}".encode()).digest()[:20]).decode()


# --- Making them ----------------------------------------------------------------------


def make_people(organisations: Sequence[Organisation]) -> None:
    """Make ICLD's people and those of ``organisations``, with roles and second factors."""
    office = Organisation.objects.get(name=OFFICE_NAME)
    wanted = [(f"{word}@icld.{DOMAIN}", name, role, office) for word, name, role in OFFICE_PEOPLE]
    for number, organisation in enumerate(organisations):
        wanted += _members(organisation, number)
    hashed = make_password(PASSWORD)  # Once: an honest hash takes a twentieth of a second.
    people = {
        email: User(email=email, name=name, password=hashed, language=_language(organisation))
        for email, name, _role, organisation in wanted
    }
    User.objects.bulk_create(people.values())
    users = {user.email: user for user in User.objects.filter(email__endswith=DOMAIN)}
    Membership.objects.bulk_create(
        Membership(user=users[email], organisation=organisation, role=role)
        for email, _name, role, organisation in wanted
    )
    for email, _name, role, _organisation in wanted:
        if role in SECOND_FACTOR_ROLES:
            TOTP.activate(users[email], totp_secret(email))


def _members(organisation: Organisation, number: int) -> list[tuple[str, str, Role, Organisation]]:
    swedish = _is_swedish(organisation)
    names = SWEDISH_NAMES if swedish else PARTNER_NAMES
    first = (SWEDISH_FIRST if swedish else PARTNER_FIRST)[number % len(SWEDISH_FIRST)]
    word = STARS.get(organisation.name)
    if word is None:
        names, word = {Role.COORDINATOR: names[Role.COORDINATOR]}, slugify(organisation.name)
    members = [
        (
            f"{role.value.replace('_', '-')}@{word}.{DOMAIN}",
            f"{first} {last}" if swedish else f"{first} {last} ({organisation.name})",
            role,
            organisation,
        )
        for role, last in names.items()
    ]
    if organisation.name not in STARS:  # In a small organisation the coordinator signs too.
        email, name, _role, _organisation = members[0]
        members.append((email, name, Role.SIGNATORY, organisation))
    return members


def _is_swedish(organisation: Organisation) -> bool:
    return organisation.kind.side != OrganisationSide.PARTNER


def _language(organisation: Organisation) -> str:
    return "sv" if _is_swedish(organisation) else "en"


# --- Showing them ---------------------------------------------------------------------


def demo_people() -> list[Person]:
    """Return the demo's people: ICLD first, then the organisations with every role."""
    users = (
        User.objects.filter(email__endswith=f".{DOMAIN}", is_active=True)
        .prefetch_related("memberships__organisation")
        .order_by("pk")
    )
    secrets = {
        authenticator.user_id: decrypt(authenticator.data["secret"])
        for authenticator in Authenticator.objects.filter(
            type=Authenticator.Type.TOTP, user__in=users
        )
    }
    people = [_person(user, secrets.get(user.pk)) for user in users]
    places = {name: place for place, name in enumerate([OFFICE_NAME, *STARS])}
    return sorted(people, key=lambda person: places.get(person.organisation, len(places)))


def _person(user: User, secret: str | None) -> Person:
    memberships = user.memberships.all()
    return Person(
        email=user.email,
        name=user.name,
        roles=tuple(membership.role for membership in memberships),
        organisation=", ".join(
            dict.fromkeys(membership.organisation.name for membership in memberships)
        ),
        totp_secret=secret,
    )
