"""The page of one case: for its parties a task list, then what became of it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render

from applications import (
    approvals,
    citing,
    completeness,
    deadlines,
    progress,
    rules,
    workflow,
    workspace,
)
from applications.chain import bundled_with
from applications.finding import case_of
from applications.models import Application, FormOffer, OfferStatus, PaperKind, Status
from applications.models.content import FACTS
from applications.sheets import shared_view
from applications.statuses import APPLICANT_WORDS, UNDER_WORK
from applications.timeline import timeline
from applications.unlocking import unlocked_in
from applications.views.assessing import staff_case
from finance import caps
from icld_portal.access import PARTIES_AND_OFFICE, get_only
from icld_portal.problems import blocking
from partnerships.requests import PortalRequest

# Offers that the parties have something to do or to read about.
TOLD = (OfferStatus.OPEN, OfferStatus.ACCEPTED)


@PARTIES_AND_OFFICE
@get_only
def application(request: PortalRequest, handle: str) -> HttpResponse:
    """Show the case as this person meets it: draft, handed in, or on ICLD's desk."""
    # Few drafts have an offer, so that it is asked for by itself only where there is one.
    told = FormOffer.objects.filter(application=OuterRef("pk"), status__in=TOLD).order_by()
    cases = Application.objects.all().for_page().select_related("officer", "submitted_by")
    cases = cases.annotate(has_offers=Exists(told))
    found = case_of(request, handle, citing.with_steering(cases))
    citing.show_steering(found, request.user)
    if request.user.office and not rules.is_of_party(request.user, found):
        return staff_case(request, found)
    if request.user.is_external_assessor and not rules.is_of_party(request.user, found):
        return redirect("applications:assess", found.handle)
    if found.status == Status.DRAFT:
        prefetch_related_objects([found], *FACTS)
        return render(request, "applications/draft.html", draft_context(request, found))
    return render(request, "applications/handed_in.html", handed_in_context(request, found))


def draft_context(request: PortalRequest, draft: Application) -> dict[str, Any]:
    """What the task list shows."""
    tasks = progress.task_list(draft)
    found = workspace.states(draft, request.user)
    lines = caps.lines_of(draft.budget)
    may_edit = rules.may_edit(request.user, draft)
    is_open = draft.is_open_at(request.received_at)
    parties = approvals.of_parties(draft)
    attached = list(completeness.attachment_problems(draft))
    return {
        "application": draft,
        "attached": attached,
        "backing": citing.backing_of(draft),
        "unbacked": citing.problems(draft),
        "tasks": tasks,
        "rows": [(task, found[task.section.pk]) for task in tasks],
        "complete": sum(task.state == progress.COMPLETE for task in tasks),
        "may_edit": may_edit,
        "parties": parties,
        "step": progress.next_step(draft, request.user, tasks, parties),
        "totals": caps.totals(draft.budget, lines),
        "limit": caps.limit_for(draft.budget),
        "local_deadlines": deadlines.local_deadlines(draft),
        "bundled": bundled_with(request.user, draft),
        "source": draft.copied_from,
        "is_open": is_open,
        "may_move": not is_open and may_edit and _something_is_open(request, draft),
        "offers": told_offers(draft),
        "ready": not any(blocking(task.problems) for task in tasks) and not blocking(attached),
    }


def told_offers(draft: Application) -> Iterable[FormOffer]:
    """Return the offers to tell of; no query for a draft that was found to have none."""
    has_offers: bool = draft.has_offers  # type: ignore[attr-defined]
    return draft.form_offers.filter(status__in=TOLD) if has_offers else ()


def _something_is_open(request: PortalRequest, draft: Application) -> bool:
    _round, found = workflow.open_round(draft.grant_type, at=request.received_at)
    return not found


def handed_in_context(request: PortalRequest, case: Application) -> dict[str, Any]:
    """What the parties see of a case that has left their hands."""
    decision = getattr(case, "decision", None)
    may_reopen = workflow.REOPEN.is_open_to(request.user, case)
    unlocked = unlocked_in(case) if case.status in UNDER_WORK else None
    return {
        "supplement": unlocked.supplement if unlocked else None,
        "is_late": unlocked is not None and unlocked.supplement.is_overdue_at(request.received_at),
        "application": case,
        "word": APPLICANT_WORDS[Status(case.status)],
        "receipt": PaperKind.RECEIPT,
        "letter": PaperKind.DECISION,
        "decision": decision,
        "assessment": shared_view(case) if decision else None,
        "decision_years": list(decision.years.all()) if decision else [],
        "totals": caps.totals(case.budget),
        "bundled": bundled_with(request.user, case),
        "may_start": rules.may_start(request.user, case.partnership),
        "parties": approvals.of_parties(case),
        "may_reopen": may_reopen and not workflow.reopen_problems(case, at=request.received_at),
        "may_withdraw": workflow.WITHDRAW.is_open_to(request.user, case),
        "timeline": timeline(case, request.user),
    }
