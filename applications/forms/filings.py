"""A party's own registry number and decision."""

from django.utils.translation import gettext_lazy as _

from icld_portal.forms import DayField, SafeCharField
from icld_portal.page_forms import PageForm


class FilingForm(PageForm):
    """Everything is optional: some parties decide first, others file first."""

    optional = frozenset({"registry_number", "decision_body", "decided_on", "decision_paragraph"})

    registry_number = SafeCharField(
        label=_("Own registry number"),
        help_text=_("Your organisation's own number of the case."),
        max_length=60,
        required=False,
    )
    decision_body = SafeCharField(
        label=_("Decided by"),
        help_text=_("The board or committee, for example kommunstyrelsen."),
        max_length=160,
        required=False,
    )
    decided_on = DayField(label=_("Day of the decision"), required=False)
    decision_paragraph = SafeCharField(
        label=_("Paragraph"), help_text=_("For example § 34."), max_length=40, required=False
    )
