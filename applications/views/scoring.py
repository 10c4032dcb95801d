"""An assessor's page: the application, and beside it the criteria to score."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import rules, snapshots, workflow
from applications.finding import case_of, is_handle
from applications.forms.answers import AnswersForm
from applications.forms.scoring import CommentsForm, ScoresForm
from applications.models import Application, Assessment, Status
from applications.models.application import ApplicationQuerySet
from applications.reading import CaseContent, content_of
from applications.sheets import answers_on, comments_of, handed_in, read_sheets
from applications.views.interests import declarable_case
from icld_portal import writers
from icld_portal.access import ASSESSORS, get_or_post, post_only
from icld_portal.problems import NotReady
from icld_portal.shared_texts import StaleText
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@ASSESSORS
@get_or_post
def assess(request: PortalRequest, handle: str) -> HttpResponse:
    """Score the application, or read one's own view and the others' once it is handed in."""
    application = given_case(request, handle)
    if application is None:
        # Only who was asked gets so far as to be sent to the declaration.
        found = declarable_case(request, handle)
        if not rules.is_assigned(request.user, found):
            raise PermissionDenied("assess")
        return redirect("applications:declare", found.handle)
    if rules.is_of_party(request.user, application):
        raise PermissionDenied("assess")
    own = own_view(request, application)
    if application.status != Status.IN_ASSESSMENT and (own is None or own.handed_in_at is None):
        return not_open(request, application, own)
    if own is not None and own.handed_in_at is not None:
        return show_handed_in(request, application, own)
    form = form_for(request, application, own)
    if not form.is_bound:
        return show(request, application, own, form)
    if not form.is_valid():
        return show(request, application, own, form, status=422)
    return keep(request, application, own, form)


def given_case(
    request: PortalRequest, handle: str, cases: ApplicationQuerySet | None = None
) -> Application | None:
    """Return the case, with all it says by default, if this person was asked and has declared."""
    if not is_handle(handle):
        raise Http404("no such case")
    declared = request.user.interests.without_conflict().values("case_reference")
    whole = Application.objects.all().with_content().knowing_supplements()
    wanted = whole if cases is None else cases
    found = (
        wanted.visible_to(request.user)
        .filter(
            pk__in=request.user.assignments.order_by().values("application"),
            reference__in=declared,
        )
        .by_handle(handle)
        .first()
    )
    # Nothing of the case is shown where only the own view is saved.
    if found is None or cases is not None:
        return found
    return snapshots.for_reader(found, request.user)


def own_view(request: PortalRequest, application: Application) -> Assessment | None:
    """Return what this person has written so far."""
    mine = application.assessments.filter(author=request.user).exclude(sheet=None)
    return mine.select_related("sheet__question_set", "author").first()


def form_for(
    request: PortalRequest, application: Application, own: Assessment | None
) -> ScoresForm:
    """The form under the version that the case is assessed under."""
    sheet = own.sheet if own else None
    version = sheet.question_set if sheet else workflow.criteria_version(application)
    return ScoresForm(
        request.POST if request.method == "POST" else None,
        criteria=workflow.criteria_in(version),
        answers=answers_on(sheet),
        stored=own,
    )


def comments_for(
    request: PortalRequest, content: CaseContent, own: Assessment | None
) -> CommentsForm:
    """The fields beside the answers of the case."""
    stored: Any = {one.question_id: one for one in own.comments.all()} if own else {}
    return CommentsForm(
        request.POST if request.method == "POST" else None,
        questions=[answer.question for part in content.sections for answer in part.answers],
        answers=stored,
    )


def keep(
    request: PortalRequest, application: Application, own: Assessment | None, form: ScoresForm
) -> HttpResponse:
    """Save what was written, and hand it in if that was asked for."""
    comments = comments_for(request, content_of(application), own)
    if not comments.is_valid():
        return show(request, application, own, form, comments, status=422)
    facts = {name: form.cleaned_data[name] for name in ("text", "recommendation")}
    texts = form.texts()
    try:
        workflow.save_assessment(
            application,
            by=request.user,
            at=request.received_at,
            texts=texts,
            comments=comments.texts(),
            **facts,
        )
    except StaleText as stale:
        stood_beside(form, stale.stored)
        return show(request, application, own, form, comments, status=409)
    except workflow.StaleComment as stale:
        stood_beside(comments, stale.comment)
        return show(request, application, own, form, comments, status=409)
    except WrongStatus:
        form.add_error(None, _("It can no longer be changed. Your text is below but not saved."))
        return show(request, application, own, form, status=409)
    if request.POST.get("then") != "hand_in":
        messages.success(request, _("Your assessment is saved. It is not handed in yet."))
        return redirect("applications:assess", application.handle)
    try:
        workflow.hand_in(application, by=request.user, at=request.received_at)
    except NotReady as refused:
        own = own_view(request, application)
        answers = answers_on(own.sheet if own else None)
        fresh = ScoresForm(request.POST, criteria=form.criteria, answers=answers, stored=own)
        fresh.is_valid()
        for problem in refused.problems:
            fresh.add_error(problem.anchor, problem.text)
        return show(request, application, own, fresh, status=422)
    messages.success(request, _("Your assessment is handed in."))
    return redirect("applications:assess", application.handle)


def stood_beside(form: AnswersForm, stored: Any) -> None:
    """Show what the person's other window has saved beside what was sent."""
    form.show_conflict(stored.question, stored)
    form.add_error(
        form.name_of(stored.question),
        _("You have saved another text in another window. Save again to keep this one."),
    )


