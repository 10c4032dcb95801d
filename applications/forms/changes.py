"""The forms of a change request: what is asked for and why, the money, ICLD's answer."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.changes.money import Key, Moves
from applications.models import ChangeKind, ChangeRequest
from applications.workflow.changing import IN_WORDS, Words
from icld_portal.forms import DayField, LongTextField, MoneyField
from icld_portal.page_forms import PageForm

TEXT_MAX_LENGTH = 4000
LABELS = {
    ChangeKind.CONTENT: (
        gettext_lazy("Content: as it is"),
        gettext_lazy("Content: as it is to be"),
    ),
    ChangeKind.PARTNER: (
        gettext_lazy("Partner: as it is"),
        gettext_lazy("Partner: as it is to be"),
    ),
    ChangeKind.PEOPLE: (
        gettext_lazy("People: as it is"),
        gettext_lazy("People: as it is to be"),
    ),
}


class ChangeForm(PageForm):
    """Why, until when, backed by which decision, and what is to be otherwise, in words."""

    optional: ClassVar[frozenset[str]] = frozenset({"end_on", "decision"})

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    reason = LongTextField(
        label=gettext_lazy("Why the change is needed"),
        max_length=TEXT_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    end_on = DayField(
        label=gettext_lazy("New last day of the case"),
        help_text=gettext_lazy(
            "Only if you need longer time. The last reports are then due as many days later."
        ),
        required=False,
    )
    decision = forms.TypedChoiceField(
        label=gettext_lazy("The steering group's decision"),
        help_text=gettext_lazy("Decisions of verified minutes."),
        required=False,
        coerce=int,
        empty_value=None,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        change: ChangeRequest,
        decisions: Sequence[tuple[int, str]],
    ) -> None:
        items = {item.kind: item for item in change.items.all()}
        initial: dict[str, Any] = {
            "version": change.content_version,
            "reason": change.reason,
            "end_on": change.end_on,
            "decision": change.decision_id,
        }
        super().__init__(data, initial=initial)
        self.fields["decision"].choices = [("", _("None")), *decisions]  # type: ignore[attr-defined]
        for kind in IN_WORDS:
            item = items.get(kind)
            for part, label in zip(("before", "after"), LABELS[kind], strict=True):
                field = LongTextField(
                    label=label,
                    max_length=TEXT_MAX_LENGTH,
                    required=False,
                    widget=forms.Textarea(attrs={"rows": 3}),
                )
                self.add_field(f"{kind}-{part}", field, optional=True)
                self.initial[f"{kind}-{part}"] = getattr(item, part, "")

    def clean(self) -> dict[str, Any]:
        """What is described as it is must also say how it is to be."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for kind in IN_WORDS:
            if cleaned.get(f"{kind}-before") and not cleaned.get(f"{kind}-after"):
                self.add_error(f"{kind}-after", _("Write how it is to be."))
        return cleaned

    def words(self) -> list[Words]:
        """What is asked for in words; call it on a valid form."""
        return [
            Words(kind, self.cleaned_data[f"{kind}-before"], self.cleaned_data[f"{kind}-after"])
            for kind in IN_WORDS
        ]

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields of each kind, before and after, for the template."""
        return [(self[f"{kind}-before"], self[f"{kind}-after"]) for kind in IN_WORDS]


def cell_name(key: Key) -> str:
    """The name of the field of one cell."""
    year, organisation, category = key
    return f"sek-{year}-{organisation}-{category}"


class MovesForm(PageForm):
    """The decided budget as a table of fields, one for each year of each kind of cost."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, data: Any = None, *, moves: Moves, version: int) -> None:
        super().__init__(data, initial={"version": version}, auto_id="%s")
        self.moves = moves
        self.keys: dict[str, Key] = {}
        for row in moves.rows:
            for cell in row.cells:
                key = row.key(cell.year)
                name = cell_name(key)
                label = _("%(category)s, %(party)s, year %(year)d") % {
                    "category": row.category,
                    "party": row.organisation.name,
                    "year": cell.year,
                }
                self.keys[name] = key
                self.add_field(name, MoneyField(label=label, required=False))
                self.initial[name] = cell.after_sek

    def amounts(self) -> Mapping[Key, int]:
        """Whole SEK of each cell; an empty field is 0. Call it on a valid form."""
        return {key: self.cleaned_data[name] or 0 for name, key in self.keys.items()}

    def rows(self) -> list[tuple[Any, list[tuple[Any, forms.BoundField]]]]:
        """The rows with their fields, for the template."""
        return [
            (row, [(cell, self[cell_name(row.key(cell.year))]) for cell in row.cells])
            for row in self.moves.rows
        ]


class AnswerForm(PageForm):
    """What ICLD answers a request, and why."""

    answer = forms.ChoiceField(
        label=gettext_lazy("ICLD's answer"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )
    reason = LongTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Both parties read it."),
        max_length=TEXT_MAX_LENGTH,
        error_messages={"required": gettext_lazy("Write the reason.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any = None, *, answers: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["answer"].choices = list(answers)  # type: ignore[attr-defined]
