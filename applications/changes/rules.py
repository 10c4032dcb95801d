"""Who may do what with a change request. *When* it may be done is the workflow's matter."""

from applications import rules as case_rules
from applications.models import ChangeRequest, ChangeStatus
from partnerships.models import User


def may_view_change(user: User, change: ChangeRequest) -> bool:
    """Twin of ``ChangeRequestQuerySet.visible_to``; a test holds them together."""
    if case_rules.has_conflict(user, change.application):
        return False
    if case_rules.is_of_party(user, change.application):
        return True
    return user.office and change.status != ChangeStatus.DRAFT


def may_write_change(user: User, change: ChangeRequest) -> bool:
    """Writers of every party write; both parties own the request."""
    return case_rules.may_edit(user, change.application)


def may_submit_change(user: User, change: ChangeRequest) -> bool:
    """The grantee's coordinator or authorised signatory hands in, as with the application."""
    return case_rules.may_submit(user, change.application)


def may_return_change(user: User, change: ChangeRequest) -> bool:
    """Whoever assesses the case sends a request back to be written further."""
    return case_rules.may_assess(user, change.application)


def may_decide_change(user: User, change: ChangeRequest) -> bool:
    """Decision makers decide, but not on a case of their own."""
    return case_rules.may_decide(user, change.application)
