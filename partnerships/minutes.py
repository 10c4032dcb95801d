"""What the minutes of a meeting say: made once as data, with its SHA-256, and read from it.

The same data is signed, kept when all have verified, shown on the page and drawn on paper.
Politicians stand in it without their side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from icld_portal.canonical import fingerprint_of
from icld_portal.localize import hours
from icld_portal.problems import Problem
from partnerships.models import (
    Attendance,
    MatterKind,
    MeetingStatus,
    Paragraph,
    ParagraphText,
    SeatKind,
    SteeringMeeting,
    TextPart,
)
from partnerships.models.steering import NEUTRAL_WORDS
from partnerships.quorum import Quorum, parties_of, quorum, sitting

Content = dict[str, Any]
# The seats without the political side, as they are kept.
SEATS: dict[str, SeatKind] = {
    "politician": SeatKind.POLITICIAN_MAJORITY,
    "coordinator": SeatKind.COORDINATOR,
    "leading_official": SeatKind.LEADING_OFFICIAL,
}
# What was changed, as a lapsed verification keeps it; a paragraph is kept as its sign.
CHANGED: dict[str, Promise] = {
    "attendance": gettext_lazy("the attendance"),
    "paragraphs": gettext_lazy("a new paragraph"),
    "meeting": gettext_lazy("the facts of the meeting"),
}


def content_of(meeting: SteeringMeeting) -> Content:
    """Return everything the paper will say but the verifications; plain data.

    At most eight queries, however much is written.
    """
    parties = parties_of(meeting.group)
    attendance = list(
        meeting.attendance.select_related("term__seat__party__organisation").order_by(
            "term__seat", "name", "pk"
        )
    )
    enough = quorum(meeting, terms=sitting(meeting), rows=attendance, parties=parties)
    paragraphs = (
        meeting.paragraphs.select_related("corrects", "decision", "follow_up")
        .prefetch_related("texts", "dissents__term__seat__party__organisation")
        .order_by("number")
    )
    return {
        "group": meeting.group.name,
        "partnership": meeting.group.partnership.name,
        "title": meeting.title,
        "starts_at": meeting.starts_at.isoformat(),
        "ends_at": meeting.ends_at.isoformat(),
        "place": meeting.place,
        "online": bool(meeting.link),
        "language": meeting.language,
        "parties": [party.organisation.name for party in parties],
        "attendance": [_present(row) for row in attendance],
        "quorum": {
            "present": enough.present,
            "filled": enough.filled,
            "percent": enough.percent,
            "missing": list(enough.missing),
        },
        "paragraphs": [_paragraph(paragraph) for paragraph in paragraphs],
    }


def fingerprint(meeting: SteeringMeeting) -> str:
    """Return the SHA-256 of the minutes as they stand."""
    return fingerprint_of(content_of(meeting))


def _present(row: Attendance) -> dict[str, Any]:
    if row.term is None:
        return {"name": row.name, "role": row.role, "seat": "", "party": "", "present": True}
    return {
        "name": row.name,
        "role": "",
        "seat": _seat(row.term.seat.kind),
        "party": row.term.seat.party.organisation.name,
        "present": row.is_present,
    }


def _seat(kind: str) -> str:
    return next((code for code, one in SEATS.items() if one == kind), "politician")


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    found = {
        "number": paragraph.number,
        "year": paragraph.year,
        "heading": paragraph.heading,
        "struck": paragraph.is_struck,
    }
    if paragraph.is_struck:
        return found
    texts = {one.part: one.text for one in paragraph.texts.all()}
    decision, task = (getattr(paragraph, name, None) for name in ("decision", "follow_up"))
    return found | {
        "corrects": paragraph.corrects.sign if paragraph.corrects else "",
        "discussion": texts.get(TextPart.DISCUSSION, ""),
        "decision": texts.get(TextPart.DECISION, ""),
        "about": [decision.matter_kind, decision.matter_key, decision.matter_title]
        if decision
        else None,
        "follow_up": [task.responsible_name, task.due_on.isoformat()] if task else None,
        "dissents": [
            {
                "name": one.term.name,
                "party": one.term.seat.party.organisation.name,
                "reason": one.reason,
            }
            for one in sorted(paragraph.dissents.all(), key=lambda one: one.pk)
        ],
    }


def problems_of(content: Content) -> list[Problem]:
    """Return what keeps the minutes from being verified."""
    found = []
    if not any(row["seat"] and row["present"] for row in content["attendance"]):
        found.append(Problem(_("Write down who was at the meeting first."), anchor="attendance"))
    written = [row for row in content["paragraphs"] if not row["struck"]]
    if not written:
        found.append(Problem(_("The minutes have no paragraph yet.")))
    for row in written:
        there = [(one["name"], one["party"]) for one in content["attendance"] if one["present"]]
        for one in row["dissents"]:
            if (one["name"], one["party"]) not in there:
                text = _("%(sign)s: %(name)s made a reservation but is not noted as present.")
                facts = {"sign": sign_of(row), "name": one["name"]}
                found.append(Problem(text % facts, anchor=f"paragraph-{row['number']}"))
        if row["decision"].strip():
            continue
        if row["about"] or row["follow_up"] or row["dissents"]:
            text = _("%(sign)s has a decision without words.") % {"sign": sign_of(row)}
            found.append(Problem(text, anchor=f"paragraph-{row['number']}"))
    return found


def sign_of(row: Mapping[str, Any]) -> str:
    """How a paragraph is cited: § 3/2027."""
    return Paragraph(number=row["number"], year=row["year"]).sign


# --- In the reader's language -----------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Somebody at the meeting, or absent from it."""

    name: str
    role: str


