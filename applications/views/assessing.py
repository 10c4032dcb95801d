"""A case as ICLD's staff see it: take it up, hand it to a colleague, assess it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import approvals, rules, workflow
from applications.assessors import standing_of
from applications.chain import bundled_with
from applications.forms.office import AssessmentForm, OfficerForm
from applications.models import Application, Assessment, Decision, PaperKind, Status
from applications.models.application import ApplicationQuerySet
from applications.papers import is_due
from applications.statuses import UNDER_WORK
from applications.timeline import timeline
from finance import caps
from finance.models import Grant
from icld_portal.access import OFFICE, get_or_post, post_only
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest


def staff_cases(user: User) -> ApplicationQuerySet:
    """The handed-in applications that ``user`` may open, with what a case page shows."""
    return (
        Application.objects.all()
        .visible_to(user)
        .handed_in()
        .select_related(
            "partnership", "round", "country", "officer", "submitted_by", "budget__guideline"
        )
        .prefetch_related("case_parties__organisation__country")
    )


def staff_case(request: PortalRequest, application: Application) -> HttpResponse:
    """Show one case, already found visible: the next step, the facts, what was decided."""
    decision = decision_on(application)
    signed = approvals.of_parties(application)
    context = {
        "letters": [state for state in signed if state.stands_in],
        "signed": signed,
        "application": application,
        "parties": application.case_parties.all(),
        "step": next_step(request.user, application),
        "money": asked_and_limit(application, decision),
        "problems": caps.budget_problems(application.budget),
        "officer_form": officer_form(request.user, application),
        **assessors_of(request.user, application),
        "assessments": assessments_of(application),
        "may_assess": may_write(request.user, application),
        "decision": decision,
        "grant": grant_of(request.user, application),
        "bundled": bundled_with(request.user, application),
        "papers": papers_of(application),
        "timeline": timeline(application, request.user),
    }
    return render(request, "applications/office/case.html", context)


def assessors_of(user: User, application: Application) -> dict[str, Any]:
    """Return who assesses the case and who has declared what, and what this person may do."""
    under_work = application.status in UNDER_WORK
    return {
        "assessors": standing_of(application),
        "may_assign": under_work and rules.may_assign(user, application),
        "may_declare": rules.may_declare(user, application),
        "may_withdraw": user.is_office_administrator,
    }


def next_step(user: User, application: Application) -> str:
    """Return the one thing that ``user`` does next here: a key of the page's box."""
    if application.status == Status.SUBMITTED:
        return "take_up" if rules.may_take_up(user, application) else "wait"
    if application.status != Status.IN_ASSESSMENT:
        return str(application.status)
    authors = {assessment.author_id for assessment in assessments_of(application)}
    if rules.may_decide(user, application) and authors:
        return "decide"
    if rules.may_assess(user, application) and user.pk not in authors:
        return "assess"
    return "wait_for_decision" if authors else "wait_for_assessment"


def may_write(user: User, application: Application) -> bool:
    """Return whether ``user`` may write or change an assessment now."""
    in_assessment = application.status == Status.IN_ASSESSMENT
    return in_assessment and rules.may_assess(user, application)


def assessments_of(application: Application) -> list[Assessment]:
    """Return the assessments with their authors, read once a page."""
    kept: list[Assessment] | None = getattr(application, "_assessments", None)
    if kept is None:
        kept = list(application.assessments.select_related("author").order_by("pk"))
        application._assessments = kept  # type: ignore[attr-defined]
    return kept


def decision_on(application: Application) -> Decision | None:
    """Return the decision with who took it, if there is one."""
    return Decision.objects.filter(application=application).select_related("decided_by").first()


def grant_of(user: User, application: Application) -> Grant | None:
    """Return the grant that the decision opened, if there is one."""
    return Grant.objects.all().visible_to(user).filter(reference=application.reference).first()


