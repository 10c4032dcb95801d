"""The year of a steering group as a PDF, made by the worker for one person."""

from collections.abc import Callable
from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from icld_portal.files import PDF
from icld_portal.localize import STOCKHOLM, day
from icld_portal.pdf import render_pdf
from icld_portal.prepared import Made, Refused
from partnerships.models import SteeringGroup, User
from partnerships.summaries import summary_of

KIND = "steering_year"


def make_year(
    by: User, facts: dict[str, Any], out: BinaryIO, progress: Callable[[int, int], None]
) -> Made:
    """Write the year to ``out``; Refused when the group is closed to its reader by now."""
    groups = SteeringGroup.objects.all().visible_to(by).select_related("partnership")
    group, year = groups.filter(pk=facts["group"]).first(), facts["year"]
    if group is None:
        raise Refused(_("You may not read about this steering group any more."))
    language = (get_language() or "sv")[:2]
    made_at = timezone.localtime(timezone.now(), STOCKHOLM)
    context = {
        "group": group,
        "year": year,
        "parts": summary_of(group, year, on=made_at.date()),
        "dated_at": made_at.isoformat(timespec="seconds"),
        "made_on": day(made_at),
    }
    identifier = f"steering year {group.pk} {year} {made_at.isoformat()} {language}"
    out.write(
        render_pdf("papers/steering_year.html", context, language=language, identifier=identifier)
    )
    return Made(f"steering-group-{group.pk}-{year}-{language}.pdf", PDF)
