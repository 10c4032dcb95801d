"""The form in which ICLD writes a letter or help text."""

from typing import Any

from applications.models import ProgrammeText
from applications.text_kinds import KINDS
from icld_portal.columns_forms import ColumnsForm
from icld_portal.wording import field_problems

SUBJECTS = frozenset({"subject_sv", "subject_en"})
ROWS = 22


class TextForm(ColumnsForm):
    """Subject and text in both languages; a broken merge field is refused with its line."""

    def __init__(self, draft: ProgrammeText, data: Any = None) -> None:
        self.terms = KINDS[draft.kind]
        hidden = frozenset({"kind"}) if self.terms.has_subject else SUBJECTS | {"kind"}
        super().__init__(ProgrammeText, draft, data, leave_out=hidden)
        for name, field in self.fields.items():
            # A draft may have gaps, but none of this is optional.
            field.optional = False  # type: ignore[attr-defined]
            field.widget.attrs["lang"] = name[-2:]
            if name not in SUBJECTS:
                field.widget.attrs["rows"] = ROWS

    def clean(self) -> dict[str, Any]:
        """Refuse fields the kind does not have, and broken ones."""
        cleaned = super().clean()
        for name in list(cleaned):
            found = field_problems(
                cleaned[name] or "", self.terms.fields, is_subject=name in SUBJECTS
            )
            for told in found:
                self.add_error(name, told)
        return cleaned
