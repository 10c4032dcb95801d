"""Which decisions of the steering group a draft is backed by: chosen one by one."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import rules
from applications.citing import backing_of, choice_of, cited_in, decisions_in
from applications.citing import cite as cite_decision
from applications.citing import uncite as uncite_decision
from applications.finding import case_of
from applications.models import Application, Status
from icld_portal.access import PARTIES_AND_OFFICE, get_only, post_only
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.filters import TEXT_MAX_LENGTH
from partnerships.requests import PortalRequest

# No key of a row has more digits.
KEY_MAX_DIGITS = 15


@PARTIES_AND_OFFICE
@get_only
def citations(request: PortalRequest, handle: str) -> HttpResponse:
    """Show what the case cites and, to who writes a draft, what it could cite."""
    application = case_of(request, handle)
    may_cite = application.status == Status.DRAFT and rules.may_edit(request.user, application)
    text = request.GET.get("text", "").replace("\0", "")[:TEXT_MAX_LENGTH].strip()
    context = {
        "application": application,
        "cited": cited_in(application),
        "may_cite": may_cite,
        "backing": backing_of(application),
        "text": text,
    }
    if may_cite:
        page = page_of(request, choice_of(application, request.user, text))
        context |= {"page_obj": page, "choice": decisions_in(page.object_list)}
    return render(request, "applications/citations.html", context)


@PARTIES_AND_OFFICE
@post_only
def cite(request: PortalRequest, handle: str) -> HttpResponse:
    """Let the draft be backed by one decision."""
    return _change(request, handle, cite_decision, _("The application cites the decision."))


@PARTIES_AND_OFFICE
@post_only
def uncite(request: PortalRequest, handle: str) -> HttpResponse:
    """Take one decision out of the draft."""
    return _change(
        request, handle, uncite_decision, _("The application no longer cites the decision.")
    )


def _change(
    request: PortalRequest, handle: str, deed: Callable[..., None], told: str
) -> HttpResponse:
    application: Application = case_of(request, handle)
    named = request.POST.get("decision", "")
    is_key = named.isascii() and named.isdigit() and len(named) <= KEY_MAX_DIGITS
    try:
        deed(application, int(named) if is_key else 0, by=request.user)
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))
    except NotReady as refused:
        messages.error(request, refused.problems[0].text)
    else:
        messages.success(request, told)
    return redirect("applications:citations", application.handle)
