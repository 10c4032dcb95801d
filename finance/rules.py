"""Who may do what with the money."""

from partnerships.models import User
from partnerships.models.people import Role


def may_edit_guidelines(user: User) -> bool:
    """The budget guidelines are the business of ICLD's administrators."""
    return user.is_office_administrator


def may_set_frame(user: User) -> bool:
    """The programme's frame is kept by ICLD's financial officers and administrators."""
    return bool(user.all_roles & {Role.OFFICE_FINANCE, Role.OFFICE_ADMINISTRATOR})
