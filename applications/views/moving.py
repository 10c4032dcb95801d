"""Moving a case by hand on the list of a decision meeting."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import agenda, pots, ranking, rules, workflow
from applications.agenda import Place
from applications.forms.meetings import MoveForm
from applications.models import Application, Meeting, Round
from applications.sheets import agreed_means
from applications.views.assessing import staff_cases
from applications.views.meetings import add_problems
from applications.views.rounds import round_with
from icld_portal.access import OFFICE, get_or_post
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@OFFICE
@get_or_post
def move(request: PortalRequest, deadline: str, handle: str) -> HttpResponse:
    """Give one case another place on the list, with a reason."""
    of_round = round_with(deadline)
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_propose(request.user, application):
        raise PermissionDenied("move")
    meeting = Meeting.objects.filter(round=of_round).first()
    places, seen = _list(request, of_round, meeting)
    place = next((one for one in places if one.application_id == application.pk), None)
    if place is None or (meeting is not None and not meeting.is_open):
        return _moved_on(request, deadline)
    data = request.POST if request.method == "POST" else None
    form = MoveForm(len(places), place.rank, seen, _scored(data, place))
    if form.is_bound and form.is_valid():
        return _move(request, of_round, application, form, places)
    return _show(request, of_round, application, form, place)


def _scored(data: QueryDict | None, place: Place) -> QueryDict | None:
    """Let a case be put back by score whatever stands in the field for its place."""
    if data is None or "by_score" not in data:
        return data
    data = data.copy()
    data["place"] = str(place.rank)
    return data


def _list(
    request: PortalRequest, of_round: Round, meeting: Meeting | None
) -> tuple[list[Place], int]:
    """Return the list as this person sees it, and how many moves it has had."""
    moves = ranking.moves_of(meeting)
    cases = agenda.of_meeting(meeting, of_round, request.user)
    held = pots.states(of_round.pk)
    means = agreed_means(ranking.reckoned(meeting, cases))
    return agenda.ranked(cases, meeting, held, means, moves), len(moves)


def _move(
    request: PortalRequest,
    of_round: Round,
    application: Application,
    form: MoveForm,
    places: Sequence[Place],
) -> HttpResponse:
    by_score = "by_score" in request.POST
    above = None if by_score else _above(application, places, form.cleaned_data["place"])
    try:
        workflow.move_case(
            workflow.meeting_of(of_round),
            application,
            by=request.user,
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            above=above,
            by_score=by_score,
            at=request.received_at,
        )
    except workflow.StaleOrder:
        return _stale(request, of_round, application, form)
    except NotReady as refused:
        add_problems(form, refused)
        return _show(request, of_round, application, form, None)
    except WrongStatus:
        return _moved_on(request, of_round.deadline_on.isoformat())
    messages.success(request, _("The case is moved. The reason stands in the minutes."))
    return redirect("applications:meeting", of_round.deadline_on.isoformat())


def _above(application: Application, places: Sequence[Place], rank: int) -> Application | None:
    """Return the case that is to stand just below, None for the end of the list."""
    ids = [place.application_id for place in places]
    bundled: set[int] = set()
    if application.bundle_id is not None:
        same = Application.objects.filter(pk__in=ids, bundle=application.bundle_id)
        bundled = set(same.values_list("pk", flat=True))
    others = [pk for pk in ids if pk != application.pk and pk not in bundled]
    return Application.objects.get(pk=others[rank - 1]) if rank <= len(others) else None


def _stale(
    request: PortalRequest, of_round: Round, application: Application, form: MoveForm
) -> HttpResponse:
    """Say that a colleague has moved a case; the next save counts from the list as it is."""
    meeting = Meeting.objects.filter(round=of_round).first()
    places, seen = _list(request, of_round, meeting)
    place = next((one for one in places if one.application_id == application.pk), None)
    form.add_error(
        None, _("Somebody else has moved a case on the list. Look at the list, then save again.")
    )
    form.data = {**request.POST.dict(), "seen": seen}
    return _show(request, of_round, application, form, place, status=409)


def _moved_on(request: PortalRequest, deadline: str) -> HttpResponse:
    messages.warning(request, _("The meeting or the case has moved on. Nothing was saved."))
    return redirect("applications:meeting", deadline)


def _show(
    request: PortalRequest,
    of_round: Round,
    application: Application,
    form: MoveForm,
    place: Place | None,
    *,
    status: int = 0,
) -> HttpResponse:
    context = {"round": of_round, "application": application, "form": form, "place": place}
    status = status or (422 if form.errors else 200)
    return render(request, "applications/office/move.html", context, status=status)
