"""The versions of the budget guidelines: ICLD reads them, its administrators write a draft."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from finance import rules, workflow
from finance.forms import AmountsForm, CategoryForm, GeneralForm
from finance.models import CostCategory, GrantType, Guideline
from finance.views.guidelines import in_force, table_of
from icld_portal.access import OFFICE, OFFICE_ADMINISTRATORS, get_only, get_or_post, post_only
from icld_portal.localize import STOCKHOLM
from icld_portal.paging import page_of
from icld_portal.problems import NotReady, Problem
from icld_portal.seen_forms import SeenForm
from icld_portal.versions import differences
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@OFFICE
@get_only
def versions(request: PortalRequest) -> HttpResponse:
    """Every version, the newest first."""
    page = page_of(request, Guideline.objects.visible_to(request.user).order_by("-version"))
    today, current = timezone.localdate(timezone=STOCKHOLM), in_force()
    context = {
        "page_obj": page,
        "rows": [(row, *standing(row, current, today)) for row in page],
        "may_edit": rules.may_edit_guidelines(request.user),
        "draft": Guideline.objects.visible_to(request.user).drafts().first(),
    }
    return render(request, "finance/office/versions.html", context)


def standing(row: Guideline, current: Guideline | None, today: date) -> tuple[str, str]:
    """Return how a version stands on ``today``: the stored word and the one for people."""
    if row.published_at is None:
        return "draft", _("draft")
    if row == current:
        return "open", _("in force")
    return ("coming", _("coming")) if row.valid_from > today else ("closed", _("earlier"))


@OFFICE_ADMINISTRATORS
@post_only
def begin(request: PortalRequest) -> HttpResponse:
    """Copy the newest version to a draft, and open it."""
    try:
        draft = workflow.begin_version(by=request.user)
    except WrongStatus:
        messages.warning(request, _("There is no published version to copy."))
        return redirect("finance:versions")
    return redirect("finance:version", draft.version)


def seen_version(request: PortalRequest, version: int) -> Guideline:
    """Return a version this person may read, else 404."""
    found: Guideline = get_object_or_404(
        Guideline.objects.visible_to(request.user), version=version
    )
    return found


@OFFICE
@get_only
def version(request: PortalRequest, version: int) -> HttpResponse:
    """One version as its readers see it; a draft with the way to each of its parts."""
    row = seen_version(request, version)
    today = timezone.localdate(timezone=STOCKHOLM)
    state, label = standing(row, in_force(), today)
    language = request.GET.get("language") or get_language()
    if language not in ("sv", "en"):
        raise Http404
    with override(language):
        preview = render_to_string("finance/_guideline.html", table_of(row), request)
    context = {
        "version": row,
        "standing": state,
        "label": label,
        "may_edit": state == "draft" and rules.may_edit_guidelines(request.user),
        "problems": problems_of(row, today) if state == "draft" else [],
        "grant_types": GrantType.choices,
        "language": language,
        "preview": preview,
    }
    return render(request, "finance/office/version.html", context)


def problems_of(draft: Guideline, today: date) -> list[dict[str, Any]]:
    """Return what stops a draft, each with the way to the page that mends it."""
    return [
        {"text": one.text, "blocks": one.blocks, "anchor": one.anchor, "url": url_of(draft, one)}
        for one in workflow.publishing_problems(draft, today=today)
    ]


def url_of(draft: Guideline, problem: Problem) -> str:
    """Return the address of the page a problem is mended on."""
    if problem.page in GrantType.values:
        return reverse("finance:version_amounts", args=[draft.version, problem.page])
    if problem.page == "general":
        return reverse("finance:version_general", args=[draft.version])
    return f"{draft.office_url()}#cost-list"


def write(
    request: PortalRequest,
    version: int,
    template: str,
    make: Callable[[Guideline, Any], SeenForm],
    keep: Callable[[Guideline, Any], Any],
) -> HttpResponse:
    """Show the page of one part of a draft, or keep what was written on it."""
    row = seen_version(request, version)
    saved = False
    try:
        with transaction.atomic():
            draft = workflow.locked_draft(version, by=request.user)
            form = make(draft, request.POST if request.method == "POST" else None)
            if form.is_bound and form.is_valid():
                keep(draft, form)
                saved = True
    except WrongStatus:
        return not_a_draft(request, row)
    if saved:
        messages.success(request, _("Saved in the draft."))
        return redirect("finance:version", version)
    context = {"version": row, "form": form}
    return render(request, template, context, status=422 if form.errors else 200)


def not_a_draft(request: PortalRequest, row: Guideline) -> HttpResponse:
    """Say that the version cannot be changed, and show it as it stands."""
    messages.warning(request, _("This version is published and is kept as it is."))
    return redirect("finance:version", row.version)


@OFFICE_ADMINISTRATORS
@get_or_post
def general(request: PortalRequest, version: int) -> HttpResponse:
    """Valid-from, day rate, deviation and notes of a draft."""

    def keep(draft: Guideline, form: GeneralForm) -> None:
        workflow.save_general(draft, form.cleaned_data, by=request.user)

    return write(request, version, "finance/office/general.html", GeneralForm, keep)


@OFFICE_ADMINISTRATORS
@get_or_post
def amounts(request: PortalRequest, version: int, grant_type: str) -> HttpResponse:
    """The amounts of one grant type in a draft."""
    if grant_type not in GrantType.values:
        raise Http404

    def make(draft: Guideline, data: Any) -> AmountsForm:
        rows = draft.amounts.filter(grant_type=grant_type)
        cells = {(row.parties, row.region): row for row in rows}
        return AmountsForm(str(GrantType(grant_type).label), cells, data)

    def keep(draft: Guideline, form: AmountsForm) -> None:
        workflow.save_amounts(draft, grant_type, form.written(), by=request.user)

    return write(request, version, "finance/office/amounts.html", make, keep)


@OFFICE_ADMINISTRATORS
@get_or_post
def category(request: PortalRequest, version: int, code: str = "") -> HttpResponse:
    """One kind of cost in a draft; without ``code`` a new one."""
    found: list[CostCategory | None] = [None]

    def make(draft: Guideline, data: Any) -> CategoryForm:
        if code:
            found[0] = get_object_or_404(draft.categories, code=code)
        return CategoryForm(found[0], data)

    def keep(draft: Guideline, form: CategoryForm) -> None:
        workflow.save_category(draft, found[0], form.cleaned_data, by=request.user)

    return write(request, version, "finance/office/category.html", make, keep)


@OFFICE_ADMINISTRATORS
@post_only
def change_category(request: PortalRequest, version: int, code: str) -> HttpResponse:
    """Move a kind of cost up or down in a draft, or take it out."""
    row = seen_version(request, version)
    wish = request.POST.get("wish", "")
    try:
        with transaction.atomic():
            draft = workflow.locked_draft(version, by=request.user)
            kind = get_object_or_404(draft.categories, code=code)
            if wish == "remove":
                workflow.remove_category(draft, kind, by=request.user)
                messages.success(request, _("“%(name)s” is removed.") % {"name": kind})
            elif wish in ("up", "down"):
                workflow.move_category(draft, kind, up=wish == "up", by=request.user)
            else:
                raise Http404
    except WrongStatus:
        return not_a_draft(request, row)
    except NotReady as refused:
        messages.warning(request, refused.problems[0].text)
    return redirect(f"{row.office_url()}#cost-list")


@OFFICE
@get_only
def difference(request: PortalRequest, version: int) -> HttpResponse:
    """What a version says otherwise than the one before it."""
    row = seen_version(request, version)
    before = (
        Guideline.objects.published().filter(version__lt=row.version).order_by("-version").first()
    )
    found = differences(before, row) if before else []
    context = {"version": row, "before": before, "differences": found}
    return render(request, "finance/office/difference.html", context)


@OFFICE_ADMINISTRATORS
@get_or_post
def publish(request: PortalRequest, version: int) -> HttpResponse:
    """Ask once more, then publish a draft."""
    row = seen_version(request, version)
    if row.published_at:
        return not_a_draft(request, row)
    if request.method == "POST":
        try:
            workflow.publish(version, by=request.user, at=request.received_at)
        except NotReady:
            pass  # The page says what is missing.
        except WrongStatus:
            return not_a_draft(request, row)
        else:
            text = _("Version %(version)d is published. Drafts begun before keep their version.")
            messages.success(request, text % {"version": version})
            return redirect("finance:version", version)
    today = timezone.localtime(request.received_at, STOCKHOLM).date()
    problems = problems_of(row, today)
    blocked = any(problem["blocks"] for problem in problems)
    context = {"version": row, "problems": problems, "blocked": blocked}
    status = 422 if request.method == "POST" else 200
    return render(request, "finance/office/publish.html", context, status=status)


@OFFICE_ADMINISTRATORS
@get_or_post
def throw_away(request: PortalRequest, version: int) -> HttpResponse:
    """Ask once more, then delete a draft."""
    row = seen_version(request, version)
    if row.published_at:
        return not_a_draft(request, row)
    if request.method == "POST":
        try:
            workflow.throw_away(version, by=request.user)
        except WrongStatus:
            return not_a_draft(request, row)
        messages.success(request, _("The draft is thrown away."))
        return redirect("finance:versions")
    return render(request, "finance/office/throw_away.html", {"version": row})
