"""The one thing to do next with a report."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications.models import Report
from applications.reports.completeness import COMPLETE, GAPS, ReportTask, page_url


@dataclass(frozen=True)
class ReportStep:
    """What to do now; without an address there is only something to know."""

    title: str
    text: str = ""
    url: str = ""
    label: str = ""


def next_step(report: Report, tasks: Sequence[ReportTask], *, may_write: bool) -> ReportStep:
    """Return what somebody should do with a report that is being written."""
    if not may_write:
        text = _("You can read it here. Coordinators and project managers of the parties write it.")
        return ReportStep(
            _("The report is being written"), text, page_url(report, "read"), _("Read")
        )
    unfinished = [task for task in tasks if task.state != COMPLETE]
    done = len(tasks) - len(unfinished)
    if unfinished:
        first = unfinished[0]
        return ReportStep(
            _("Continue with “%(section)s”") % {"section": first.section},
            _("%(done)d of %(all)d parts are complete.") % {"done": done, "all": len(tasks)},
            first.url,
            _("Continue") if done or first.state == GAPS else _("Begin"),
        )
    return ReportStep(_("Every part is complete"), url=page_url(report, "read"), label=_("Read"))
