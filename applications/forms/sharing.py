"""Sharing out the sections of a draft among those who write in it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.models import Section
from applications.workspace import SectionState
from icld_portal.page_forms import PageForm
from partnerships.models import User


class SharingForm(PageForm):
    """One choice for each section; what this person did not change is not sent on.

    Two who share out at once then overwrite each other only where both chose anew.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        sections: Iterable[Section],
        states: Mapping[int, SectionState],
        people: Sequence[User],
    ) -> None:
        super().__init__(data)
        self.sections = {f"section-{section.pk}": section for section in sections}
        choices = [("", _("nobody yet")), *((str(one.pk), one.name) for one in people)]
        for name, section in self.sections.items():
            field = forms.ChoiceField(
                label=str(section),
                choices=choices,
                required=False,
                initial=str(states[section.pk].assignee_id or ""),
                show_hidden_initial=True,
                error_messages={
                    "invalid_choice": _("This person does not write in the application any more.")
                },
            )
            self.add_field(name, field)

    def chosen(self) -> dict[int, int | None]:
        """Return who is to write what, by the section's id, where it was changed."""
        return {
            self.sections[name].pk: int(self.cleaned_data[name] or 0) or None
            for name in self.changed_data
        }

    def rows(self) -> list[tuple[Section, Any]]:
        """Each section with its field."""
        return [(section, self[name]) for name, section in self.sections.items()]
