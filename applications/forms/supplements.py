"""ICLD's forms of a supplement, and the parties' own words when they hand it in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.models import Application, PartKind
from applications.models.supplements import REASON_MAX_LENGTH
from applications.unlocking import Place
from applications.versions import form_of
from applications.workflow import Asked
from icld_portal.forms import DayField, LongTextField
from icld_portal.localize import in_language
from icld_portal.page_forms import PageForm

ANSWER_MAX_LENGTH = 4000


@dataclass(frozen=True)
class Choice:
    """A part that can be named: its mark in the address, and what it is called."""

    place: Place
    name: str

    @property
    def mark(self) -> str:
        """As it stands in an address: question-12, budget-0."""
        return f"{self.place[0]}-{self.place[1]}"


@dataclass(frozen=True)
class Group:
    """A section of the form with what can be named in it."""

    name: str
    choices: list[Choice]


def groups_of(application: Application) -> list[Group]:
    """Return everything that can be named, section by section, the attachments last."""
    form = form_of(application)
    found = []
    whole = {str(kind) for kind in PartKind}
    for section in form.sections.all():
        choices = []
        if section.part in whole:
            words = PartKind(section.part).label
            choices.append(Choice((section.part, 0), str(words)))
        choices += [
            Choice((str(PartKind.QUESTION), question.pk), in_language(question, "text"))
            for question in section.questions.all()
        ]
        if choices:
            found.append(Group(str(section), choices))
    slots = [Choice((str(PartKind.SLOT), slot.pk), str(slot)) for slot in form.slots.all()]
    return [*found, Group(str(_("Attachments")), slots)] if slots else found


def chosen_of(groups: Sequence[Group], marks: Sequence[str]) -> list[Choice]:
    """Return the choices with these marks, in the order of the form; unknown ones are no choice."""
    wanted = set(marks)
    return [choice for group in groups for choice in group.choices if choice.mark in wanted]


class AskForm(PageForm):
    """For each chosen part what is to be supplemented, and until when."""

    def __init__(self, chosen: Sequence[Choice], data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial, auto_id="%s")
        self.chosen = list(chosen)
        for choice in self.chosen:
            field = LongTextField(
                label=choice.name,
                help_text=_("Tell the parties what is missing or unclear here."),
                max_length=REASON_MAX_LENGTH,
            )
            self.add_field(f"reason-{choice.mark}", field)
            field.widget.attrs["rows"] = 3
        self.add_field(
            "due_on",
            DayField(
                label=_("Answer by"),
                help_text=_("Until 23:59:59 on this day, Swedish time."),
            ),
        )

    def asked(self) -> list[Asked]:
        """What to ask for."""
        return [
            Asked(*choice.place, reason=self.cleaned_data[f"reason-{choice.mark}"])
            for choice in self.chosen
        ]

    @property
    def due_on(self) -> date:
        """The day to answer by."""
        day: date = self.cleaned_data["due_on"]
        return day


class CloseForm(PageForm):
    """Why ICLD does not wait any longer."""

    reason = LongTextField(
        label=_("Reason"),
        help_text=_("Kept in the case and told to both parties."),
        max_length=REASON_MAX_LENGTH,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="%s")
        self.fields["reason"].widget.attrs["rows"] = 4


class MoreTimeForm(PageForm):
    """Until when the parties may answer instead."""

    due_on = DayField(
        label=_("Answer by"), help_text=_("Until 23:59:59 on this day, Swedish time.")
    )

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial, auto_id="%s")


class HandInForm(PageForm):
    """What the parties want to say with their supplement."""

    optional = frozenset({"answer"})
    answer = LongTextField(
        label=_("To ICLD"),
        help_text=_("If you want to explain something, or have left a part as it was."),
        required=False,
        max_length=ANSWER_MAX_LENGTH,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="%s")
        self.fields["answer"].widget.attrs["rows"] = 3
