"""One section a page: shown, saved, and nothing lost when it cannot be saved."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import commenting, drafting, rules, workspace
from applications.answer_pages import StalePart, neighbours
from applications.drafting import answers_by_question
from applications.finding import case_of, load_page, section_of
from applications.forms.answers import sends_translations
from applications.models import Application, Decision, Part, PartKind, Section, Status
from applications.progress import section_url
from applications.section_pages import SectionPage, page_for
from applications.unlocking import Place, TooLate, unlocked_in
from applications.versions import form_of
from icld_portal import kept_forms, writers
from icld_portal.access import PARTIES_AND_OFFICE, get_or_post
from icld_portal.localize import clock
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_or_post
def section(request: PortalRequest, handle: str, key: str) -> HttpResponse:
    """Show one section to a writer, or save what was written."""
    if request.method == "POST":
        application = case_of(request, handle, Application.objects.all().for_saving())
        return save(request, application, section_of(application, key))
    application = case_of(request, handle)
    found = section_of(application, key)
    sent = kept_forms.kept(request)
    only = unlocked_places(application, found)
    if sent is not None and rules.may_edit(request.user, application):
        return show_kept(request, page_for(application, found, sent, only=only))
    closed = application.status != Status.DRAFT and not only
    if closed or not rules.may_edit(request.user, application):
        return redirect(f"{reverse('applications:read', args=[application.handle])}#{found.key}")
    translating = "translation" in request.GET
    shown = show(request, page_for(application, found, translating=translating, only=only))
    # Written last: the page itself still says what has changed since the visit before.
    workspace.visit(application, found, by=request.user, at=request.received_at)
    return shown


def unlocked_places(application: Application, found: Section) -> list[Place] | None:
    """Return what of a section a supplement unlocks; None for all of it, as in a draft.

    A part that is locked by now is shown whole when something was sent to it: to be copied.
    """
    if application.status == Status.DRAFT:
        return None
    unlocked = unlocked_in(application)
    asked = [(str(PartKind.QUESTION), question.pk) for question in found.questions.all()]
    places = [(found.part, 0), *asked]
    return [place for place in places if unlocked and place in unlocked.parts] or None


def show_kept(request: PortalRequest, page: SectionPage) -> HttpResponse:
    """Show what was sent while this person was signed out; they save it, or let it go."""
    page.is_valid()
    page.kept = True
    return show(request, page)


def save(request: PortalRequest, application: Application, found: Section) -> HttpResponse:
    """Keep what was written; otherwise show all of it again and say why."""
    if not rules.may_edit(request.user, application):
        raise PermissionDenied("edit")
    if request.POST.get("then") == "discard":
        kept_forms.forget(request)
        return redirect(section_url(application, found))
    if found.part != Part.QUESTIONS:
        load_page(application)
    page = page_for(application, found, request.POST, only=unlocked_places(application, found))
    if merging := [form for form in page.answer_forms() if form.asks_to_merge()]:
        for form in merging:
            form.merge(answers_by_question(application, form.language))
        messages.info(
            request,
            _("Both texts stand in the field now and nothing is saved yet. Edit it, then save."),
        )
        return show(request, page)
    if not page.is_valid():
        return show(request, page, status=422)
    try:
        kept = write(application, page, by=request.user, at=request.received_at)
    except WrongStatus as locked:
        messages.warning(request, why_locked(locked))
        return show(request, page, status=409)
    kept_forms.forget(request)
    if not kept:
        return show(request, page, status=409)
    messages.success(request, _("Saved %(clock)s.") % {"clock": clock(timezone.now())})
    if request.POST.get("then") in {"ready", "not_ready"}:
        say_ready(request, application, found)
    return redirect(after_saving(request, application, found))


def why_locked(locked: WrongStatus) -> str:
    """Say why nothing could be saved."""
    if isinstance(locked, TooLate):
        return _(
            "The day to answer by has passed. What you wrote is still here, but it is not "
            "saved. Copy it, and ask ICLD for more time if you need it."
        )
    return _(
        "This application has been handed in since you opened the page. "
        "What you wrote is still here, but it is not saved. Copy it if you need it."
    )


def write(application: Application, page: SectionPage, *, by: User, at: datetime) -> bool:
    """Write the page to the draft; False when what somebody else has saved stands against it."""
    try:
        with drafting.editing(application, by=by, within=page.places, at=at) as draft:
            return page.save(draft, by=by)
    except StalePart:
        return False


def say_ready(request: PortalRequest, application: Application, found: Section) -> None:
    """Mark the section that was just saved as ready, or take the mark back."""
    try:
        if request.POST["then"] == "ready":
            workspace.mark_ready(application, found, by=request.user)
        else:
            workspace.take_back_ready(application, found, by=request.user)
    except NotReady as refused:
        messages.warning(request, refused.problems[0].text)
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))


def after_saving(request: PortalRequest, application: Application, found: Section) -> str:
    """Where to go: the next section, the task list, or this page with a blank row more."""
    then = request.POST.get("then", "stay")
    here = section_url(application, found)
    if then == "row":
        return f"{here}#new-row"
    if then.startswith("row-") and then[4:].isdecimal() and len(then) < 7:
        return f"{here}#new-row-{then[4:]}"
    if then in {"copy-2", "copy-3"}:
        return reverse("applications:budget_copy", args=[application.handle, int(then[5:])])
    if application.status != Status.DRAFT and then in {"next", "list"}:
        return reverse("applications:current_supplement", args=[application.handle])
    if then == "next":
        sections = list(form_of(application).sections.all())
        following = neighbours(sections, found)["next"]
        if following is None:
            return reverse("applications:check", args=[application.handle])
        return section_url(application, following)
    if then == "list":
        return application.get_absolute_url()
    return f"{here}?translation" if sends_translations(request.POST) else here


def decision_before(application: Application) -> Decision | None:
    """Return the decision on the case that this one was begun from, to write with in mind."""
    if application.copied_from_id is None:
        return None
    decisions = Decision.objects.select_related("application")
    return decisions.filter(application=application.copied_from_id).first()


def show(request: PortalRequest, page: SectionPage, *, status: int = 200) -> HttpResponse:
    """Show a section's page with everything that was typed on it."""
    load_page(page.application)
    sections = list(form_of(page.application).sections.all())
    beside = neighbours(sections, page.section)
    unlocked = unlocked_in(page.application) if page.application.status != Status.DRAFT else None
    context: dict[str, Any] = {
        "supplement": unlocked.supplement if unlocked else None,
        "asked_parts": [part for place, part in unlocked.parts.items() if place in page.places]
        if unlocked
        else [],
        "application": page.application,
        "section": page.section,
        "page": page,
        "writer": writers.mark_of(request.user),
        "errors": page.errors() if page.data is not None else [],
        "number": [one.pk for one in sections].index(page.section.pk) + 1,
        "of": len(sections),
        "previous": beside["previous"],
        "next": beside["next"],
        "earlier": decision_before(page.application),
        "work": workspace.state_of(page.application, page.section, request.user),
        "threads": commenting.beside(page.application, page.section),
    }
    return render(request, page.template, context, status=status)
