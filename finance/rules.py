"""Who may do what with the money."""

from partnerships.models import User


def may_edit_guidelines(user: User) -> bool:
    """The budget guidelines are the business of ICLD's administrators."""
    return user.is_office_administrator
