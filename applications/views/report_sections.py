"""One section of a report a page: shown, saved, and nothing lost when it cannot be saved."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.answer_pages import StalePart, neighbours
from applications.drafting import answers_by_question
from applications.finding import section_of
from applications.forms.answers import sends_translations
from applications.models import PartKind, Report, ReportStatus, Section
from applications.report_pages import ReportPage, page_for
from applications.reports import plan_rows, rules, unlocking, writing
from applications.reports.beside import texts_beside
from applications.reports.completeness import section_url
from applications.reports.finding import narrative_of
from applications.unlocking import Place, TooLate
from applications.versions import form_of
from icld_portal import kept_forms, writers
from icld_portal.access import PARTIES_AND_OFFICE, get_or_post
from icld_portal.localize import clock
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_or_post
def report_section(request: PortalRequest, reference: str, slug: str, key: str) -> HttpResponse:
    """Show one section to a writer, or save what was written; others read it on the report."""
    report = narrative_of(request, reference, slug)
    found = section_of(report, key)
    here = section_url(report, found)
    if here != request.path:
        return redirect(here)  # Accounts and salaries have pages of their own.
    if request.method == "POST":
        return save(request, report, found)
    only = unlocked_places(report, found)
    may_write = rules.may_write(request.user, report)
    sent = kept_forms.kept(request)
    if sent is not None and may_write:
        page = page_for(report, found, sent, only=only)
        page.is_valid()
        page.kept = True
        return show(request, page)
    if not may_write or (report.status != ReportStatus.DRAFT and not only):
        return redirect(f"{report.get_absolute_url()}#{found.key}")
    translating = "translation" in request.GET
    return show(request, page_for(report, found, translating=translating, only=only))


def unlocked_places(report: Report, found: Section) -> list[Place] | None:
    """Return what of a section a supplement unlocks; None for all of it, as in a draft.

    A part that is locked by now is shown whole when something was sent to it: to be copied.
    """
    if report.status == ReportStatus.DRAFT:
        return None
    unlocked = unlocking.unlocked_in(report)
    asked = [(str(PartKind.QUESTION), question.pk) for question in found.questions.all()]
    places = [(found.part, 0), *asked]
    return [place for place in places if unlocked and place in unlocked.parts] or None


def save(request: PortalRequest, report: Report, found: Section) -> HttpResponse:
    """Keep what was written; otherwise show all of it again and say why."""
    if not rules.may_write(request.user, report):
        raise PermissionDenied("edit")
    if request.POST.get("then") == "discard":
        kept_forms.forget(request)
        return redirect(section_url(report, found))
    page = page_for(report, found, request.POST, only=unlocked_places(report, found))
    if merging := [form for form in page.answer_forms() if form.asks_to_merge()]:
        for form in merging:
            form.merge(answers_by_question(report, form.language))
        messages.info(
            request,
            _("Both texts stand in the field now and nothing is saved yet. Edit it, then save."),
        )
        return show(request, page)
    if not page.is_valid():
        return show(request, page, status=422)
    try:
        kept = write(report, page, by=request.user, at=request.received_at)
    except WrongStatus as locked:
        messages.warning(request, why_locked(locked))
        return show(request, page, status=409)
    kept_forms.forget(request)
    if not kept:
        return show(request, page, status=409)
    messages.success(request, _("Saved %(clock)s.") % {"clock": clock(timezone.now())})
    return redirect(after_saving(request, report, found))


def why_locked(locked: WrongStatus) -> str:
    """Say why nothing could be saved."""
    if isinstance(locked, TooLate):
        return _(
            "The day to answer by has passed. What you wrote is still here, but it is not "
            "saved. Copy it, and ask ICLD for more time if you need it."
        )
    return _(
        "This report has been handed in since you opened the page. "
        "What you wrote is still here, but it is not saved. Copy it if you need it."
    )


def write(report: Report, page: ReportPage, *, by: User, at: datetime) -> bool:
    """Write the page to the report; False when what somebody else has saved is against it."""
    try:
        with writing.editing(report, by=by, within=page.places, at=at) as draft:
            return page.save(draft, by=by)
    except StalePart:
        return False


def after_saving(request: PortalRequest, report: Report, found: Section) -> str:
    """Where to go: the next section, the list of parts, or this page again."""
    then = request.POST.get("then", "stay")
    following = neighbours(list(form_of(report).sections.all()), found)["next"]
    if then == "next" and following and report.status == ReportStatus.DRAFT:
        return section_url(report, following)
    if then in {"list", "next"}:
        return report.get_absolute_url()
    here = section_url(report, found)
    return f"{here}?translation" if sends_translations(request.POST) else here


def show(request: PortalRequest, page: ReportPage, *, status: int = 200) -> HttpResponse:
    """Show a section's page with everything that was typed on it."""
    report = page.report
    sections = list(form_of(report).sections.all())
    beside = neighbours(sections, page.section)
    unlocked = unlocking.unlocked_in(report) if report.status != ReportStatus.DRAFT else None
    before = plan_rows.report_before(report)
    context: dict[str, Any] = {
        "report": report,
        "section": page.section,
        "page": page,
        "supplement": unlocked.supplement if unlocked else None,
        "asked_parts": [part for place, part in unlocked.parts.items() if place in page.places]
        if unlocked
        else [],
        "earlier": texts_beside(report, page.questions, before),
        "before": before,
        "writer": writers.mark_of(request.user),
        "errors": page.errors() if page.data is not None else [],
        "number": [one.pk for one in sections].index(page.section.pk) + 1,
        "of": len(sections),
        "previous": beside["previous"],
        "next": beside["next"],
        "previous_url": section_url(report, beside["previous"]) if beside["previous"] else "",
        "next_url": section_url(report, beside["next"]) if beside["next"] else "",
    }
    return render(request, page.template, context, status=status)
