"""Everybody who knocks: each role of each side, and those who should find closed doors."""

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client

from partnerships.models import Organisation, Role, User
from partnerships.models.people import OFFICE_ROLES, PARTY_ROLES, SUBMITTING_ROLES, WRITING_ROLES
from tests.factories.parties import make_person

SIDES = ("swedish", "partner", "other")
OFFICE = tuple(f"icld {role}" for role in Role if role in OFFICE_ROLES)
OUTSIDE = f"icld {Role.EXTERNAL_ASSESSOR}"
# No browser of theirs is signed in, or it is no longer.
SIGNED_OUT = ("signed_out", "inactive")
# ICLD's officer, decision maker and administrator in one, signed in by password alone.
NO_FACTOR = "no_factor"


def _of(side: str, roles: frozenset[Role] = PARTY_ROLES) -> set[str]:
    return {f"{side} {role}" for role in Role if role in roles}


# The words that the table uses; one person is a word too, with a hyphen: "icld-officer".
GROUPS: dict[str, set[str]] = {
    "swedish": _of("swedish"),
    "partner": _of("partner"),
    "other": _of("other"),
    "parties": _of("swedish") | _of("partner"),
    "writers": _of("swedish", WRITING_ROLES) | _of("partner", WRITING_ROLES),
    "swedish-writers": _of("swedish", WRITING_ROLES),
    "other-writers": _of("other", WRITING_ROLES),
    "submitters": _of("swedish", SUBMITTING_ROLES),
    # Who writes to the other side: in a party, and at ICLD.
    "penholders": {
        name
        for side in ("swedish", "partner")
        for name in _of(side, WRITING_ROLES | SUBMITTING_ROLES)
    },
    "answering": set(OFFICE) - {"icld assessor", "icld reader"},
    "icld": set(OFFICE),
    # Called in by ICLD to assess, and given no case yet.
    "outside": {OUTSIDE},
    "officers": {"icld officer", "icld decider"},
    "keepers": {"icld officer", "icld decider", "icld office_administrator"},
    # Has had every role in the Swedish party; the browser is still signed in.
    "removed": {"removed"},
    # Has a login, is invited to the Swedish party as coordinator and has not answered.
    "invited": {"invited"},
    # In no organisation; has accepted to audit one report.
    "auditor": {"auditor"},
    # In a party only the signatories have set up a second factor.
    "with-factor": {"auditor", *(f"{side} {Role.SIGNATORY}" for side in SIDES)},
    "nobody": set(SIGNED_OUT),
    "no-factor": {NO_FACTOR},
}
PEOPLE = [
    *(f"{side} {role}" for side in SIDES for role in Role if role in PARTY_ROLES),
    *OFFICE,
    OUTSIDE,
    "removed",
    "invited",
    "auditor",
    *SIGNED_OUT,
    NO_FACTOR,
]


def group(word: str) -> set[str]:
    """Return the people that a word of the table means."""
    if word == "*":
        return set(PEOPLE)
    if word in GROUPS:
        return GROUPS[word]
    person = word.replace("-", " ", 1)
    if person not in PEOPLE:
        raise LookupError(f"the table names {word}, who is nobody: see tests/matrix/people.py")
    return {person}


class Person:
    """One person at a browser of their own."""

    def __init__(self, user: User | None, *, factor: bool = True) -> None:
        self.user = user
        self.secret = ""
        self.session_key = ""
        self.client = Client(raise_request_exception=False)
        if user is None:
            return
        self.client.force_login(user)
        if factor:
            session = self.client.session
            shown = {"method": "mfa", "at": 0, "type": "totp"}
            session["account_authentication_methods"] = [shown]
            session.save()
        self.session_key = self.client.session.session_key

    @property
    def browser(self) -> Client:
        """The person's browser as it was at first: what was asked before leaves no cookie."""
        self.client.cookies.clear()
        if self.session_key:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.session_key
        return self.client


def make_people(
    swedish: Organisation, partner: Organisation, other: Organisation, icld: Organisation
) -> dict[str, Person]:
    """Make all of ``PEOPLE``, each in a browser that is signed in as far as it can be."""
    organisations = {"swedish": swedish, "partner": partner, "other": other, "icld": icld}
    people = {}
    for name in [*(name for name in PEOPLE if " " in name)]:
        side, role = name.split()
        people[name] = Person(make_person(name, organisations[side], Role(role)))
        if role == Role.SIGNATORY:
            _give_factor(people[name])
    people["removed"] = _who_was_there("removed", swedish)
    people["removed"].user.memberships.all().delete()
    people["invited"] = Person(make_person("invited", swedish))
    people["auditor"] = Person(make_person("auditor", swedish))
    _give_factor(people["auditor"])
    people["signed_out"] = Person(None)
    people["inactive"] = _who_was_there("inactive", swedish)
    User.objects.filter(pk=people["inactive"].user.pk).update(is_active=False)
    everything = (Role.OFFICER, Role.DECIDER, Role.OFFICE_ADMINISTRATOR)
    people[NO_FACTOR] = Person(make_person("no factor", icld, *everything), factor=False)
    return people


def _give_factor(person: Person) -> None:
    person.secret = generate_totp_secret()
    TOTP.activate(person.user, person.secret)


def _who_was_there(name: str, organisation: Organisation) -> Person:
    """Return somebody with every role of a party and an open session."""
    return Person(make_person(name, organisation, *sorted(PARTY_ROLES)))
