"""The history of an answer: every version can be read again, and restored while it is a draft."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import drafting, rules
from applications.finding import case_of
from applications.models import Answer, Application, PartKind, Status
from applications.unlocking import unlocked_in
from icld_portal.access import PARTIES_AND_OFFICE, get_only, post_only
from icld_portal.histories import page_of_versions, versions_of, whole_number
from icld_portal.shared_texts import StaleText
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


def answer_of(application: Application, key: str, language: str) -> Answer:
    """Return the case's answer to the question with this key; Http404 if there is none."""
    return get_object_or_404(
        Answer.objects.select_related("question__section"),
        sheet=application.sheet_id,
        question__key=key,
        language=language or application.language,
    )


def partys_case_of(request: PortalRequest, handle: str) -> Application:
    """Return the case for a member of its parties; what a draft once said is theirs alone."""
    application = case_of(request, handle)
    if not rules.may_see_history(request.user, application):
        raise Http404("no such case")
    return application


@PARTIES_AND_OFFICE
@get_only
def answer_history(request: PortalRequest, handle: str, key: str) -> HttpResponse:
    """Show every version of one answer, newest first."""
    application = partys_case_of(request, handle)
    answer = answer_of(application, key, request.GET.get("language", ""))
    page, versions = page_of_versions(request, answer)
    context = {
        "application": application,
        "answer": answer,
        "page_obj": page,
        "versions": versions,
        "may_restore": rules.may_edit(request.user, application)
        and is_writable(application, answer),
    }
    return render(request, "applications/answer_history.html", context)


def is_writable(application: Application, answer: Answer) -> bool:
    """Whether the answer can be written now: in a draft, or where a supplement unlocks it."""
    if application.status == Status.DRAFT:
        return True
    unlocked = unlocked_in(application)
    return unlocked is not None and unlocked.names(PartKind.QUESTION, answer.question_id)


@PARTIES_AND_OFFICE
@post_only
def restore_answer(request: PortalRequest, handle: str, key: str) -> HttpResponse:
    """Make an earlier version the newest; those between stay in the history."""
    application = partys_case_of(request, handle)
    if not rules.may_edit(request.user, application):
        raise PermissionDenied("edit")
    answer = answer_of(application, key, request.POST.get("language", ""))
    try:
        restore(request, application, answer)
    except StaleText:
        messages.warning(
            request,
            _("Somebody has changed the answer since you opened the page. Look at it again first."),
        )
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))
    else:
        messages.success(request, _("The text is restored as a new version."))
    here = reverse("applications:answer_history", args=[application.handle, key])
    return redirect(f"{here}?language={answer.language}")


def restore(request: PortalRequest, application: Application, answer: Answer) -> None:
    """Write the version named in the form over the one that was seen."""
    number, seen = (whole_number(request, name) for name in ("version", "seen"))
    place = (str(PartKind.QUESTION), answer.question_id)
    with drafting.editing(
        application, by=request.user, within=[place], at=request.received_at
    ) as draft:
        version = versions_of(answer).filter(version=number).first()
        if version is None:
            raise Http404("no such version")
        drafting.write_answer(
            draft,
            answer.question,
            version.text,
            stored=Answer.objects.get(pk=answer.pk),
            by=request.user,
            version=seen,
            language=answer.language,
        )
