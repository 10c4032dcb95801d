"""A case as ICLD's staff see it: how it stands, take it up, hand it to a colleague."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import approvals, rules, snapshots, workflow
from applications.assessors import Standing, may_see_sheets, standing_of
from applications.chain import bundled_with
from applications.forms.office import OfficerForm
from applications.models import (
    PENDING,
    Application,
    Decision,
    PaperKind,
    PartKind,
    Status,
    SupplementState,
)
from applications.models.application import ApplicationQuerySet
from applications.models.content import BUDGET_LINES
from applications.papers import is_due
from applications.sheets import agreed_view, common_view
from applications.statuses import UNDER_WORK
from applications.timeline import timeline
from applications.unlocking import supplements_of, unlocked_in
from finance import caps
from icld_portal.access import OFFICE, post_only
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest

# What can go on while the parties supplement the case.
BEFORE_A_DECISION = frozenset({"take_up", "wait", "assess", "wait_for_assessment", "agree"})


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


def case_with_sums(request: PortalRequest, handle: str) -> Application:
    """Return a handed-in case to add up the budget of; Http404 if the person may not open it.

    The lines are those that were handed in, whatever the parties write for a supplement.
    """
    cases = staff_cases(request.user).prefetch_related(BUDGET_LINES)
    application = get_object_or_404(cases.by_handle(handle))
    return snapshots.for_reader(application, request.user, kinds={PartKind.BUDGET})


def staff_case(request: PortalRequest, application: Application) -> HttpResponse:
    """Show one case, already found visible: the next step, the facts, what was decided."""
    # The sums and the rules both look at the lines.
    prefetch_related_objects([application], BUDGET_LINES)
    snapshots.for_reader(application, request.user, kinds={PartKind.BUDGET, PartKind.SLOT})
    decision = None if application.status in UNDER_WORK else decision_on(application)
    signed = approvals.of_parties(application)
    context = {
        "letters": [state for state in signed if state.stands_in],
        "signed": signed,
        "application": application,
        "parties": application.case_parties.all(),
        "money": asked_and_limit(application, decision),
        "problems": caps.budget_problems(application.budget),
        "officer_form": officer_form(request.user, application),
        **assessment_of(request.user, application),
        "may_assess": may_write(request.user, application),
        "may_ask_supplement": application.status in UNDER_WORK
        and unlocked_in(application) is None
        and rules.may_ask_supplement(request.user, application),
        "decision": decision,
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


def assessment_of(user: User, application: Application) -> dict[str, Any]:
    """Return how far the assessing has come, what was agreed, and the reader's next step."""
    people = assessors_of(user, application)
    standings: list[Standing] = people["assessors"]
    sees = may_see_sheets(user, standings)
    own = next((one for one in standings if one.person_id == user.pk), None)
    return people | {
        "sees_sheets": sees,
        "is_assessor": own is not None and own.assignment_id is not None,
        "common": agreed_view(application) if sees else None,
        "step": supplement_step(user, application, next_step(user, application, standings)),
        "pending_supplement": next(
            (one for one in supplements_of(application) if one.state in PENDING), None
        ),
    }


def next_step(user: User, application: Application, standings: list[Standing]) -> str:
    """Return the one thing that ``user`` does next here: a key of the page's box."""
    if application.status == Status.SUBMITTED:
        return "take_up" if rules.may_take_up(user, application) else "wait"
    if application.status != Status.IN_ASSESSMENT:
        return str(application.status)
    agreed = common_view(application)
    if agreed is not None and agreed.agreed_at is not None:
        return decision_step(user, application)
    if any(one.person_id == user.pk and one.is_awaited for one in standings):
        return "assess"
    if any(one.is_awaited for one in standings) or not rules.may_assess(user, application):
        return "wait_for_assessment"
    return "agree"


def supplement_step(user: User, application: Application, step: str) -> str:
    """Return the step of a supplement that comes before ``step``; else ``step`` itself."""
    pending = [one for one in supplements_of(application) if one.state in PENDING]
    if not pending or application.status not in UNDER_WORK:
        return step
    if pending[-1].state == SupplementState.HANDED_IN:
        return "read_supplement" if rules.may_ask_supplement(user, application) else step
    if pending[-1].is_overdue_at(timezone.now()):
        return "late_supplement"
    return step if step in BEFORE_A_DECISION else "wait_for_supplement"


def decision_step(user: User, application: Application) -> str:
    """Return what ``user`` does next about the decision: propose, take or wait for it."""
    pending = workflow.proposed_alone(application)
    if pending is None or pending.is_sent_back:
        step = "propose" if pending is None else "propose_again"
        return step if rules.may_propose(user, application) else "wait_for_decision"
    if pending.proposed_by_id != user.pk and rules.may_decide(user, application):
        return "decide"
    return "wait_for_decision"


def may_write(user: User, application: Application) -> bool:
    """Return whether ``user`` may write or change an assessment now."""
    in_assessment = application.status == Status.IN_ASSESSMENT
    return in_assessment and rules.may_assess(user, application)


def decision_on(application: Application) -> Decision | None:
    """Return the decision with who took it, if there is one."""
    return (
        Decision.objects.filter(application=application)
        .select_related("decided_by", "proposed_by")
        .first()
    )


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
