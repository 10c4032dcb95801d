"""The one thing to do next with a report."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applications.models import Report
from applications.reports import rules
from applications.reports.approvals import PartyApproval
from applications.reports.completeness import GAPS, ReportTask, page_url
from icld_portal.problems import blocking
from partnerships.models import User


@dataclass(frozen=True)
class ReportStep:
    """What to do now; without an address there is only something to know."""

    title: str
    text: str = ""
    url: str = ""
    label: str = ""


def next_step(
    report: Report, user: User, tasks: Sequence[ReportTask], parties: Sequence[PartyApproval]
) -> ReportStep:
    """Return what ``user`` should do with a report that is being written."""
    unfinished = [task for task in tasks if blocking(task.problems)]
    awaited = [state for state in parties if not state.is_given and state.signatories]
    if not unfinished and any(user in state.signatories for state in awaited):
        return ReportStep(
            _("Read and approve the report"),
            _("It is complete and waits for your approval. Have your second factor at hand."),
            page_url(report, "approval"),
            _("Read and approve"),
        )
    if not rules.may_write(user, report) and not rules.may_submit(user, report):
        return ReportStep(
            _("The report is being written"),
            _("You can read it here. Coordinators and project managers of the parties write it."),
            page_url(report, "read"),
            _("Read"),
        )
    if unfinished:
        return _write_on(unfinished[0], done=len(tasks) - len(unfinished), of=len(tasks))
    if awaited:
        names = ", ".join(state.organisation.name for state in awaited)
        return ReportStep(
            _("Both parties approve the report"),
            _("Awaited: %(parties)s.") % {"parties": names},
            page_url(report, "approval"),
            _("See who is awaited"),
        )
    return ReportStep(
        _("Check the report and hand it in"),
        _("Every part is complete. Nothing reaches ICLD until you hand it in."),
        page_url(report, "submit"),
        _("Check the report"),
    )


def _write_on(task: ReportTask, *, done: int, of: int) -> ReportStep:
    return ReportStep(
        _("Continue with “%(section)s”") % {"section": task.section},
        _("%(done)d of %(all)d parts are complete.") % {"done": done, "all": of},
        task.url,
        _("Continue") if done or task.state == GAPS else _("Begin"),
    )
