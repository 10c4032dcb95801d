"""What the matrix asks about steering groups: their seats, and the elections of countries."""

from datetime import date
from typing import Any

from icld_portal.versions import fingerprint
from partnerships.models import Country, Election, Partnership, SeatKind, SteeringGroup
from tests.factories.steering import make_group, seat_somebody
from tests.matrix.rows import Row

A_GROUP = "/steering-groups/{group}/"
A_TERM = f"{A_GROUP}terms/{{term}}/"
ELECTIONS = "/office/programme/elections/"
# Whoever writes for a party runs the group, whichever side they are; ICLD reads.
READ = "parties=200 icld=200"
RUN = "writers=200 parties=403 icld=403"
DONE = "writers=302! parties=403 icld=403"
SITTER = {"name": "Ny", "from_on": "2026-06-01", "seen": "{new}"}

GROUPS: dict[str, Row] = {
    "partnerships:begin_group": Row(
        "/partnerships/{partnership}/steering-group/",
        get=RUN,
        post=DONE,
        data={"name": "Vatten", "begins_on": "2027-01-01", "quorum_percent": "50", "seen": "{new}"},
    ),
    # Whoever reads no group has a list without rows.
    "partnerships:groups": Row("/steering-groups/", get="*=200"),
    "partnerships:groups_file": Row(
        "/steering-groups/file/",
        post="parties=302! icld=302! *=302",
        data={"format": "csv", "query": ""},
    ),
    "partnerships:group": Row(A_GROUP, get=READ),
    # Those forms send the mark of what they were opened over; without it nothing is saved.
    "partnerships:change_group": Row(
        f"{A_GROUP}change/", get=RUN, post="writers=422 parties=403 icld=403"
    ),
    "partnerships:end_group": Row(
        f"{A_GROUP}end/", get=RUN, post=DONE, data={"ended_on": "2027-01-01"}
    ),
    "partnerships:open_group_again": Row("/steering-groups/{ended}/open-again/", post=DONE),
    "partnerships:delete_group": Row(
        "/steering-groups/{ended}/delete/", get=RUN, post=DONE, data={"sure": "yes"}
    ),
    "applications:group_cases": Row(
        f"{A_GROUP}cases/", get=RUN, post="writers=422 parties=403 icld=403"
    ),
    "partnerships:seats": Row(f"{A_GROUP}seats/", get=READ),
    "partnerships:add_seats": Row("/steering-groups/{ended}/seats/of/{joined}/add/", post=DONE),
    "partnerships:seat": Row(f"{A_GROUP}seats/{{seat}}/", get=READ),
    "partnerships:seat_person": Row(
        f"{A_GROUP}seats/{{vacant}}/person/", get=RUN, post=DONE, data=SITTER
    ),
    "partnerships:term": Row(A_TERM, get=RUN, post="writers=422 parties=403 icld=403"),
    "partnerships:end_term": Row(f"{A_TERM}end/", get=RUN, post=DONE, data={"to_on": "2026-12-31"}),
    "partnerships:remove_term": Row(f"{A_TERM}remove/", get=RUN, post=DONE, data={"sure": "yes"}),
    "partnerships:elections": Row(ELECTIONS, get="icld=200"),
    "partnerships:add_election": Row(f"{ELECTIONS}add/", get="icld=200", post="icld=422"),
    "partnerships:election": Row(f"{ELECTIONS}{{election}}/", get="icld=200", post="icld=422"),
    "partnerships:remove_election": Row(f"{ELECTIONS}{{election}}/remove/", post="icld=302!"),
}


def group_words(partnership: Partnership) -> dict[str, Any]:
    """A group with one filled seat, one without a party's seats, and an election."""
    group = make_group(partnership, "En annan")
    ended = SteeringGroup.objects.create(
        partnership=partnership,
        name="Avslutad",
        begins_on=date(2026, 1, 1),
        ended_on=date(2026, 2, 1),
    )
    joined = partnership.parties.get(is_grantee=False)
    term = seat_somebody(group, joined, SeatKind.COORDINATOR, "Test Sittande", with_login=False)
    country = Country.objects.get(code="SE")
    names = {"name_sv": "Val", "name_en": "Elections"}
    return {
        "group": group.pk,
        "ended": ended.pk,
        "joined": joined.pk,
        "seat": term.seat_id,
        "term": term.pk,
        "vacant": group.seats.get(party=joined, kind=SeatKind.LEADING_OFFICIAL).pk,
        "election": Election.objects.create(country=country, held_on=date(2026, 9, 13), **names).pk,
        # The mark of a form that is opened over nothing.
        "new": fingerprint({}),
    }
