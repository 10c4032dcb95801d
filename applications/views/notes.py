"""ICLD's internal notes on a case."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import rules
from applications.forms.messages import NoteForm
from applications.models import Application, CaseNote
from applications.notes import withdraw_note, write_note
from applications.views.assessing import moved_on, staff_cases
from icld_portal import kept_forms, writers
from icld_portal.access import OFFICE, get_or_post, post_only
from icld_portal.paging import page_of
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@OFFICE
@get_or_post
def notes(request: PortalRequest, handle: str) -> HttpResponse:
    """The notes on one case, the newest first, and the form to write another."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if rules.is_of_party(request.user, application):
        raise PermissionDenied("notes")
    if request.method != "POST":
        return _show(request, application, NoteForm(kept_forms.kept(request)))
    if not rules.may_write_note(request.user, application):
        raise PermissionDenied("write_note")
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show(request, application, form, status=422)
    try:
        write_note(application, by=request.user, at=request.received_at, **form.cleaned_data)
    except WrongStatus:
        return moved_on(request, application)
    kept_forms.forget(request)
    messages.success(request, _("The note is saved."))
    return redirect("applications:notes", handle)


def _show(
    request: PortalRequest, application: Application, form: NoteForm, *, status: int = 200
) -> HttpResponse:
    written = CaseNote.objects.all().visible_to(request.user).filter(application=application)
    page = page_of(
        request, written.select_related("author", "withdrawn_by").order_by("-written_at", "-pk")
    )
    context = {
        "application": application,
        "page_obj": page,
        "rows": [(note, rules.may_withdraw_note(request.user, note)) for note in page],
        "form": form,
        "may_write": rules.may_write_note(request.user, application),
        "writer": writers.mark_of(request.user),
    }
    return render(request, "applications/office/notes.html", context, status=status)


@OFFICE
@post_only
def withdraw(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Mark a note as withdrawn; it stays readable."""
    written = CaseNote.objects.all().visible_to(request.user).select_related("application")
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    note = get_object_or_404(written, pk=pk, application=application)
    withdraw_note(note, by=request.user, at=request.received_at)
    messages.success(request, _("The note is marked as withdrawn."))
    return redirect("applications:notes", handle)
