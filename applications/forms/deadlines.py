"""ICLD's form for giving one case more time."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.models import Application, Status
from icld_portal.forms import DayField, LongTextField, SafeCharField
from icld_portal.page_forms import PageForm

CODE_MAX_LENGTH = 20


class ProlongForm(PageForm):
    """Which draft, until which day, and why."""

    code = SafeCharField(
        label=_("Case code"),
        help_text=_("Eight letters. The applicant finds it on the page of the draft."),
        max_length=CODE_MAX_LENGTH,
    )
    deadline_on = DayField(
        label=_("Until"), help_text=_("Until 23:59:59 on this day, Swedish time.")
    )
    reason = LongTextField(
        label=_("Reason"),
        help_text=_("Kept in the case and told to both parties."),
        max_length=2000,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["reason"].widget.attrs["rows"] = 3
        self.case: Application | None = None

    def clean_code(self) -> str:
        """Find the draft; only somebody who was told its code does."""
        code = str(self.cleaned_data["code"]).strip().lower()
        drafts = Application.objects.filter(status=Status.DRAFT).for_page()
        self.case = drafts.filter(key=code).first()
        if self.case is None:
            self.add_error("code", _("There is no draft with this code. Ask the applicant for it."))
        return code
