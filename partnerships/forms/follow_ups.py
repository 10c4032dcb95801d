"""Saying that a follow-up is done."""

from django.utils.translation import gettext_lazy as _

from icld_portal.forms import LongTextField
from icld_portal.page_forms import PageForm


class FinishForm(PageForm):
    """How it went."""

    note = LongTextField(
        label=_("How it went"),
        help_text=_("What was done, in a few sentences. It cannot be changed afterwards."),
        max_length=4000,
        error_messages={"required": _("Write how it went.")},
    )
