"""Making people and partnerships for tests."""

from itertools import count

from partnerships.models import (
    Membership,
    Organisation,
    OrganisationSide,
    Partnership,
    Party,
    PartySide,
    Role,
    User,
)

NUMBERS = count(1)


def make_person(name: str, organisation: Organisation, *roles: Role, language: str = "sv") -> User:
    """Make a person with ``roles`` in ``organisation``; the address is nobody's."""
    user = User.objects.create_user(
        f"person-{next(NUMBERS)}@example.org", "a long test password", name=name, language=language
    )
    Membership.objects.bulk_create(
        Membership(user=user, organisation=organisation, role=role) for role in roles
    )
    return user


def make_partnership(*organisations: Organisation) -> Partnership:
    """Make a partnership; the first Swedish organisation is the grantee."""
    partnership = Partnership.objects.create(name=" – ".join(one.name for one in organisations))
    for number, organisation in enumerate(organisations):
        swedish = organisation.kind.side == OrganisationSide.SWEDISH
        Party.objects.create(
            partnership=partnership,
            organisation=organisation,
            side=PartySide.SWEDISH if swedish else PartySide.PARTNER,
            is_grantee=swedish and number == 0,
        )
    return partnership
