"""The parties' comments on their case: by threads, beside a section or a question."""

from collections.abc import Mapping

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from applications import commenting, rules
from applications.finding import case_of
from applications.forms.comments import CommentForm, NewThreadForm
from applications.models import Application, Comment, CommentThread, Status
from applications.models.comments import COMMENTS_PER_PAGE
from applications.versions import form_of
from icld_portal import kept_forms, writers
from icld_portal.access import PARTIES_AND_OFFICE, get_or_post, post_only
from icld_portal.paging import page_of
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

THREADS_PER_PAGE = 10


def commented_case(request: PortalRequest, handle: str) -> Application:
    """Return the case for a member of its parties; to all others it has no comments."""
    application = case_of(request, handle)
    if not rules.may_comment(request.user, application):
        raise Http404("no such case")
    return application


def thread_of(request: PortalRequest, application: Application, pk: int) -> CommentThread:
    """Return the thread if it is the case's; Http404 otherwise."""
    mine = CommentThread.objects.visible_to(request.user).with_places()
    thread: CommentThread = get_object_or_404(mine, application=application, pk=pk)
    thread.application = application
    return thread


@PARTIES_AND_OFFICE
@get_or_post
def comments(request: PortalRequest, handle: str) -> HttpResponse:
    """Show the threads, those to look at first, and begin a new one."""
    application = commented_case(request, handle)
    data = request.POST if request.method == "POST" else kept_forms.kept(request)
    about = request.GET.get("about", "")
    form = NewThreadForm(
        data,
        people=commenting.people_of(application),
        by=request.user,
        form=form_of(application),
        about=about,
    )
    status = 200
    if request.method == "POST":
        if form.is_valid() and (written := _begin(request, application, form)):
            return written
        status = 409 if form.is_valid() else 422
    threads = CommentThread.objects.visible_to(request.user).filter(application=application)
    section = form.places[about][0] if about in form.places else None
    if section is not None:
        threads = threads.filter(section=section)
    ordered = threads.with_replies().with_places().order_by("is_resolved", "-opened_at", "-pk")
    page = page_of(request, ordered, size=THREADS_PER_PAGE)
    context = {
        "page_obj": page,
        "rows": commenting.openings(list(page)),
        "section": section,
    }
    return _show(request, "applications/comments.html", application, form, context, status)


def _show(
    request: PortalRequest,
    template: str,
    application: Application,
    form: CommentForm,
    context: Mapping[str, object],
    status: int,
) -> HttpResponse:
    shared = {
        "application": application,
        "form": form,
        "writer": writers.mark_of(request.user),
        "is_draft": application.status == Status.DRAFT,
        "is_kept": request.method != "POST" and form.is_bound,
    }
    return render(request, template, {**shared, **context}, status=status)


def _begin(
    request: PortalRequest, application: Application, form: NewThreadForm
) -> HttpResponse | None:
    section, question = form.place()
    try:
        comment = commenting.open_thread(
            application,
            section,
            form.cleaned_data["text"],
            by=request.user,
            question=question,
            tell=form.told(),
        )
    except WrongStatus:
        _say_handed_in(request)
        return None
    _say_told(request, comment, form)
    here = reverse("applications:comments", args=[application.handle])
    return redirect(f"{here}?about={section.key}")


def _say_handed_in(request: PortalRequest) -> None:
    messages.warning(
        request, _("The application has been handed in: its comments can be read, not written.")
    )


def _say_told(request: PortalRequest, comment: Comment, form: CommentForm) -> None:
    """Say that the comment is written, who is told of it, and which @ named nobody."""
    kept_forms.forget(request)
    named = comment.mentions.exclude(user=request.user).order_by("user__name")
    told = list(named.values_list("user__name", flat=True))
    text = _("The comment is written.")
    if told:
        text += " " + _("Told by e-mail: %(names)s.") % {"names": get_text_list(told, _("and"))}
    messages.success(request, text)
    everybody = [*form.people.values(), request.user]
    chosen = f"@{form.told()}".casefold()
    found = commenting.named_in(comment.text, everybody).unknown
    if unknown := [word for word in found if not chosen.startswith(word.casefold())]:
        text = _("No single person here is called %(names)s. Choose from the list instead.")
        messages.warning(request, text % {"names": get_text_list(list(unknown), _("and"))})


@PARTIES_AND_OFFICE
@get_or_post
def comment_thread(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Show one thread from its beginning, and answer in it."""
    application = commented_case(request, handle)
    thread = thread_of(request, application, pk)
    data = request.POST if request.method == "POST" else kept_forms.kept(request)
    form = CommentForm(data, people=commenting.people_of(application), by=request.user)
    status = 200
    if request.method == "POST":
        if form.is_valid() and (written := _answer(request, thread, form)):
            return written
        status = 409 if form.is_valid() else 422
    page = page_of(request, written_in(thread), size=COMMENTS_PER_PAGE)
    context = {"thread": thread, "page_obj": page}
    return _show(request, "applications/comment_thread.html", application, form, context, status)


def written_in(thread: CommentThread) -> QuerySet[Comment]:
    """The comments of a thread in order, with who wrote them and whom they name."""
    found = Comment.objects.filter(thread=thread).order_by("written_at", "pk")
    return found.select_related("author").prefetch_related("mentions__user")


def _answer(
    request: PortalRequest, thread: CommentThread, form: CommentForm
) -> HttpResponse | None:
    try:
        comment = commenting.reply(
            thread, form.cleaned_data["text"], by=request.user, tell=form.told()
        )
    except WrongStatus:
        _say_handed_in(request)
        return None
    _say_told(request, comment, form)
    return redirect(comment)


def thread_url(thread: CommentThread) -> str:
    """The address of a thread's page."""
    return reverse("applications:comment_thread", args=[thread.application.handle, thread.pk])


@PARTIES_AND_OFFICE
@post_only
def resolve_thread(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Resolve a thread, or open it again."""
    thread = thread_of(request, commented_case(request, handle), pk)
    try:
        if request.POST.get("resolved") == "no":
            commenting.reopen(thread, by=request.user)
            messages.success(request, _("The comment is open again."))
        else:
            commenting.resolve(thread, by=request.user)
            messages.success(request, _("The comment is resolved."))
    except WrongStatus:
        _say_handed_in(request)
    return redirect(thread_url(thread))


@PARTIES_AND_OFFICE
@post_only
def remove_comment(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Take away the text of one's own comment."""
    application = commented_case(request, handle)
    comment = get_object_or_404(
        Comment.objects.select_related("thread"), thread__application=application, pk=pk
    )
    comment.thread.application = application
    try:
        commenting.remove(comment, by=request.user)
    except WrongStatus:
        _say_handed_in(request)
    else:
        messages.success(request, _("The comment is removed."))
    return redirect(thread_url(comment.thread))
