"""The formal check: is everything there, and in order, before anybody assesses it."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import rules
from applications.models import Application, CheckItem, CheckResult, FormalCheck
from applications.statuses import UNDER_WORK
from icld_portal import events
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import User

# What was found of an item, and the note beside it.
Found = tuple[str, str]


@transaction.atomic
def save_check(
    application: Application,
    found: Mapping[str, Found],
    *,
    by: User,
    at: datetime | None = None,
) -> None:
    """Keep what ``by`` has found, by item; what is as it was keeps its date and name.

    Raises NotReady where something is lacking and no note says what, WrongStatus when the
    case is not under work, PermissionDenied if ``by`` may not check it.
    """
    at = at or timezone.now()
    case = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if case.status not in UNDER_WORK:
        raise WrongStatus("save_check")
    if not rules.may_assess(by, case):
        raise PermissionDenied("save_check")
    if missing := [item for item, one in found.items() if _lacks_a_note(one)]:
        text = _("Write what is lacking.")
        raise NotReady(Problem(text, anchor=f"note-{item}") for item in missing)
    stored = {check.item: (check.result, check.note) for check in case.checks.all()}
    changed = {
        CheckItem(item): one for item, one in found.items() if stored.get(item, ("", "")) != one
    }
    for item, (result, note) in changed.items():
        FormalCheck.objects.update_or_create(
            application=case,
            item=item,
            defaults={"result": result, "note": note, "checked_at": at, "checked_by": by},
        )
    if changed:
        events.record(case, "save_check", by=by, at=at, items=sorted(changed))


def _lacks_a_note(one: Found) -> bool:
    result, note = one
    return result == CheckResult.LACKING and not note
