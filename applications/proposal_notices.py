"""Letters at ICLD about a decision outside a meeting: somebody awaits it, or it came back.

They say which case and where, never what is proposed; the parties read nothing of them.
"""

from collections.abc import Iterable

from django.utils import timezone

from applications.models import Application, PendingDecision
from applications.notices import person_at, tell
from icld_portal.events import subject_type
from icld_portal.models import Letter
from partnerships.models import User

AWAITS, SENT_BACK = "proposal_awaits", "proposal_sent_back"


def ask_to_decide(application: Application, deciders: Iterable[User], *, by: User) -> None:
    """Tell those who may decide that ``by`` has proposed a decision."""
    is_over(application, SENT_BACK)
    to = [person_at(person) for person in deciders]
    if to:
        tell(application, AWAITS, to=to, proposed_by=by.name)


def tell_sent_back(application: Application, pending: PendingDecision, *, by: User) -> None:
    """Tell the proposer that the decision was not taken, and why."""
    is_over(application, AWAITS)
    tell(
        application,
        SENT_BACK,
        to=[person_at(pending.proposed_by)],
        sent_back_by=by.name,
        reason=pending.sent_back_reason,
    )


def tell_nobody_more(application: Application) -> None:
    """Close what was told of a proposal: the case is decided and waits for nobody."""
    is_over(application, AWAITS, SENT_BACK)


def is_over(application: Application, *kinds: str) -> None:
    """Count such notices as read: what they ask for has been done, by whomever."""
    unseen = Letter.objects.filter(
        about_type=subject_type(application), about_id=application.pk, seen_at=None
    )
    unseen.filter(kind__in=kinds).update(seen_at=timezone.now())
