"""The applicant's own list of cases, and beginning a new one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import beginning, workflow
from applications.forms.beginning import BeginningForm, offers
from applications.models import Application
from applications.progress import next_step_in_list
from applications.statuses import APPLICANT_WORDS, Status
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from partnerships.acting import acting_for
from partnerships.models import User
from partnerships.models.people import WRITING_ROLES
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def applications(request: PortalRequest) -> HttpResponse:
    """Every case of this person's organisations, newest first."""
    mine = Application.objects.visible_to(request.user).for_own_list()
    if chosen := acting_for(request):
        mine = mine.of_organisation(chosen)
    page = page_of(request, mine)
    context = {
        "page_obj": page,
        "rows": rows_for(page.object_list, request.user),
        "may_start": may_start_any(request.user),
    }
    return render(request, "applications/applications.html", context)


def rows_for(cases: Any, user: User) -> list[dict[str, Any]]:
    """What a list says of each case, in the applicant's words."""
    return [
        {
            "application": case,
            "word": APPLICANT_WORDS[Status(case.status)],
            "step": next_step_in_list(case, user),
        }
        for case in cases
    ]


def may_start_any(user: User) -> bool:
    """Whether this person writes for some party and so may begin a case."""
    return not user.office and bool(user.organisations_with(WRITING_ROLES))


@PARTIES_AND_OFFICE
@get_or_post
def new(request: PortalRequest) -> HttpResponse:
    """Choose partnership and grant type; a draft is made and its task list opens."""
    if not may_start_any(request.user):
        raise PermissionDenied
    types = offers(request.received_at)
    data = request.POST if request.method == "POST" else None
    existing = None
    form = BeginningForm(
        data,
        user=request.user,
        types=types,
        initial={"partnership": request.GET.get("partnership", "")},
    )
    if data is not None and form.is_valid():
        try:
            made = begin(request, form.cleaned_data)
        except workflow.AlreadyBegun as refused:
            existing = refused.draft
        except NotReady as refused:
            for problem in refused.problems:
                anchor = problem.anchor if problem.anchor in form.fields else None
                form.add_error(anchor, problem.text)
        else:
            messages.success(request, _("The draft is made. Only the parties can read it."))
            return redirect(made)
    context = {
        "form": form,
        "existing": existing,
        "closed": [offer for offer in types if not offer.is_open],
    }
    status = 200 if data is None else 422
    return render(request, "applications/new.html", context, status=status)


def begin(request: PortalRequest, chosen: dict[str, Any]) -> Application:
    """Make the draft, or the project's and its steering group's; return the one to open."""
    if chosen["with_steering_group"]:
        made = beginning.start_bundle(
            chosen["partnership"],
            by=request.user,
            at=request.received_at,
            language=chosen["language"],
        )
        return made[0]
    return workflow.start_once(
        chosen["partnership"],
        chosen["grant_type"],
        by=request.user,
        at=request.received_at,
        language=chosen["language"],
    )
