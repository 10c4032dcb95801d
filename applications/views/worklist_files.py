"""Ordering the picked cases, or the whole choice, as a file."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.forms.views import FileForm
from applications.picking import picked
from applications.views.assign_many import back_to
from icld_portal import prepared
from icld_portal.access import OFFICE, get_or_post
from partnerships.requests import PortalRequest

KIND = "work_list"


@OFFICE
@get_or_post
def worklist_file(request: PortalRequest) -> HttpResponse:
    """Ask which kind of file it is to be, then order it; a job makes it."""
    sent = request.POST if request.method == "POST" else request.GET
    chosen = picked(sent, request.user)
    number = chosen.cases.order_by().count()
    if chosen.problems or not number:
        messages.error(request, " ".join(chosen.problems) or _("The list holds no case."))
        return redirect(back_to(sent))
    whole = sent.get("all") == "1"
    form = FileForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        ordered = prepared.order(
            KIND,
            by=request.user,
            title=_("The work list as %(format)s") % {"format": form.format_label()},
            format=form.cleaned_data["format"],
            answers=form.cleaned_data["answers"],
            all="1" if whole else "",
            query=sent.get("query", "") if whole else "",
            picks=[] if whole else sent.getlist("pick"),
        )
        return redirect(ordered)
    context = {
        "form": form,
        "number": number,
        "whole": whole,
        "query": sent.get("query", ""),
        "picks": [] if whole else list(chosen.cases.values_list("reference", flat=True)),
        "gone": chosen.gone,
        "back": back_to(sent),
    }
    status = 422 if form.errors else 200
    return render(request, "applications/office/worklist_file.html", context, status=status)
