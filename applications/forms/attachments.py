"""Attaching files, and putting one in the place of another."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.forms.rows import PartyField
from applications.models import AttachmentSlot
from icld_portal.files import UploadField, UploadsField
from icld_portal.page_forms import PageForm
from partnerships.models import Organisation

KINDS = _("PDF, picture, Word or Excel, at most 10 MB each.")


class AttachForm(PageForm):
    """The files of one slot, and whose they are where each party has its own."""

    def __init__(
        self, *args: Any, slot: AttachmentSlot, parties: Sequence[Organisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, prefix=slot.key, **kwargs)
        if slot.per_party:
            self.add_field("organisation", PartyField(parties, label=_("From")))
        self.add_field(
            "files",
            UploadsField(
                label=_("Files"),
                help_text=KINDS,
                error_messages={"required": _("Choose a file.")},
            ),
        )


class ReplaceForm(PageForm):
    """The file that takes another's place."""

    file = UploadField(
        label=_("The new file"),
        help_text=KINDS,
        error_messages={"required": _("Choose a file.")},
    )
