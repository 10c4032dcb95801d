"""Minutes as forms: the texts of every paragraph, a new paragraph, and what is decided in one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from icld_portal.forms import DayField, LongTextField, SafeCharField
from icld_portal.localize import STOCKHOLM, day
from icld_portal.page_forms import PageForm
from icld_portal.second_factor import SecondFactorForm
from icld_portal.seen_forms import SeenForm
from icld_portal.shared_texts import TextRow, TextsForm, token_of
from icld_portal.text import LINE_ENDS
from partnerships.deciding import Decided
from partnerships.models import (
    FollowUp,
    Matter,
    MatterKind,
    MeetingStatus,
    Paragraph,
    ParagraphText,
    SeatTerm,
    SteeringDecision,
    SteeringMeeting,
    TextPart,
)

HEADING_MAX_LENGTH = 300
REASON_MAX_LENGTH = 4000
# More than a group writes in many years; the newest first.
MOST_TO_CORRECT = 300
PART_WORDS = {
    TextPart.HEADING: gettext_lazy("Heading"),
    TextPart.DISCUSSION: gettext_lazy("Discussion"),
    TextPart.DECISION: gettext_lazy("Decision"),
}
FREE = MatterKind.FREE.value
TEXT_NAME = re.compile(f"({'|'.join(TextPart.values)})-[0-9]{{1,18}}")


@dataclass(frozen=True)
class TextPlace:
    """One part of one paragraph."""

    paragraph: Paragraph
    part: TextPart

    @property
    def label(self) -> str:
        """What the field is called."""
        return str(PART_WORDS[self.part])


@dataclass(frozen=True)
class ParagraphRow:
    """One paragraph on the page: its fields, or that it is struck out."""

    paragraph: Paragraph
    # The last says whether anything was ever saved there, which has a history.
    texts: Sequence[tuple[TextPlace, TextRow, bool]]

    @property
    def decision(self) -> SteeringDecision | None:
        """What is decided, where anything is."""
        return getattr(self.paragraph, "decision", None)

    @property
    def follow_up(self) -> FollowUp | None:
        """Who sees to it, where that is said."""
        return getattr(self.paragraph, "follow_up", None)


class MinutesForm(TextsForm[TextPlace]):
    """The texts of paragraphs; a heading is never empty, the others may be."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        # A paragraph that was begun after the page was opened stands as it is.
        for name in [one for one in self.initial if self.is_bound and one not in self.data]:
            self._put(name, self.initial[name])

    def key_of(self, subject: TextPlace) -> tuple[int, str]:
        """Texts are found by paragraph and part."""
        return subject.paragraph.pk, str(subject.part)

    def field_for(self, subject: TextPlace) -> forms.Field:
        """One line for a heading, a long text for the others."""
        label = f"{subject.paragraph.sign}: {subject.label}"
        if subject.part == TextPart.HEADING:
            return SafeCharField(
                label=label,
                max_length=HEADING_MAX_LENGTH,
                error_messages={"required": _("Write a heading.")},
            )
        rows = 5 if subject.part == TextPart.DISCUSSION else 3
        return LongTextField(
            label=label, required=False, widget=forms.Textarea(attrs={"rows": rows})
        )

    def name_of(self, subject: TextPlace) -> str:
        """The field's name, also the anchor.

        Not by the paragraph's number: that of one which was taken away is given anew.
        """
        return f"{subject.part}-{subject.paragraph.pk}"

    def token_name(self, subject: TextPlace) -> str:
        """The name of the hidden mark of what was on the page."""
        return f"seen-{self.name_of(subject)}"

    def rows(self, paragraphs: Sequence[Paragraph]) -> list[ParagraphRow]:
        """The paragraphs in order, for the template."""
        texts: dict[int, list[tuple[TextPlace, TextRow, bool]]] = {}
        for place in self.subjects:
            row = TextRow(
                self[self.name_of(place)],
                self[self.token_name(place)],
                self.conflicts.get(self.key_of(place)),
            )
            stored = self.stored.get(self.key_of(place))
            kept = stored is not None and stored.pk is not None
            texts.setdefault(place.paragraph.pk, []).append((place, row, kept))
        return [ParagraphRow(one, texts.get(one.pk, ())) for one in paragraphs]

    def homeless(self) -> list[str]:
        """What was written in paragraphs that somebody has taken away or struck out since."""
        found = []
        for name, sent in self.data.items():
            text = LINE_ENDS.sub("\n", str(sent))
            if name in self.fields or not TEXT_NAME.fullmatch(name) or not text.strip():
                continue
            if token_of(text, 0).partition(".")[2] not in self.data.get(f"seen-{name}", ""):
                found.append(text)
        return found

    def conflicting(self) -> list[TextRow]:
        """The fields in which somebody else's text stands against this person's."""
        return [
            TextRow(self[self.name_of(one)], self[self.token_name(one)], stored)
            for one in self.subjects
            if (stored := self.conflicts.get(self.key_of(one)))
        ]


def minutes_form(
    paragraphs: Sequence[Paragraph],
    data: Any = None,
    *,
    stored: Mapping[tuple[int, str], ParagraphText],
) -> MinutesForm:
    """Return the form of all texts of ``paragraphs`` that are not struck out."""
    places = [
        TextPlace(paragraph, part)
        for paragraph in paragraphs
        if not paragraph.is_struck
        for part in TextPart
    ]
    return MinutesForm(data, subjects=places, stored=stored)


class ParagraphChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not at run time
    """A paragraph to choose, by its sign and heading."""

    def label_from_instance(self, obj: Any) -> str:
        """Write the sign and the heading."""
        return f"{obj.sign} {obj.heading}"


