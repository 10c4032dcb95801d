"""Messages between the parties and ICLD: all of one's threads, those of a case, one thread."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import rules
from applications.finding import case_of
from applications.forms.messages import AnswerForm, RemovalForm, ThreadForm
from applications.messages import answer, begin_thread, mark_read, remove_file
from applications.models import Application, Message, MessageFile, MessageThread, ThreadRead
from icld_portal import files, kept_forms, scanning, writers
from icld_portal.access import OFFICE, PARTIES_AND_OFFICE, get_only, get_or_post
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

# More readers than this are not named.
MOST_READERS = 30


@PARTIES_AND_OFFICE
@get_only
def inbox(request: PortalRequest) -> HttpResponse:
    """Every thread the person may read, the one that was last written in first."""
    threads = MessageThread.objects.all().visible_to(request.user).for_list(request.user)
    page = page_of(request, threads)
    return render(request, "applications/messages.html", {"page_obj": page})


@PARTIES_AND_OFFICE
@get_or_post
def case_messages(request: PortalRequest, handle: str) -> HttpResponse:
    """The threads of one case, and the form that begins another."""
    application = case_of(request, handle)
    may_write = rules.may_write_message(request.user, application)
    if request.method != "POST":
        kept = kept_forms.kept(request)
        return _show_case(request, application, ThreadForm(kept), may_write=may_write)
    if not may_write:
        raise PermissionDenied("write_message")
    form = ThreadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            thread = begin_thread(application, by=request.user, **_sent(request, form))
        except NotReady as refused:
            form.add_error("text", refused.problems[0].text)
        else:
            return _sent_off(request, thread)
    return _show_case(request, application, form, may_write=True, status=422)


def _show_case(
    request: PortalRequest,
    application: Application,
    form: ThreadForm,
    *,
    may_write: bool,
    status: int = 200,
) -> HttpResponse:
    threads = MessageThread.objects.all().visible_to(request.user).for_list(request.user)
    context = {
        "application": application,
        "page_obj": page_of(request, threads.filter(application=application)),
        "form": form,
        "may_write": may_write,
        "writer": writers.mark_of(request.user),
    }
    return render(request, "applications/case_messages.html", context, status=status)


@PARTIES_AND_OFFICE
@get_or_post
def thread(request: PortalRequest, pk: int) -> HttpResponse:
    """One thread, the newest message first, and the form to answer; looking marks it read."""
    visible = MessageThread.objects.all().visible_to(request.user)
    found = get_object_or_404(
        visible.select_related("application__partnership", "application__officer"), pk=pk
    )
    if request.method != "POST":
        mark_read(found, by=request.user)
        return _show(request, found, AnswerForm(kept_forms.kept(request)))
    if not rules.may_write_message(request.user, found.application):
        raise PermissionDenied("write_message")
    form = AnswerForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            answer(found, by=request.user, **_sent(request, form))
        except NotReady as refused:
            form.add_error("text", refused.problems[0].text)
        else:
            return _sent_off(request, found)
    return _show(request, found, form, status=422)


def _sent(request: PortalRequest, form: AnswerForm) -> dict[str, Any]:
    """What the form says, as the deeds take it."""
    facts = {**form.cleaned_data, "at": request.received_at}
    return facts | {"uploads": facts.pop("attached")}


def _sent_off(request: PortalRequest, sent: MessageThread) -> HttpResponse:
    kept_forms.forget(request)
    messages.success(request, _("The message is sent."))
    return redirect(sent)


def _show(
    request: PortalRequest, found: MessageThread, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    sent = found.messages.select_related("author", "organisation").prefetch_related(
        "files__removal"
    )
    application = found.application
    reads = ThreadRead.objects.filter(thread=found).exclude(user=request.user)
    context = {
        "thread": found,
        "application": application,
        "opens_case": _may_open(request, application),
        "page_obj": _with_scans(page_of(request, sent.order_by("-written_at", "-pk"))),
        "readers": reads.select_related("user").order_by("-read_at", "user")[:MOST_READERS],
        "form": form,
        "may_write": rules.may_write_message(request.user, application),
        "may_remove": rules.may_remove_file(request.user, application),
        "writer": writers.mark_of(request.user),
    }
    return render(request, "applications/thread.html", context, status=status)


def _with_scans(page: Page[Message]) -> Page[Message]:
    """Give each file of the messages what keeps it from being opened, or nothing."""
    sent = [file for message in page for file in message.files.all()]
    held = scanning.held(file.file.name for file in sent) if sent else {}
    for file in sent:
        file.held = held.get(file.file.name)  # type: ignore[attr-defined]
    return page


def _may_open(request: PortalRequest, application: Application) -> bool:
    """Whether the case itself is open to the reader: for ICLD, a draft is not."""
    return rules.may_view(request.user, application)


@PARTIES_AND_OFFICE
@get_only
def message_file(request: PortalRequest, pk: int, file: int) -> HttpResponseBase:
    """Give a file that was sent with a message to those who read its thread."""
    found = _file_in(request, pk, file)
    if hasattr(found, "removal"):
        messages.warning(request, _("ICLD has removed the file. The reason stands beside it."))
        return redirect(found.message.thread)
    try:
        return files.hand_out(found.file, found.file_name, found.content_type)
    except files.Held as held:
        messages.warning(request, str(held))
        return redirect(found.message.thread)


@OFFICE
@get_or_post
def remove_message_file(request: PortalRequest, pk: int, file: int) -> HttpResponse:
    """Ask why a file is to be removed, then remove it for good."""
    found = _file_in(request, pk, file)
    thread = found.message.thread
    if not rules.may_remove_file(request.user, thread.application):
        raise PermissionDenied("remove_file")
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            remove_file(
                found, by=request.user, reason=form.cleaned_data["why"], at=request.received_at
            )
        except WrongStatus:
            messages.warning(request, _("The file is removed already."))
        else:
            messages.success(request, _("The file is removed."))
        return redirect(thread)
    context = {"thread": thread, "file": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "applications/remove_file.html", context, status=status)


def _file_in(request: PortalRequest, pk: int, file: int) -> MessageFile:
    """Return the file of a thread that this person reads, with its removal if there is one."""
    visible = MessageThread.objects.all().visible_to(request.user)
    rows = MessageFile.objects.select_related("removal", "message__thread__application")
    return get_object_or_404(rows, pk=file, message__thread=get_object_or_404(visible, pk=pk))
