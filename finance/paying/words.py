"""Reasons that the portal itself gives, kept by a name and read in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

APPROVAL_WITHDRAWN = "approval_withdrawn"
NEW_BANK_DETAILS = "new_bank_details"
APPROVED_LESS = "approved_less"
WORDS: dict[str, Promise | str] = {
    APPROVAL_WITHDRAWN: _("The approval of the report has been withdrawn."),
    NEW_BANK_DETAILS: _("The bank details have been changed: prepare the payment anew."),
    APPROVED_LESS: _("Less has been approved than was paid."),
}


def in_words(reason: str) -> str:
    """Return a reason to be read: one that a person wrote stays as it is."""
    return str(WORDS.get(reason, reason))
