"""Forms about interests and about who assesses."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.officers import current_assessors
from applications.workflow.assigning import MOST_PER_CASE
from icld_portal.forms import LongTextField
from icld_portal.page_forms import PageForm
from partnerships.models import Role, User

REASON_MAX_LENGTH = 2000


class InterestForm(PageForm):
    """Whether there is a conflict of interest, and which."""

    optional = frozenset({"reason"})

    answer = forms.ChoiceField(
        label=gettext_lazy("Do you have a conflict of interest?"),
        choices=[
            ("no", gettext_lazy("No, I have no conflict of interest in this case")),
            ("yes", gettext_lazy("Yes, I have a conflict of interest: hide the case from me")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Answer yes or no.")},
    )
    reason = LongTextField(
        label=gettext_lazy("What is the conflict?"),
        help_text=gettext_lazy("A few words, if you answered yes. Read by ICLD's administrators."),
        max_length=REASON_MAX_LENGTH,
        required=False,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["reason"].widget.attrs["rows"] = 3

    def clean(self) -> dict[str, Any]:
        """A conflict has its reason."""
        found = super().clean() or {}
        if found.get("answer") == "yes" and not found.get("reason", "").strip():
            self.add_error("reason", _("Say in a few words what the conflict is."))
        return found


class WithdrawalForm(PageForm):
    """Why a declaration is taken back."""

    reason = LongTextField(
        label=gettext_lazy("Why was the declaration a mistake?"),
        help_text=gettext_lazy("Kept in the case."),
        max_length=REASON_MAX_LENGTH,
        error_messages={"required": gettext_lazy("Write why it is withdrawn.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["reason"].widget.attrs["rows"] = 3


class AssessorForm(PageForm):
    """Whom to ask for an assessment of one case."""

    assessor = forms.ModelChoiceField(
        label=gettext_lazy("Assessor"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose a person"),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["assessor"].queryset = current_assessors()  # type: ignore[attr-defined]


class ShareForm(PageForm):
    """Over whom a round is shared, and how many assess each case."""

    assessors = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Assessors"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one assessor.")},
    )
    per_case = forms.IntegerField(
        label=gettext_lazy("Assessors for each case"),
        min_value=1,
        max_value=MOST_PER_CASE,
        initial=2,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        people = current_assessors().prefetch_related("memberships")
        self.fields["assessors"].queryset = people  # type: ignore[attr-defined]
        self.fields["assessors"].label_from_instance = label_of  # type: ignore[attr-defined]


def label_of(person: User) -> str:
    """The name, with a word for those who are not ICLD's own."""
    roles = {membership.role for membership in person.memberships.all()}
    outside = Role.EXTERNAL_ASSESSOR in roles
    return f"{person.name} ({_('external')})" if outside else person.name
