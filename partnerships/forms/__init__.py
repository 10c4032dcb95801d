"""Forms about the parties and their people."""

from partnerships.forms.parties import PartnershipForm
from partnerships.forms.people import HandOverForm, InvitationForm, NewPersonForm, RolesForm
from partnerships.forms.register import CheckForm, PartnerForm, ProfileForm

__all__ = [
    "CheckForm",
    "HandOverForm",
    "InvitationForm",
    "NewPersonForm",
    "PartnerForm",
    "PartnershipForm",
    "ProfileForm",
    "RolesForm",
]
