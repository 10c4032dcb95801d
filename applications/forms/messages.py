"""Writing a message or an internal note."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models.messages import REMOVAL_MAX_LENGTH
from icld_portal.files import UploadField
from icld_portal.forms import LongTextField, SafeCharField
from icld_portal.page_forms import PageForm

TEXT_MAX_CHARACTERS = 10_000
MOST_FILES = 5


class SeveralFiles(forms.FileInput):
    """The browser's file chooser, for more than one file."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return every file that was chosen."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(UploadField):
    """A few files at once, each held to the same rules as a single one."""

    widget = SeveralFiles

    def to_python(self, data: Any) -> list[UploadedFile]:  # type: ignore[override]
        """Return the uploads once every one of them has passed the check."""
        sent = data or []
        if len(sent) > MOST_FILES:
            text = _("At most %(number)d files go with one message.") % {"number": MOST_FILES}
            raise ValidationError(text, code="too_many")
        return [UploadField.to_python(self, upload) for upload in sent]

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the checked uploads; none is no mistake."""
        return self.to_python(data if isinstance(data, list) else [data] if data else [])


class OnceForm(PageForm):
    """A form that does its deed once, however often it is sent: ``key`` was on the page."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid.uuid4()})
        super().__init__(*args, **kwargs)


class AnswerForm(OnceForm):
    """One message more in a thread."""

    optional = frozenset({"attached"})

    text = LongTextField(
        label=gettext_lazy("Message"),
        max_length=TEXT_MAX_CHARACTERS,
        error_messages={"required": gettext_lazy("Write your message.")},
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    attached = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy(
            "PDF, picture, Word or Excel, at most five, each at most 10 MB. "
            "No passports or visa papers."
        ),
        required=False,
    )


class ThreadForm(AnswerForm):
    """The first message about something."""

    subject = SafeCharField(
        label=gettext_lazy("Subject"),
        help_text=gettext_lazy("It stands in the e-mail that tells of the message."),
        max_length=150,
        error_messages={"required": gettext_lazy("Write what the message is about.")},
    )

    field_order = ("subject", "text", "attached", "key")


class NoteForm(OnceForm):
    """A note of ICLD to itself."""

    text = LongTextField(
        label=gettext_lazy("New note"),
        help_text=gettext_lazy("The parties and external assessors never see it."),
        max_length=TEXT_MAX_CHARACTERS,
        error_messages={"required": gettext_lazy("Write your note.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class RemovalForm(PageForm):
    """Why ICLD removes a file from a message."""

    why = LongTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The parties read it beside the file's name."),
        max_length=REMOVAL_MAX_LENGTH,
        error_messages={"required": gettext_lazy("Write why the file is removed.")},
    )
