"""Rounds: all of ICLD reads them, its administrators make and move them."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import rounds as deeds
from applications import rules
from applications.forms.office import RoundForm, YearForm
from applications.models import Application, GrantTypeSetting, Round
from applications.models.rounds import RoundQuerySet
from finance.models import GrantType
from icld_portal.access import OFFICE, OFFICE_ADMINISTRATORS, get_only, get_or_post, post_only
from icld_portal.localize import STOCKHOLM, day
from icld_portal.problems import NotReady
from partnerships.requests import PortalRequest


@OFFICE
@get_only
def rounds(request: PortalRequest) -> HttpResponse:
    """Show every round, and which grant types wait for one."""
    return show_rounds(request, YearForm())


def show_rounds(request: PortalRequest, form: YearForm, *, status: int = 200) -> HttpResponse:
    """Show the rounds page with ``form`` for the next year."""
    context = {
        "rounds": round_rows(
            Round.objects.all()
            .with_numbers(Application.objects.visible_to(request.user))
            .order_by("-deadline_on"),
            request.received_at,
        ),
        "grant_types": grant_type_rows(),
        "may_edit": rules.may_edit_rounds(request.user),
        "may_prolong": request.user.is_officer or request.user.is_office_administrator,
        "form": form,
    }
    return render(request, "applications/office/rounds.html", context, status=status)


def round_rows(rounds_: RoundQuerySet, at: datetime) -> list[dict[str, object]]:
    """Return each round with how it stands at ``at``."""
    today = timezone.localtime(at, STOCKHOLM).date()
    rows: list[dict[str, object]] = []
    for row in rounds_:
        if row.is_open_at(at):
            standing, label = "open", _("open")
        elif row.opens_on > today:
            standing, label = "coming", _("coming")
        else:
            standing, label = "closed", _("closed")
        rows.append({"round": row, "standing": standing, "label": label})
    return rows


def grant_type_rows() -> list[dict[str, object]]:
    """Return each grant type with whether it is open all year, in the chain's order."""
    open_types = GrantTypeSetting.objects.filter(open_all_year=True)
    found = set(open_types.values_list("grant_type", flat=True))
    return [
        {"value": kind.value, "label": kind.label, "open_all_year": kind.value in found}
        for kind in GrantType
    ]


@OFFICE_ADMINISTRATORS
@post_only
def make_rounds(request: PortalRequest) -> HttpResponse:
    """Make the rounds of a year; done twice, the second time changes nothing."""
    form = YearForm(request.POST)
    if not form.is_valid():
        return show_rounds(request, form, status=422)
    year: int = form.cleaned_data["year"]
    made = deeds.make_rounds(year, by=request.user)
    if made:
        days = ", ".join(day(new.deadline_on) for new in made)
        messages.success(request, _("Made the rounds with deadline %(days)s.") % {"days": days})
    else:
        messages.info(
            request,
            _("The rounds of %(year)d exist already. Nothing was changed.") % {"year": year},
        )
    return redirect("applications:rounds")


@OFFICE_ADMINISTRATORS
@get_or_post
def change_round(request: PortalRequest, deadline: str) -> HttpResponse:
    """Move a coming or open round, or say why it is kept."""
    kept = round_with(deadline)
    form = RoundForm(kept, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            deeds.change_round(kept, by=request.user, at=request.received_at, **form.cleaned_data)
        except NotReady as refused:
            for problem in refused.problems:
                form.add_error(problem.anchor.removeprefix("id_") or None, problem.text)
        else:
            messages.success(request, _("The round is changed. The start page shows it now."))
            return redirect("applications:rounds")
    context = {"round": kept, "form": form, "is_closed": request.received_at >= kept.closes_at}
    status = 422 if form.errors else 200
    return render(request, "applications/office/change_round.html", context, status=status)


def round_with(deadline: str) -> Round:
    """Return the round with this deadline; 404 for what is no day."""
    try:
        day_ = datetime.strptime(deadline, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(Round, deadline_on=day_)


@OFFICE_ADMINISTRATORS
@post_only
def open_all_year(request: PortalRequest, grant_type: str) -> HttpResponse:
    """Open a grant type all year, or let it wait for rounds again."""
    if grant_type not in GrantType.values:
        raise Http404
    is_open = request.POST.get("open_all_year") == "yes"
    deeds.set_open_all_year(
        grant_type, by=request.user, open_all_year=is_open, at=request.received_at
    )
    words = {"grant_type": GrantType(grant_type).label}
    if is_open:
        messages.success(request, _("%(grant_type)s is open all year.") % words)
    else:
        messages.success(request, _("%(grant_type)s waits for the rounds.") % words)
    return redirect("applications:rounds")