def show(
    request: PortalRequest,
    application: Application,
    own: Assessment | None,
    form: ScoresForm,
    comments: CommentsForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Show the application on one side, with comments beside it, the criteria on the other."""
    content = content_of(application)
    comments = comments or comments_for(request, content, own)
    context: dict[str, Any] = {
        "application": application,
        "content": content,
        "comments": comments,
        "own_comments": comments.by_question(),
        "writer": writers.mark_of(request.user),
        "form": form,
        "rows": form.criterion_rows(),
        "own": own,
    }
    return render(request, "applications/office/assess.html", context, status=status)


def show_handed_in(
    request: PortalRequest, application: Application, own: Assessment
) -> HttpResponse:
    """Show the own view as it was handed in, and the others' beside it."""
    if request.method == "POST":
        messages.warning(request, _("Your assessment is handed in already. Nothing was saved."))
        return redirect("applications:assess", application.handle)
    criteria = workflow.criteria_in(workflow.criteria_version(application))
    others = [one for one in handed_in(application) if one.pk != own.pk]
    mine, *rest = read_sheets([own, *others], criteria)
    in_assessment = application.status == Status.IN_ASSESSMENT
    context = {
        "application": application,
        "content": content_of(application),
        "mine": mine,
        "others": rest,
        "noted": comments_of([own, *others]),
        "may_take_back": in_assessment and not workflow.is_agreed(application),
    }
    return render(request, "applications/office/assessed.html", context)


def not_open(
    request: PortalRequest, application: Application, own: Assessment | None
) -> HttpResponse:
    """Say that there is nothing to assess now; a text that was sent is shown, not lost."""
    text = _("The case is not in assessment now.")
    if request.method != "POST":
        messages.warning(request, text)
        return redirect("applications:read", application.handle)
    form = form_for(request, application, own)
    form.is_valid()
    form.add_error(None, text + " " + _("Your text is below but was not saved."))
    return show(request, application, own, form, status=409)


@ASSESSORS
@post_only
def take_back(request: PortalRequest, handle: str) -> HttpResponse:
    """Open one's own view again."""
    application = case_of(request, handle)
    if not rules.may_score(request.user, application):
        raise PermissionDenied("take_back")
    try:
        workflow.take_back(application, by=request.user, at=request.received_at)
    except (WrongStatus, Assessment.DoesNotExist):
        messages.warning(request, _("It can no longer be opened again."))
    else:
        messages.success(request, _("Your assessment is open again. Hand it in when it is done."))
    return redirect("applications:assess", application.handle)