def asked_and_limit(application: Application, decision: Decision | None) -> dict[str, Any]:
    """Return what is asked and decided per year, whole SEK, and the guideline held against it."""
    asked = caps.totals(application.budget)
    decided = dict(decision.years.values_list("year", "amount_sek")) if decision else {}
    return {
        "years": [
            {"year": year, "asked_sek": amount, "decided_sek": decided.get(year)}
            for year, amount in sorted(asked.by_year.items())
        ],
        "asked_sek": asked.total_sek,
        "decided_sek": sum(decided.values()) if decided else None,
        "limit": caps.limit_for(application.budget),
    }


def officer_form(user: User, application: Application) -> OfficerForm | None:
    """Return the form to change the programme officer, while the case is under work."""
    if application.status in UNDER_WORK and rules.may_assign(user, application):
        return OfficerForm(application)
    return None


def papers_of(application: Application) -> list[dict[str, Any]]:
    """Return the links to the papers there are to be, made or still in the making."""
    own = application.papers.filter(edition=application.edition)
    made = set(own.values_list("kind", "language"))
    languages = [language for language, _name in settings.LANGUAGES]
    return [
        {
            "kind": kind.value,
            "label": kind.label,
            "languages": [(language, (kind.value, language) in made) for language in languages],
        }
        for kind in PaperKind
        if is_due(application, kind)
    ]


def moved_on(request: PortalRequest, application: Application) -> HttpResponse:
    """Say that a colleague was first, and show the case as it is now."""
    messages.warning(
        request,
        _("The case has moved on since you opened the page. Nothing of yours was saved."),
    )
    return redirect(application)


@OFFICE
@post_only
def take_up(request: PortalRequest, handle: str) -> HttpResponse:
    """Begin the assessment of an application."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_take_up(request.user, application):
        raise PermissionDenied
    try:
        workflow.take_up(application, by=request.user, at=request.received_at)
    except WrongStatus:
        return moved_on(request, application)
    messages.success(request, _("The application is in assessment."))
    return redirect(application)


@OFFICE
@post_only
def assign(request: PortalRequest, handle: str) -> HttpResponse:
    """Give the case to a colleague."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_assign(request.user, application):
        raise PermissionDenied
    form = OfficerForm(application, request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of ICLD's programme officers."))
        return redirect(application)
    officer: User | None = form.cleaned_data["officer"]
    if application.status not in UNDER_WORK:
        return moved_on(request, application)
    try:
        workflow.assign(application, to=officer, by=request.user, at=request.received_at)
    except PermissionDenied:
        messages.error(
            request, _("This person belongs to one of the parties and cannot keep the case.")
        )
        return redirect(application)
    name = officer.name if officer else _("nobody")
    messages.success(request, _("Programme officer: %(name)s.") % {"name": name})
    return redirect(application)


@OFFICE
@get_or_post
def assess(request: PortalRequest, handle: str) -> HttpResponse:
    """Write one's own assessment, or change it until the decision."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_assess(request.user, application):
        raise PermissionDenied
    own = application.assessments.filter(author=request.user).first()
    form = AssessmentForm(own, request.POST if request.method == "POST" else None)
    if application.status != Status.IN_ASSESSMENT:
        return not_open(request, application, form)
    if form.is_bound and form.is_valid():
        try:
            workflow.write_assessment(
                application, by=request.user, at=request.received_at, **form.cleaned_data
            )
        except WrongStatus:
            return not_open(request, application, form)
        messages.success(request, _("Your assessment is saved."))
        return redirect(application)
    return show_assessment(request, application, form, status=422 if form.errors else 200)


def not_open(
    request: PortalRequest, application: Application, form: AssessmentForm
) -> HttpResponse:
    """Say that the case is not in assessment; a text that was sent is shown, not lost."""
    if not form.is_bound:
        messages.warning(request, _("This case is not in assessment."))
        return redirect(application)
    form.add_error(
        None, _("The case is no longer in assessment. Your text is below but was not saved.")
    )
    return show_assessment(request, application, form, status=409)


def show_assessment(
    request: PortalRequest, application: Application, form: AssessmentForm, *, status: int
) -> HttpResponse:
    """Show the form with the colleagues' assessments beside it."""
    others = [a for a in assessments_of(application) if a.author_id != request.user.pk]
    context = {"application": application, "form": form, "assessments": others}
    return render(request, "applications/office/assess.html", context, status=status)
