"""The demo's steering group: eight seats of two parties, one of them vacant, and elections."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from applications import workflow as case_workflow
from icld_portal.demo.steering_meetings import make_meetings
from icld_portal.localize import STOCKHOLM
from partnerships import workflow
from partnerships.models import (
    Country,
    Election,
    Membership,
    Partnership,
    Party,
    Role,
    Seat,
    SeatKind,
    SteeringGroup,
    User,
)
from partnerships.workflow import Days, Sitter

# The partnership that has a steering group.
STEERED = "KP002"
NAME = "Styrgruppen Robertsfors–Machakos"
# Country, day, name in Swedish and English.
ELECTIONS = (
    ("SE", "2022-09-11", "Val till riksdag, region och kommun", "General elections"),
    ("SE", "2026-09-13", "Val till riksdag, region och kommun", "General elections"),
    ("KE", "2022-08-09", "Allmänna val", "General elections"),
    ("KE", "2027-08-10", "Allmänna val", "General elections"),
)
# Whoever sits without a login, or with the login of a role: kind, name, title, role.
SWEDISH = (
    (SeatKind.POLITICIAN_MAJORITY, "", "Ordförande i kommunstyrelsen", Role.STEERING),
    (SeatKind.POLITICIAN_OPPOSITION, "Exempla Motröstsson", "Ledamot i kommunstyrelsen", None),
    (SeatKind.COORDINATOR, "", "Samordnare", Role.COORDINATOR),
    (SeatKind.LEADING_OFFICIAL, "Exempla Förvaltningsson", "Förvaltningschef", None),
)
PARTNER = (
    (SeatKind.POLITICIAN_MAJORITY, "", "Member of the County Assembly", Role.MEMBER),
    (SeatKind.COORDINATOR, "", "Coordinator", Role.COORDINATOR),
    (SeatKind.LEADING_OFFICIAL, "Demo Director (Machakos County)", "Chief Officer", None),
)
EARLIER = "Exempla Föregångarsson"
SUCCEEDED_BEFORE = timedelta(days=50)


def make_steering(now: datetime, partnership: Partnership) -> SteeringGroup:
    """Begin a group two years ago, follow the partnership's cases and fill seven seats."""
    make_elections()
    today = timezone.localdate(now, STOCKHOLM)
    first = date(today.year - 2, 1, 1)
    swedish = partnership.parties.get(is_grantee=True)
    by = _with_role(swedish, Role.COORDINATOR)
    group = workflow.begin_group(partnership, name=NAME, begins_on=first, by=by)
    cases = case_workflow.followable(group, by)
    case_workflow.follow(group, cases.values_list("pk", flat=True), by=by)
    for party, rows in ((swedish, SWEDISH), (_partner(partnership), PARTNER)):
        for kind, name, title, role in rows:
            seat = group.seats.get(party=party, kind=kind)
            user = _with_role(party, role) if role else None
            sitter = Sitter(name=name, title=title, user=user)
            _seat(seat, sitter, first, today - SUCCEEDED_BEFORE, by=by)
    make_meetings(now, group, by=by)
    return group


def make_elections() -> None:
    """Write down some elections, as ICLD's administrators do."""
    countries = {country.code: country for country in Country.objects.all()}
    Election.objects.bulk_create(
        Election(
            country=countries[code],
            held_on=date.fromisoformat(day),
            name_sv=name_sv,
            name_en=name_en,
        )
        for code, day, name_sv, name_en in ELECTIONS
    )


def _seat(seat: Seat, sitter: Sitter, first: date, changed: date, *, by: User) -> None:
    """Seat somebody from the first day; the Swedish majority has changed person since."""
    if seat.kind == SeatKind.POLITICIAN_MAJORITY and seat.party.is_grantee:
        earlier = workflow.seat_person(
            seat, Sitter(name=EARLIER, title=sitter.title), Days(first), by=by
        )
        workflow.replace_person(earlier, sitter, Days(changed), by=by)
    else:
        workflow.seat_person(seat, sitter, Days(first), by=by)


def _partner(partnership: Partnership) -> Party:
    return partnership.parties.filter(is_grantee=False).order_by("pk")[0]


def _with_role(party: Party, role: Role) -> User:
    return Membership.objects.get(organisation=party.organisation_id, role=role).user
