"""The list of steering groups as CSV and XLSX, made by the worker for one person."""

from collections.abc import Callable
from typing import Any, BinaryIO

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal import exports
from icld_portal.exports import Cell
from icld_portal.files import XLSX
from icld_portal.localize import STOCKHOLM
from icld_portal.prepared import Made, Refused
from partnerships.filters import GroupFilter
from partnerships.group_health import groups_with_health
from partnerships.models import User

KIND = "steering_groups"
FORMATS = {"csv": "CSV", "xlsx": "XLSX"}


def make_group_list(
    by: User, facts: dict[str, Any], out: BinaryIO, progress: Callable[[int, int], None]
) -> Made:
    """Write the groups asked for to ``out``; Refused if there are none any more."""
    chosen = chosen_groups(by, facts["query"], organisation=facts["organisation"])
    found = list(chosen.selection)
    if not found:
        raise Refused(_("None of the steering groups is there any more."))
    rows = [cells(group) for group in found]
    name = f"steering-groups-{timezone.localdate(timezone=STOCKHOLM).isoformat()}"
    if facts["format"] == "xlsx":
        exports.write_xlsx(header(), rows, out)
        return Made(f"{name}.xlsx", XLSX)
    for chunk in exports.csv_rows(header(), rows):
        out.write(chunk)
    return Made(f"{name}.csv", "text/csv; charset=utf-8")


def chosen_groups(user: User, query: str, *, organisation: int | None) -> GroupFilter:
    """Return the groups that the address of the list asks for, as they fare now.

    ``organisation`` is the party ``user`` acts for, where one is chosen.
    """
    on = timezone.localdate(timezone=STOCKHOLM)
    groups = groups_with_health(user, on=on, at=timezone.now())
    if organisation:
        groups = groups.filter(partnership__parties__organisation=organisation)
    return GroupFilter(QueryDict(query), groups)


def header() -> list[str]:
    """Return the headings of the columns."""
    return [
        _("Steering group"),
        _("Partnership"),
        _("Parties"),
        _("Begins"),
        _("Ended"),
        _("Last meeting"),
        _("Next meeting"),
        _("Vacant seats"),
        _("Seats from before the election"),
        _("Overdue follow-ups"),
    ]


def cells(group: Any) -> list[Cell]:
    """Return one row of the table, of a group with how it fares."""
    parties = [
        f"{party.organisation.name}, {party.organisation.country}"
        for party in group.partnership.parties.all()
    ]
    return [
        group.name,
        group.partnership.name,
        "\n".join(parties),
        group.begins_on,
        group.ended_on,
        *(moment and timezone.localdate(moment, STOCKHOLM) for moment in _meetings(group)),
        group.vacant,
        group.before_election,
        group.overdue,
    ]


def _meetings(group: Any) -> list[Any]:
    return [group.last_met_at, group.next_meets_at]
