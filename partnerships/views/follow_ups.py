"""Pages of what decisions of steering groups ask for: what waits, and saying it is done."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post
from icld_portal.localize import STOCKHOLM
from icld_portal.paging import page_of
from icld_portal.workflow import WrongStatus
from partnerships import rules, workflow
from partnerships.filters import FollowUpFilter
from partnerships.forms.follow_ups import FinishForm
from partnerships.models import FollowUp, TextPart
from partnerships.requests import PortalRequest
from partnerships.views.doing import done
from partnerships.views.parties import kept_query


@PARTIES_AND_OFFICE
@get_only
def follow_ups(request: PortalRequest) -> HttpResponse:
    """List what waits to be done, the most urgent first, or what is done."""
    chosen = FollowUpFilter(request.GET, user=request.user)
    page = page_of(request, chosen.selection)
    context = {
        "filter": chosen,
        "page_obj": page,
        "refused": chosen.is_refused,
        "query": kept_query(request),
        "today": timezone.localdate(timezone=STOCKHOLM),
    }
    status = 400 if chosen.is_refused else 200
    return render(request, "partnerships/follow_ups.html", context, status=status)


@PARTIES_AND_OFFICE
@get_or_post
def follow_up(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one follow-up with its decision; who is responsible says here that it is done."""
    visible = FollowUp.objects.all().visible_to(request.user).of_verified_minutes()
    found = get_object_or_404(visible.with_paragraph(), pk=pk)
    may_finish = rules.may_finish(request.user, found)
    form = FinishForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_finish:
            raise PermissionDenied("finish")
        if form.is_valid() and done(form, lambda: _finish(request, found, form)):
            return redirect("partnerships:follow_up", found.pk)
    text = found.paragraph.texts.filter(part=TextPart.DECISION).first()
    context = {
        "follow_up": found,
        "paragraph": found.paragraph,
        "text": text.text if text else "",
        "form": form,
        "may_finish": may_finish and found.done_at is None,
        "today": timezone.localdate(timezone=STOCKHOLM),
    }
    status = 422 if form.errors else 200
    return render(request, "partnerships/follow_up.html", context, status=status)


def _finish(request: PortalRequest, found: FollowUp, form: FinishForm) -> None:
    facts = {"note": form.cleaned_data["note"], "by": request.user, "at": request.received_at}
    try:
        workflow.finish(found, **facts)
    except WrongStatus:
        messages.warning(request, _("Somebody has marked it as done already. Nothing was changed."))
    else:
        messages.success(request, _("It is noted as done."))