@dataclass(frozen=True)
class Side:
    """One party's people at the meeting."""

    party: str
    present: Sequence[Person]
    absent: Sequence[Person]


@dataclass(frozen=True)
class Reservation:
    """Somebody who did not agree, and why."""

    name: str
    party: str
    reason: str


@dataclass(frozen=True)
class ReadParagraph:
    """One paragraph as it is read."""

    number: int
    sign: str
    heading: str
    is_struck: bool
    corrects: str = ""
    discussion: str = ""
    decision: str = ""
    about: str = ""
    responsible: str = ""
    due_on: date | None = None
    dissents: Sequence[Reservation] = ()


@dataclass(frozen=True)
class Minutes:
    """The minutes for a reader: fixed words in their language, texts as they were written."""

    group: str
    partnership: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    is_online: bool
    language: str
    sides: Sequence[Side]
    guests: Sequence[Person]
    quorum: Quorum
    paragraphs: Sequence[ReadParagraph]

    @property
    def hours(self) -> str:
        """When it was, in Swedish time."""
        return hours(self.starts_at, self.ends_at)


def read(content: Content) -> Minutes:
    """Return the minutes in the reader's language; asks nothing of the database."""
    seated = [row for row in content["attendance"] if row["seat"]]
    guests = [row for row in content["attendance"] if not row["seat"]]
    return Minutes(
        group=content["group"],
        partnership=content["partnership"],
        title=content["title"],
        starts_at=datetime.fromisoformat(content["starts_at"]),
        ends_at=datetime.fromisoformat(content["ends_at"]),
        place=content["place"],
        is_online=content["online"],
        language=content["language"],
        sides=[_side(party, seated) for party in content["parties"]],
        guests=[Person(row["name"], row["role"]) for row in guests],
        quorum=Quorum(**content["quorum"]),
        paragraphs=[_read_paragraph(row) for row in content["paragraphs"]],
    )


def _side(party: str, seated: Sequence[Mapping[str, Any]]) -> Side:
    people = {
        there: [
            Person(row["name"], str(NEUTRAL_WORDS[SEATS[row["seat"]]]))
            for row in seated
            if row["party"] == party and row["present"] is there
        ]
        for there in (True, False)
    }
    return Side(party, people[True], people[False])


def _read_paragraph(row: Mapping[str, Any]) -> ReadParagraph:
    number, sign, heading = row["number"], sign_of(row), row["heading"]
    if row["struck"]:
        return ReadParagraph(number, sign, heading, is_struck=True)
    responsible, due_on = row["follow_up"] or ("", "")
    return ReadParagraph(
        number,
        sign,
        heading,
        is_struck=False,
        corrects=row["corrects"],
        discussion=row["discussion"],
        decision=row["decision"],
        about=_about(row["about"]),
        responsible=responsible,
        due_on=date.fromisoformat(due_on) if due_on else None,
        dissents=[Reservation(**dissent) for dissent in row["dissents"]],
    )


def _about(about: Sequence[str] | None) -> str:
    if about is None or not about[2]:
        return ""
    kind, _key, title = about
    if kind == MatterKind.FREE:
        return title
    return f"{MatterKind(kind).label}: {title}"


def changed_words(reason: str) -> str:
    """Say what a lapsed verification was lapsed for."""
    return ", ".join(str(CHANGED.get(word, word)) for word in reason.split(", "))


def minutes_of(meeting: SteeringMeeting) -> Minutes:
    """Return the minutes as they were verified, or else as they stand."""
    if meeting.status == MeetingStatus.VERIFIED:
        return read(meeting.verified_minutes.content)
    return read(content_of(meeting))


def texts_by_part(paragraphs: Sequence[Paragraph]) -> dict[tuple[int, str], ParagraphText]:
    """Return the texts of loaded paragraphs by paragraph and part.

    A heading that nobody has changed stands in the paragraph alone, as version 0.
    """
    found = {
        (one.pk, str(TextPart.HEADING)): ParagraphText(
            paragraph=one, part=TextPart.HEADING, text=one.heading, version=0
        )
        for one in paragraphs
    }
    for paragraph in paragraphs:
        found |= {(paragraph.pk, text.part): text for text in paragraph.texts.all()}
    return found
