"""Change requests as ICLD meets them: the list of those that wait, and the answer."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.forms.changes import AnswerForm
from applications.models import ChangeRequest, ChangeStatus
from applications.views.changes import answers_for, change_of, moved_on, show
from applications.workflow import changing
from finance.models import Ending
from icld_portal.access import OFFICE, get_only, post_only
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

# More proposals to end early than this do not wait at a time.
MOST = 50
SHOWN = (ChangeStatus.SUBMITTED, ChangeStatus.APPROVED, ChangeStatus.REFUSED)


@OFFICE
@get_only
def office_changes(request: PortalRequest) -> HttpResponse:
    """List the change requests that ICLD has received; those that wait come first."""
    chosen = request.GET.get("status", ChangeStatus.SUBMITTED)
    if chosen not in SHOWN:
        raise Http404("no such status")
    seen = ChangeRequest.objects.all().visible_to(request.user).filter(status=chosen)
    rows = seen.select_related("application__partnership", "application__officer")
    order = "received_at" if chosen == ChangeStatus.SUBMITTED else "-decided_at"
    context = {
        "page_obj": page_of(request, rows.order_by(order, "pk")),
        "chosen": chosen,
        "states": [(state, state.label) for state in SHOWN],
        "endings": _waiting_endings(request) if chosen == ChangeStatus.SUBMITTED else [],
    }
    return render(request, "applications/office/changes.html", context)


def _waiting_endings(request: PortalRequest) -> list[Ending]:
    """Proposals to end a grant early that nobody has decided; they are few."""
    waiting = Ending.objects.all().visible_to(request.user).waiting()
    return list(waiting.select_related("grant", "proposed_by").order_by("proposed_at", "pk")[:MOST])


@OFFICE
@post_only
def answer_change(request: PortalRequest, reference: str, number: int) -> HttpResponse:
    """Approve or refuse a request, or send it back; with a reason both parties read."""
    change = change_of(request, reference, number)
    answers = answers_for(request, change)
    if not answers:
        if change.status != ChangeStatus.SUBMITTED:
            return moved_on(request, change)
        raise PermissionDenied("answer_change")
    form = AnswerForm(request.POST, answers=answers)
    if not form.is_valid():
        return show(request, change, answer_form=form, status=422)
    deed = {
        "approve": changing.approve_change,
        "refuse": changing.refuse_change,
        "return": changing.return_change,
    }[form.cleaned_data["answer"]]
    try:
        deed(change, by=request.user, reason=form.cleaned_data["reason"], at=request.received_at)
    except WrongStatus:
        return moved_on(request, change)
    except NotReady as stopped:
        return show(request, change, answer_form=form, problems=stopped.problems, status=422)
    messages.success(request, _("The answer is given. Both parties are told by letter."))
    return redirect(change)
