"""The decision meeting of a round: ranked list, pots, proposals, release and protocol."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import agenda, letter_texts, notices, pots, ranking, rules, workflow
from applications.forms.meetings import PotForm, ReleaseForm
from applications.models import Application, Meeting, Status
from applications.sheets import agreed_means
from applications.views.rounds import round_with
from icld_portal.access import OFFICE, OFFICE_ADMINISTRATORS, get_only, get_or_post
from icld_portal.files import download
from icld_portal.page_forms import PageForm
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@OFFICE
@get_only
def meeting(request: PortalRequest, deadline: str) -> HttpResponse:
    """Show the meeting: pots, the ranked list with its running total, and where the line is."""
    of_round = round_with(deadline)
    found = Meeting.objects.filter(round=of_round).select_related("round", "ordered_by").first()
    held = pots.states(of_round.pk)
    cases = agenda.of_meeting(found, of_round, request.user)
    moves = ranking.moves_of(found)
    means = agreed_means(ranking.reckoned(found, cases) if moves else cases)
    places = agenda.ranked(cases, found, held, means, moves)
    page = page_of(request, places)
    context = {
        "round": of_round,
        "meeting": found,
        "pots": held,
        "page_obj": page,
        "rows": agenda.rows_of(list(page), found, moves),
        "asked_sek": sum(place.asked_sek for place in places),
        "granted_sek": sum(place.granted_sek for place in places),
        "is_open": found is None or found.is_open,
        "may_move": request.user.is_officer,
        "may_set_pot": rules.may_edit_rounds(request.user),
        "may_release": request.user.is_decider and found is not None and found.is_open,
        "papers": found.papers.order_by("language") if found else [],
    }
    return render(request, "applications/office/meeting.html", context)


@OFFICE_ADMINISTRATORS
@get_or_post
def pot(request: PortalRequest, deadline: str) -> HttpResponse:
    """Set what the round may promise, in all or region by region."""
    of_round = round_with(deadline)
    form = PotForm(list(of_round.pots.all()), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic():
                for region, amount_sek in form.amounts().items():
                    workflow.set_pot(
                        of_round, region, amount_sek, by=request.user, at=request.received_at
                    )
        except NotReady as refused:
            add_problems(form, refused)
        else:
            messages.success(request, _("The pot is set."))
            return redirect("applications:meeting", deadline)
    status = 422 if form.errors else 200
    context = {"round": of_round, "form": form}
    return render(request, "applications/office/pot.html", context, status=status)


@OFFICE
@get_or_post
def release(request: PortalRequest, deadline: str) -> HttpResponse:
    """Show every letter's recipients, then release all decisions together."""
    of_round = round_with(deadline)
    if not request.user.is_decider:
        raise PermissionDenied("release")
    found = get_object_or_404(Meeting.objects.select_related("round"), round=of_round)
    form = ReleaseForm(request.POST if request.method == "POST" else None)
    is_read = request.POST.get("texts") == letter_texts.mark(request.received_at)
    if form.is_bound and form.is_valid() and not is_read:
        form.add_error(None, texts_have_changed())
    if form.is_bound and form.is_valid():
        try:
            workflow.order_release(
                found,
                by=request.user,
                held_on=form.cleaned_data["held_on"],
                at=request.received_at,
            )
        except NotReady as refused:
            add_problems(form, refused)
        except WrongStatus:
            messages.warning(request, _("The release is ordered already."))
            return redirect(found)
        else:
            messages.success(request, _("The decisions are being released. The letters follow."))
            return redirect(found)
    return _show_release(request, found, form)


def _show_release(request: PortalRequest, found: Meeting, form: ReleaseForm) -> HttpResponse:
    cases = Application.objects.visible_to(request.user).filter(status=Status.IN_ASSESSMENT)
    pending = (
        found.pending.filter(application__in=cases)
        .select_related("application__partnership", "confirmed_by")
        .prefetch_related("years")
        .order_by("application__reference")
    )
    page = page_of(request, pending)
    told = notices.recipients_of([row.application_id for row in page.object_list])
    context = {
        "round": found.round,
        "meeting": found,
        "form": form,
        "page_obj": page,
        "rows": [
            (row, sum(year.amount_sek for year in row.years.all()), told[row.application_id])
            for row in page.object_list
        ],
        "texts": letter_texts.mark(request.received_at),
        "problems": workflow.release_problems(
            found, held_on=request.received_at.date(), by=request.user, at=request.received_at
        ),
    }
    status = 422 if form.errors else 200
    return render(request, "applications/office/release.html", context, status=status)


@OFFICE
@get_only
def protocol(request: PortalRequest, deadline: str, language: str) -> FileResponse:
    """Show the meeting's protocol as it was frozen; without conflicts of interest only."""
    found = get_object_or_404(Meeting, round=round_with(deadline))
    seen = Application.objects.visible_to(request.user)
    moved = found.moves.exclude(application__in=seen) | found.moves.filter(
        above__isnull=False
    ).exclude(above__in=seen)
    if found.pending.exclude(application__in=seen).exists() or moved.exists():
        raise Http404("a case of the protocol is not this person's to read")
    paper = get_object_or_404(found.papers, language=language)
    response = download(paper.file, paper.file_name, "application/pdf", inline=True)
    response.headers["Content-Length"] = str(paper.size_bytes)
    return response


def texts_have_changed() -> str:
    """Return what is told when a text was published after the letters were read."""
    return _("The text of the letters was changed since you opened the page. Read them again.")


def add_problems(form: PageForm, refused: NotReady) -> None:
    """Show each problem beside its field, else above the form."""
    for problem in refused.problems:
        form.add_error(problem.anchor if problem.anchor in form.fields else None, problem.text)
