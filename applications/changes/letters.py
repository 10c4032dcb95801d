"""The letters about a change request: to ICLD when it comes, to both parties after that."""

from typing import Any

from django.conf import settings

from applications import notices
from applications import rules as case_rules
from applications.models import ChangeRequest
from applications.notices import Recipient


def tell_submitted(change: ChangeRequest) -> None:
    """The request has come in: ICLD's people of the case and both parties are told."""
    case = change.application
    keepers = [who for who in notices.at_icld(case) if case_rules.may_view(who, case)]
    to = [Recipient(who.email, who.language, "ICLD", who.pk) for who in keepers]
    notices.tell(case, "change_arrived", to=to, **_facts(change))
    notices.tell(case, "change_submitted", **_facts(change))


def tell_returned(change: ChangeRequest, *, reason: str) -> None:
    """ICLD asks the parties to write more."""
    notices.tell(change.application, "change_returned", reason=reason, **_facts(change))


def tell_approved(change: ChangeRequest) -> None:
    """ICLD has agreed: the budget or the time is another from now on."""
    notices.tell(
        change.application, "change_approved", reason=change.decided_reason, **_facts(change)
    )


def tell_refused(change: ChangeRequest) -> None:
    """ICLD has not agreed: all stays as it was decided."""
    notices.tell(
        change.application, "change_refused", reason=change.decided_reason, **_facts(change)
    )


def _facts(change: ChangeRequest) -> dict[str, Any]:
    return {"number": change.number, "page": settings.PUBLIC_URL + change.get_absolute_url()}
