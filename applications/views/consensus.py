"""The common view: all that was handed in side by side, and what ICLD makes of it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import rules, workflow
from applications.assessors import may_see_sheets, standing_of
from applications.forms.scoring import ConsensusForm
from applications.models import Application, Consensus, SharedAssessment, Status
from applications.sheets import (
    answers_on,
    comments_of,
    common_view,
    compare,
    handed_in,
    mean_of_all,
    read_sheets,
)
from applications.views.assessing import asked_and_limit, case_with_sums, moved_on, staff_cases
from applications.workflow import StaleConsensus
from finance import caps
from icld_portal.access import OFFICE, get_or_post, post_only
from icld_portal.localize import moment
from icld_portal.problems import NotReady
from icld_portal.shared_texts import StaleText
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@OFFICE
@get_or_post
def consensus(request: PortalRequest, handle: str) -> HttpResponse:
    """Show the sheets side by side; an officer writes the common one, until all agree."""
    application = case_with_sums(request, handle)
    standings = standing_of(application)
    if not may_see_sheets(request.user, standings):
        raise PermissionDenied("consensus")
    stored = common_view(application)
    if not may_write(request, application, stored):
        if request.method == "POST":
            return moved_on(request, application)
        return show(request, application, stored, None)
    form = form_for(request, application, stored)
    if not form.is_bound:
        return show(request, application, stored, form)
    if not form.is_valid():
        return show(request, application, stored, form, status=422)
    return keep(request, application, stored, form)


def may_write(request: PortalRequest, application: Application, stored: Consensus | None) -> bool:
    """Return whether the common view is this person's to write now."""
    is_open = application.status == Status.IN_ASSESSMENT and not (stored and stored.agreed_at)
    return is_open and rules.may_assess(request.user, application)


def form_for(
    request: PortalRequest, application: Application, stored: Consensus | None
) -> ConsensusForm:
    """The form under the version that the case is assessed under."""
    version = stored.sheet.question_set if stored else workflow.criteria_version(application)
    return ConsensusForm(
        request.POST if request.method == "POST" else None,
        criteria=workflow.criteria_in(version),
        answers=answers_on(stored.sheet if stored else None),
        stored=stored,
        asked=caps.totals(application.budget).by_year,
        proposed=dict(stored.years.values_list("year", "amount_sek")) if stored else {},
    )


def keep(
    request: PortalRequest,
    application: Application,
    stored: Consensus | None,
    form: ConsensusForm,
) -> HttpResponse:
    """Save the common view, and close it if that was asked for."""
    try:
        workflow.save_consensus(
            application,
            by=request.user,
            at=request.received_at,
            texts=form.texts(),
            text=form.cleaned_data["text"],
            recommendation=form.cleaned_data["recommendation"],
            amounts=form.amounts(),
            version=form.cleaned_data["version"],
        )
    except (StaleConsensus, StaleText):
        return show_stale(request, application, form)
    except WrongStatus:
        form.add_error(None, _("The case has moved on. Your text is below but was not saved."))
        return show(request, application, stored, form, status=409)
    if request.POST.get("then") != "agree":
        messages.success(request, _("The common assessment is saved. It is not agreed yet."))
        return redirect("applications:consensus", application.handle)
    try:
        workflow.agree(application, by=request.user, at=request.received_at)
    except NotReady as refused:
        del application._common_view  # type: ignore[attr-defined]
        stored = common_view(application)
        fresh = form_for(request, application, stored)
        fresh.is_valid()
        if stored:
            fresh.follow(stored)
        for problem in refused.problems:
            anchor = problem.anchor if problem.anchor in fresh.fields else None
            fresh.add_error(anchor, problem.text)
        return show(request, application, stored, fresh, status=422)
    except WrongStatus:
        return moved_on(request, application)
    messages.success(request, _("The common assessment is agreed. The case can be decided."))
    return redirect(application)


def show_stale(
    request: PortalRequest, application: Application, form: ConsensusForm
) -> HttpResponse:
    """Show what a colleague has saved meanwhile beside what was sent, which is not lost."""
    application.__dict__.pop("_common_view", None)
    stored = common_view(application)
    if stored is None:
        return moved_on(request, application)
    fresh = form_for(request, application, stored)
    fresh.is_valid()
    fresh.follow(stored)
    for question in fresh.subjects:
        answer = fresh.stored.get(question.pk)
        if answer and answer.text != fresh.cleaned_data.get(fresh.name_of(question), ""):
            fresh.show_conflict(question, answer)
    words = {"who": stored.written_by.name, "when": moment(stored.written_at)}
    fresh.add_error(
        None,
        _(
            "%(who)s has saved the common assessment %(when)s. Your text is still in the fields, "
            "what was saved stands beside it. Save again to keep yours."
        )
        % words,
    )
    return show(request, application, stored, fresh, status=409)


def show(
    request: PortalRequest,
    application: Application,
    stored: Consensus | None,
    form: ConsensusForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Show the sheets with spread and mean, and the common view as a form or as it stands."""
    version = stored.sheet.question_set if stored else workflow.criteria_version(application)
    criteria = form.criteria if form else workflow.criteria_in(version)
    sources = handed_in(application)
    sheets = read_sheets(sources, criteria)
    compared = compare(sheets, criteria)
    rows = form.criterion_rows() if form else []
    context: dict[str, Any] = {
        "application": application,
        "sheets": sheets,
        "compared": compared,
        "noted": comments_of(sources),
        "rows": list(zip(rows, compared, strict=True)) if form else [],
        "mean": mean_of_all(compared),
        "form": form,
        "stored": stored,
        "common": read_sheets([stored], criteria)[0] if stored else None,
        "waiting": [one for one in standing_of(application) if one.is_awaited],
        "money": asked_and_limit(application, None),
        "shared": SharedAssessment.objects.filter(application=application).first(),
        "may_share": stored is not None
        and stored.agreed_at is not None
        and application.status in (Status.APPROVED, Status.REJECTED)
        and rules.may_assess(request.user, application),
        "may_reopen": stored is not None
        and stored.agreed_at is not None
        and application.status == Status.IN_ASSESSMENT
        and rules.may_assess(request.user, application),
    }
    return render(request, "applications/office/consensus.html", context, status=status)


@OFFICE
@post_only
def reopen_consensus(request: PortalRequest, handle: str) -> HttpResponse:
    """Open the common view again, before the decision."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_assess(request.user, application):
        raise PermissionDenied("reopen_consensus")
    try:
        workflow.reopen_consensus(application, by=request.user, at=request.received_at)
    except (WrongStatus, Consensus.DoesNotExist):
        return moved_on(request, application)
    messages.success(request, _("The common assessment is open again."))
    return redirect("applications:consensus", application.handle)


@OFFICE
@post_only
def share_assessment(request: PortalRequest, handle: str) -> HttpResponse:
    """Let the parties of a decided case read what the assessors have agreed on."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    try:
        workflow.share_assessment(application, by=request.user, at=request.received_at)
    except WrongStatus:
        return moved_on(request, application)
    messages.success(request, _("The parties can read the common assessment."))
    return redirect("applications:consensus", application.handle)
