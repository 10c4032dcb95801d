"""The programme's frame for a calendar year, as ICLD sets it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from finance import rules
from finance.models import Frame
from icld_portal import events
from partnerships.models import User


@transaction.atomic
def set_frame(year: int, amount_sek: int, *, by: User, at: datetime) -> Frame:
    """Let the programme pay ``amount_sek`` in the calendar year; the earlier sums stay in the
    row's history. Raises PermissionDenied if ``by`` does not keep the programme's money."""
    if not rules.may_set_frame(by):
        raise PermissionDenied("set_frame")
    frame, _made = Frame.objects.update_or_create(year=year, defaults={"amount_sek": amount_sek})
    events.record(frame, "set_frame", by=by, at=at, year=year, amount_sek=amount_sek)
    return frame
