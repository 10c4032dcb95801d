"""Who may pause, end and close a grant. *When* it may be done is the workflow's matter."""

from finance.models import Ending, EndingOutcome, Grant
from finance.rules import is_own
from partnerships.models import Partnership, User


def may_pause(user: User, grant: Grant) -> bool:
    """Programme officers and decision makers pause a grant, never one of their own."""
    return user.is_officer and not is_own(user, grant)


def may_propose_ending(user: User, grant: Grant) -> bool:
    """Whoever may pause may propose that a grant ends early, and take a proposal back."""
    return may_pause(user, grant)


def may_end_early(user: User, grant: Grant) -> bool:
    """Decision makers decide that a grant ends early, never one of their own."""
    return user.is_decider and not is_own(user, grant)


def may_decide_ending(user: User, ending: Ending) -> bool:
    """Another person than the one who proposed it."""
    return ending.proposed_by_id != user.pk and may_end_early(user, ending.grant)


def may_close(user: User, grant: Grant) -> bool:
    """Whoever may pause closes a grant of which everything is settled."""
    return may_pause(user, grant)


def may_view_ending(user: User, ending: Ending) -> bool:
    """Twin of ``Ending.objects.visible_to``; a test holds them together."""
    if user.office:
        return ending.grant.reference not in user.conflicts
    partnership: Partnership = ending.grant.partnership
    parties = {party.organisation_id for party in partnership.parties.all()}
    return ending.outcome == EndingOutcome.ENDED and not parties.isdisjoint(user.roles)
