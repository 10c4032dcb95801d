"""Forms about the parties and their people."""

from partnerships.forms.groups import ElectionForm, GroupForm, LastDayForm, SitterForm
from partnerships.forms.parties import PartnershipForm
from partnerships.forms.people import HandOverForm, InvitationForm, NewPersonForm, RolesForm
from partnerships.forms.register import (
    CheckForm,
    MergeForm,
    PartnerForm,
    ProfileForm,
    RefuseForm,
)

__all__ = [
    "CheckForm",
    "ElectionForm",
    "GroupForm",
    "HandOverForm",
    "InvitationForm",
    "LastDayForm",
    "MergeForm",
    "NewPersonForm",
    "PartnerForm",
    "PartnershipForm",
    "ProfileForm",
    "RefuseForm",
    "RolesForm",
    "SitterForm",
]
