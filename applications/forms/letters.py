"""Attaching a letter of intent."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.forms.rows import PartyField
from icld_portal.files import UploadField
from icld_portal.page_forms import PageForm
from partnerships.models import Organisation


class LetterForm(PageForm):
    """Who has signed, and the file."""

    file = UploadField(
        label=_("Signed letter of intent"),
        help_text=_("PDF, picture, Word or Excel, at most 10 MB. No passports or visa papers."),
        error_messages={"required": _("Choose a file.")},
    )

    def __init__(self, *args: Any, parties: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_field("organisation", PartyField(parties, label=_("Signed by")))
        self.order_fields(["organisation", "file"])
