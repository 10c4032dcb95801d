"""Change requests as the parties write them: begin, write, move money, hand in."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import citing
from applications import rules as case_rules
from applications.changes import completeness, rules
from applications.changes.money import Moves, moves_of, table, used_of
from applications.finding import case_of, is_handle
from applications.forms.changes import AnswerForm, ChangeForm, MovesForm
from applications.models import ChangeRequest, ChangeStatus
from applications.workflow import changing
from finance.models import Grant
from icld_portal.access import PARTIES_AND_OFFICE, get_or_post, post_only
from icld_portal.paging import page_of
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest

MOST_DECISIONS = 100


def change_of(request: PortalRequest, reference: str, number: int) -> ChangeRequest:
    """Return the change request with this address; Http404 if the person may not see it."""
    if not is_handle(reference):
        raise Http404("no such case")
    seen = (
        ChangeRequest.objects.all()
        .visible_to(request.user)
        .select_related("budget__grant", "decision__paragraph__group", "decided_by", "submitted_by")
    )
    found = get_object_or_404(seen, application__reference=reference, number=number)
    # The case with what every page about it shows; whoever sees the request sees it.
    found.application = case_of(request, reference)
    return found


@PARTIES_AND_OFFICE
@get_or_post
def case_changes(request: PortalRequest, reference: str) -> HttpResponse:
    """List the change requests of a case; a writer begins one."""
    case = case_of(request, reference)
    if case.reference != reference:
        raise Http404("no such case")
    if request.method == "POST":
        if not case_rules.may_edit(request.user, case):
            raise PermissionDenied("begin_change")
        try:
            return redirect(changing.begin_change(case, by=request.user, at=request.received_at))
        except WrongStatus:
            messages.warning(request, _("A change can be asked for while the grant is running."))
    grant = Grant.objects.filter(reference=reference, status=Grant.Status.ACTIVE).first()
    seen = ChangeRequest.objects.all().visible_to(request.user).filter(application=case)
    context = {
        "application": case,
        "page_obj": page_of(request, seen.select_related("application").order_by("-number")),
        "may_begin": grant is not None and case_rules.may_edit(request.user, case),
        "is_running": grant is not None,
    }
    return render(request, "applications/changes.html", context)


@PARTIES_AND_OFFICE
@get_or_post
def change_request(request: PortalRequest, reference: str, number: int) -> HttpResponse:
    """Show a change request; while it is a draft, its writers save what they ask for."""
    change = change_of(request, reference, number)
    if request.method != "POST":
        return show(request, change)
    if not rules.may_write_change(request.user, change):
        raise PermissionDenied("save_change")
    if change.status != ChangeStatus.DRAFT:
        return moved_on(request, change)
    form = form_of(request, change)
    if not form.is_valid():
        return show(request, change, form=form, status=422)
    facts = {name: form.cleaned_data[name] for name in ("version", "reason", "end_on", "decision")}
    try:
        changing.save_change(change, by=request.user, words=form.words(), **facts)
    except changing.ChangedSince:
        return _changed_since(request, change, form)
    except WrongStatus:
        return moved_on(request, change)
    except NotReady as refused:
        form.show(refused.problems)
        return show(request, change, form=form, status=422)
    messages.success(request, _("The request is saved. It is not handed in yet."))
    return redirect(change)


def form_of(request: PortalRequest, change: ChangeRequest) -> ChangeForm:
    """The form with the decisions that can be cited."""
    decisions = citing.citable(change.application, request.user).select_related("paragraph__group")
    choices = [
        (one.pk, f"{one.paragraph.sign} {one.paragraph.heading} ({one.paragraph.group.name})")
        for one in decisions.order_by("-pk")[:MOST_DECISIONS]
    ]
    data = request.POST if request.method == "POST" else None
    return ChangeForm(data, change=change, decisions=choices)


def _changed_since(
    request: PortalRequest, change: ChangeRequest, form: ChangeForm | MovesForm
) -> HttpResponse:
    """Show what was sent beside what stands; saving again replaces it."""
    fresh = change_of(request, change.application.handle, change.number)
    form.add_error(
        None,
        _(
            "Somebody else has saved the request since you opened it. Your text is still in the "
            "fields. Save again to replace theirs with yours."
        ),
    )
    form.data = form.data.copy()  # type: ignore[attr-defined]
    form.data["version"] = str(fresh.content_version)  # type: ignore[index]
    if isinstance(form, MovesForm):
        return show_money(request, fresh, form, status=409)
    return show(request, fresh, form=form, status=409)


def moved_on(request: PortalRequest, change: ChangeRequest) -> HttpResponse:
    """Say that somebody was first, and show how it is now."""
    messages.warning(
        request, _("The request has moved on since you opened the page. Nothing was saved.")
    )
    return redirect(change)


def show(
    request: PortalRequest,
    change: ChangeRequest,
    *,
    form: ChangeForm | None = None,
    answer_form: AnswerForm | None = None,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the page, with a form that was refused or what stops the deed."""
    user, case = request.user, change.application
    moves = moves_of(change)
    is_draft = change.status == ChangeStatus.DRAFT
    may_write = is_draft and rules.may_write_change(user, change)
    answers = answers_for(request, change)
    found = problems
    if found is None and (may_write or answers):
        found = completeness.problems(change)
    context: dict[str, Any] = {
        "change": change,
        "application": case,
        "moves": moves,
        "changed_rows": [row for row in moves.rows if row.is_changed],
        "kinds": completeness.kinds_of(change, moves),
        "items": [item for item in change.items.all() if item.kind in changing.IN_WORDS],
        "grant": change.budget.grant,
        "may_write": may_write,
        "may_submit": is_draft and rules.may_submit_change(user, change),
        "form": (form or form_of(request, change)) if may_write else None,
        "answer_form": answer_form or (AnswerForm(answers=answers) if answers else None),
        "problems": [(one, _address(change, one)) for one in found or []],
        "was_refused": problems is not None,
    }
    return render(request, "applications/change_request.html", context, status=status)