def correctable(meeting: SteeringMeeting) -> QuerySet[Paragraph]:
    """The paragraphs that a new one of ``meeting`` may correct, the newest first."""
    verified = Paragraph.objects.filter(
        group=meeting.group_id, meeting__status=MeetingStatus.VERIFIED, is_struck=False
    )
    return verified.order_by("-year", "-number")


class NewParagraphForm(PageForm):
    """A paragraph that is not on the agenda, or that corrects an earlier one."""

    optional = frozenset({"corrects"})

    heading = SafeCharField(
        label=gettext_lazy("Heading"),
        max_length=HEADING_MAX_LENGTH,
        error_messages={"required": gettext_lazy("Write a heading.")},
    )
    corrects = ParagraphChoice(
        label=gettext_lazy("Corrects"),
        queryset=Paragraph.objects.none(),
        required=False,
        empty_label=gettext_lazy("nothing: a new matter"),
        help_text=gettext_lazy("Verified minutes never change. A mistake is put right here."),
    )

    def __init__(self, data: Any = None, *, meeting: SteeringMeeting) -> None:
        super().__init__(data, auto_id="new-%s")
        found = correctable(meeting)
        field: Any = self.fields["corrects"]
        field.queryset = found if data is not None else found[:MOST_TO_CORRECT]


class VerifyForm(SecondFactorForm):
    """What somebody who verifies sends; ``sha256`` is of the content they have read."""

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)


class DecisionForm(SeenForm):
    """What a decision is about, who sees to it and until when, and who did not agree."""

    def __init__(
        self,
        stored: dict[str, Any],
        data: Any = None,
        *,
        meeting: SteeringMeeting,
        matters: Sequence[Matter],
        seated: Sequence[SeatTerm],
        present: Sequence[SeatTerm],
    ) -> None:
        self.meeting, self.matters = meeting, {one.value: one for one in matters}
        self.seated = {str(one.pk): one for one in seated}
        self.present = list(present)
        super().__init__(stored, data, auto_id="%s")
        self._add_matter()
        self._add_follow_up()
        for term in self.present:
            self._add_dissent(term)

    def _add_matter(self) -> None:
        kinds: dict[str, list[tuple[str, str]]] = {}
        for value, matter in self.matters.items():
            kinds.setdefault(str(matter.kind.label), []).append((value, matter.title))
        choices: list[Any] = [(FREE, _("something else")), *kinds.items()]
        self.add_field(
            "matter", forms.ChoiceField(label=_("The decision is about"), choices=choices)
        )
        title = SafeCharField(
            label=_("About what"),
            max_length=300,
            required=False,
            help_text=_("Only when you have chosen something else."),
        )
        self.add_field("title", title, optional=True)

    def _add_follow_up(self) -> None:
        people = [
            (key, f"{one.name}, {one.seat.neutral_words}") for key, one in self.seated.items()
        ]
        choices = [("", _("nobody in the group")), *people]
        self.add_field(
            "responsible",
            forms.ChoiceField(label=_("Responsible"), choices=choices, required=False),
            optional=True,
        )
        name = SafeCharField(label=_("Or somebody else, by name"), max_length=120, required=False)
        self.add_field("responsible_name", name, optional=True)
        self.add_field("due_on", DayField(label=_("To be done by"), required=False), optional=True)

    def _add_dissent(self, term: SeatTerm) -> None:
        label = _("%(name)s made a reservation") % {"name": term.name}
        self.add_field(f"dissent-{term.pk}", forms.BooleanField(label=label, required=False))
        words = _("Why %(name)s made a reservation") % {"name": term.name}
        reason = LongTextField(
            label=words,
            max_length=REASON_MAX_LENGTH,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        self.add_field(f"reason-{term.pk}", reason, optional=True)

    def dissent_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The two fields for each person who was there."""
        return [(self[f"dissent-{one.pk}"], self[f"reason-{one.pk}"]) for one in self.present]

    def clean(self) -> dict[str, Any]:
        """Check what hangs together: responsible with a day, a reason with its reservation."""
        sent = super().clean()
        self._check_follow_up(sent)
        if sent.get("title") and sent.get("matter") not in (FREE, None):
            self.add_error("title", _("Leave this empty, or choose something else above."))
        for term in self.present:
            if sent.get(f"reason-{term.pk}") and not sent.get(f"dissent-{term.pk}"):
                self.add_error(f"dissent-{term.pk}", _("Tick the box, or take the reason away."))
        return sent

    def _check_follow_up(self, sent: dict[str, Any]) -> None:
        who, name, due_on = (sent.get(key) for key in ("responsible", "responsible_name", "due_on"))
        if who and name:
            self.add_error("responsible_name", _("Choose somebody of the group, or write a name."))
        if due_on and not (who or name):
            self.add_error("responsible", _("Say who is responsible."))
        if (who or name) and not due_on and "due_on" not in self.errors:
            self.add_error("due_on", _("Say by which day it is to be done."))
        held_on = self.meeting.starts_at.astimezone(STOCKHOLM).date()
        if due_on and due_on < held_on:
            words = _("The day is before the meeting, %(day)s.")
            self.add_error("due_on", words % {"day": day(held_on)})

    def decided(self) -> Decided:
        """Return what was sent; call it on a valid form."""
        sent = self.cleaned_data
        matter = self.matters.get(sent["matter"]) or Matter(MatterKind.FREE, "", sent["title"])
        person = self.seated.get(sent["responsible"])
        return Decided(
            matter=matter,
            responsible=person,
            responsible_name=person.name if person else sent["responsible_name"],
            due_on=sent["due_on"],
            dissents={
                term: sent[f"reason-{term.pk}"]
                for term in self.present
                if sent[f"dissent-{term.pk}"]
            },
        )
