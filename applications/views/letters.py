"""Letters of intent: one or more files per party, changed only while it is a draft."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import drafting, rules
from applications.finding import case_of
from applications.forms.letters import LetterForm
from applications.models import Application, Attachment, Status
from icld_portal import files
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

# Signed letters are few; this keeps a case from becoming a file store.
MOST_LETTERS = 20


@PARTIES_AND_OFFICE
@get_or_post
def letters(request: PortalRequest, handle: str) -> HttpResponse:
    """List the letters of intent and take in a new one."""
    application = case_of(request, handle)
    may_edit = application.status == Status.DRAFT and rules.may_edit(request.user, application)
    parties = [party.organisation for party in application.case_parties.all()]
    if request.method != "POST":
        form = LetterForm(parties=parties)
        return _show(request, application, form=form, may_edit=may_edit)
    if not rules.may_edit(request.user, application):
        raise PermissionDenied("edit")
    form = LetterForm(request.POST, request.FILES, parties=parties)
    if application.attachments.count() >= MOST_LETTERS:
        form.add_error("file", _("Remove a file first: a case has at most 20."))
    if not form.is_valid():
        return _show(request, application, form=form, may_edit=may_edit, status=422)
    try:
        _keep(request, application, form)
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))
    else:
        messages.success(request, _("The letter is attached."))
    return redirect("applications:letters", application.handle)


def _keep(request: PortalRequest, application: Application, form: LetterForm) -> None:
    """Store the file and its row together; a file without a row is removed again."""
    stored = files.store(form.cleaned_data["file"], "letters")
    try:
        with drafting.editing(application, by=request.user) as draft:
            Attachment.objects.create(
                application=draft,
                organisation=form.cleaned_data["organisation"],
                file=stored.file,
                file_name=stored.file_name,
                content_type=stored.content_type,
                size_bytes=stored.size_bytes,
                sha256=stored.sha256,
                uploaded_at=request.received_at,
                uploaded_by=request.user,
            )
    except (WrongStatus, PermissionDenied):
        default_storage.delete(stored.file)
        raise


def _show(
    request: PortalRequest,
    application: Application,
    *,
    form: LetterForm,
    may_edit: bool,
    status: int = 200,
) -> HttpResponse:
    attached = application.attachments.select_related("organisation", "uploaded_by")
    context: dict[str, Any] = {
        "application": application,
        "letters": attached,
        "form": form,
        "may_edit": may_edit,
    }
    return render(request, "applications/letters.html", context, status=status)


@PARTIES_AND_OFFICE
@get_only
def letter(request: PortalRequest, handle: str, pk: int) -> FileResponse:
    """Give back one letter to those who may see the case."""
    application = case_of(request, handle)
    found = get_object_or_404(application.attachments, pk=pk)
    return files.download(found.file, found.file_name, found.content_type)


@PARTIES_AND_OFFICE
@post_only
def remove_letter(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Take away a letter while the case is a draft; its file goes when that is certain."""
    application = case_of(request, handle)
    try:
        with drafting.editing(application, by=request.user) as draft:
            found = get_object_or_404(draft.attachments, pk=pk)
            name = found.file.name
            found.delete()
            transaction.on_commit(lambda: default_storage.delete(name))
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))
    else:
        messages.success(request, _("The letter is removed."))
    return redirect("applications:letters", application.handle)