def _address(change: ChangeRequest, problem: Problem) -> str:
    if problem.page == completeness.MONEY:
        return f"{change.get_absolute_url()}money/"
    return f"#{problem.anchor}" if problem.anchor else ""


def answers_for(request: PortalRequest, change: ChangeRequest) -> list[tuple[str, str]]:
    """Return what this person can answer for ICLD; nothing while the parties write."""
    if change.status != ChangeStatus.SUBMITTED:
        return []
    found = []
    if rules.may_decide_change(request.user, change):
        found += [("approve", _("Approve")), ("refuse", _("Refuse"))]
    if rules.may_return_change(request.user, change):
        found.append(("return", _("Send back to the parties to be written further")))
    return found


@PARTIES_AND_OFFICE
@get_or_post
def change_money(request: PortalRequest, reference: str, number: int) -> HttpResponse:
    """The decided budget as a table: what each kind of cost is to have instead."""
    change = change_of(request, reference, number)
    if not rules.may_write_change(request.user, change):
        raise PermissionDenied("save_money")
    if change.status != ChangeStatus.DRAFT:
        return redirect(change)
    moves = with_added(change, request.GET.get("add", ""))
    data = request.POST if request.method == "POST" else None
    form = MovesForm(data, moves=moves, version=change.content_version)
    if data is None:
        return show_money(request, change, form)
    if not form.is_valid():
        return show_money(request, change, form, status=422)
    try:
        changing.save_money(
            change, form.amounts(), by=request.user, version=form.cleaned_data["version"]
        )
    except changing.ChangedSince:
        return _changed_since(request, change, form)
    except WrongStatus:
        return moved_on(request, change)
    messages.success(request, _("The table is saved. The request is not handed in yet."))
    return redirect("applications:change_money", reference, number)


def with_added(change: ChangeRequest, added: str) -> Moves:
    """Return the table with one kind of cost more: ``added`` is party and category."""
    moves = moves_of(change)
    kinds = {
        (row.organisation.pk, row.category.pk): (row.organisation, row.category)
        for row in moves.rows
    }
    wanted = {key: kind for mark, key, kind in addable(change, moves) if mark == added}
    changed = {row.key(cell.year): cell.after_sek for row in moves.rows for cell in row.cells}
    if not wanted:
        return moves
    return table(change.budget, changed, used_of(change), kinds | wanted)


def addable(change: ChangeRequest, moves: Moves) -> list[tuple[str, tuple[int, int], Any]]:
    """Return the kinds of cost the table lacks: their mark, their key, and what they are."""
    there = {(row.organisation.pk, row.category.pk) for row in moves.rows}
    found = []
    for party in change.application.case_parties.all():
        for category in changing.categories_of(change):
            key = (party.organisation_id, category.pk)
            if key not in there:
                found.append((f"{key[0]}-{key[1]}", key, (party.organisation, category)))
    return found


def show_money(
    request: PortalRequest, change: ChangeRequest, form: MovesForm, *, status: int = 200
) -> HttpResponse:
    """Show the table, with fields that were refused."""
    context = {
        "change": change,
        "application": change.application,
        "form": form,
        "rows": form.rows(),
        "moves": form.moves,
        "addable": [
            (mark, f"{category}, {organisation.name}")
            for mark, _key, (organisation, category) in addable(change, form.moves)
        ],
    }
    return render(request, "applications/change_money.html", context, status=status)


@PARTIES_AND_OFFICE
@post_only
def submit_change(request: PortalRequest, reference: str, number: int) -> HttpResponse:
    """Hand in the request that is on the page."""
    change = change_of(request, reference, number)
    version = request.POST.get("version", "")
    try:
        changing.submit_change(
            change,
            by=request.user,
            version=int(version) if version.isascii() and version.isdecimal() else 0,
            at=request.received_at,
        )
    except changing.ChangedSince:
        text = _("Somebody has saved the request since you opened it. Read it again.")
        messages.warning(request, text)
        return redirect(change)
    except WrongStatus:
        return moved_on(request, change)
    except NotReady as stopped:
        return show(request, change, problems=stopped.problems, status=422)
    messages.success(request, _("The request is handed in. Both parties get a letter."))
    return redirect(change)
