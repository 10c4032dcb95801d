"""What stops a decision meeting from being released, as far as the reader may know."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from applications import rules
from applications.models import Application, Meeting, PendingDecision, Status, Supplement
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import Problem
from partnerships.models import User


def release_problems(meeting: Meeting, *, held_on: date, by: User, at: datetime) -> list[Problem]:
    """Return what stops a release: unconfirmed proposals, people who may not decide any more.

    A case that is hidden from ``by`` stops it as well, without its name.
    """
    found, hidden = [], False
    waiting = meeting.pending.filter(application__status=Status.IN_ASSESSMENT)
    rows = list(waiting.select_related("application").prefetch_related("application__case_parties"))
    # One person object each, so that their roles are asked for once.
    deciders = User.objects.in_bulk({row.confirmed_by_id for row in rows} - {None})
    if not rows:
        found.append(Problem(_("Nothing is proposed that could be released.")))
    cases = [row.application_id for row in rows]
    waited_for = Supplement.objects.filter(application__in=cases).pending()
    not_done = set(waited_for.values_list("application", flat=True))
    seen = Application.objects.visible_to(by).filter(pk__in=cases)
    shown = set(seen.order_by().values_list("pk", flat=True))
    for pending in rows:
        texts = _stops(pending, deciders.get(pending.confirmed_by_id or 0), not_done)
        if pending.application_id in shown:
            reference = {"reference": pending.application.reference}
            found += [Problem(text % reference) for text in texts]
        else:
            hidden = hidden or bool(texts)
    if hidden:
        text = _("A case that is hidden from you is not ready. A colleague who sees it can help.")
        found.append(Problem(text))
    if held_on > at.astimezone(STOCKHOLM).date():
        found.append(Problem(_("The meeting has not been held yet."), anchor="id_held_on"))
    return found


def _stops(pending: PendingDecision, decider: User | None, not_done: set[int]) -> list[str]:
    """Return why one proposal cannot be released, with a place for the case's reference."""
    texts = []
    if pending.application_id in not_done:
        texts.append(_("%(reference)s: a supplement is not done with."))
    if decider is None:
        texts.append(_("%(reference)s is not confirmed."))
    elif not rules.may_decide(decider, pending.application):
        texts.append(_("%(reference)s: who confirmed it may not decide on it. Confirm it anew."))
    return texts
