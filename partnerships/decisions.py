"""The log of what steering groups have decided, as far as a person may read it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, OuterRef, Prefetch, Q, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Left
from django.db.models.query import QuerySet

from icld_portal.searching import WORD, words_query
from partnerships.models import (
    Dissent,
    FollowUp,
    MatterKind,
    Paragraph,
    ParagraphText,
    SteeringDecision,
    SteeringGroup,
    SteeringMeeting,
    TextPart,
    User,
)
from partnerships.models.matters import addresses_of

# How a decision is cited: "§ 3/2027" or "3/2027".
SIGN = re.compile(r"§?\s*(\d{1,4})/(\d{4})")
# A list shows the beginning of a long decision; the minutes and the files hold it whole.
CHARACTERS_SHOWN = 700
# So many of a group's decisions stand on its own page.
NEWEST_SHOWN = 3
WAITING, OVERDUE, DONE = "waiting", "overdue", "done"


@dataclass(frozen=True)
class LogRow:
    """One decision as the log shows it; ``url`` leads to what it is about, if the reader may
    open that."""

    decision: SteeringDecision
    paragraph: Paragraph
    text: str
    about: str
    url: str
    dissents: list[Dissent]
    follow_up: FollowUp | None
    corrected_by: list[Paragraph]

    @property
    def meeting(self) -> SteeringMeeting:
        """The meeting that decided."""
        return self.paragraph.meeting

    @property
    def group(self) -> SteeringGroup:
        """The group that decided."""
        return self.paragraph.meeting.group


@dataclass(frozen=True)
class GroupDecisions:
    """What a group's own page shows of its decisions; ``year`` is the last it has a summary of,
    0 for a group that has not begun."""

    rows: list[LogRow]
    today: date
    year: int


def newest_of(group: SteeringGroup, user: User, *, on: date) -> GroupDecisions:
    """Return a group's newest decisions on the day ``on``; at most four queries."""
    newest = log_of(user).filter(paragraph__group=group)[:NEWEST_SHOWN]
    last = min(group.ended_on, on) if group.ended_on else on
    year = last.year if group.begins_on <= last else 0
    return GroupDecisions(rows_of(newest, user, characters=CHARACTERS_SHOWN), on, year)


def log_of(user: User) -> "QuerySet[SteeringDecision]":
    """The verified decisions that ``user`` may read, the newest first."""
    decisions = SteeringDecision.objects.all().visible_to(user).verified()
    return decisions.filter(paragraph__is_struck=False).order_by(
        "-paragraph__meeting__starts_at", "-paragraph__number", "-pk"
    )


def matching(text: str) -> Q:
    """The condition that a decision holds every word of ``text``, or is the paragraph it names.

    A text without a word finds nothing.
    """
    if sign := SIGN.fullmatch(text.strip()):
        return Q(paragraph__number=int(sign[1]), paragraph__year=int(sign[2]))
    query = words_query(text)
    return Q(pk__in=[]) if query is None else Q(searched__words=query)


def words_not_found(decisions: "QuerySet[SteeringDecision]", text: str) -> list[str]:
    """Return the words of ``text`` that stand in none of ``decisions``; a query for each."""
    words = list(dict.fromkeys(WORD.findall(text)))
    return [
        word for word in words if not decisions.filter(searched__words=words_query(word)).exists()
    ]


def followed_up(state: str, *, on: date) -> Q:
    """The condition that a decision's follow-up waits, is overdue on a day, or is done."""
    done = Q(paragraph__follow_up__done_at__isnull=False)
    waiting = Q(paragraph__follow_up__isnull=False, paragraph__follow_up__done_at=None)
    overdue = waiting & Q(paragraph__follow_up__due_on__lt=on)
    return {WAITING: waiting, OVERDUE: overdue, DONE: done}[state]


def with_words(
    decisions: "QuerySet[SteeringDecision]", *, characters: int | None = None
) -> "QuerySet[SteeringDecision]":
    """Read the text of each decision with it, as ``words``: whole, or its beginning."""
    texts = ParagraphText.objects.filter(
        paragraph=OuterRef("paragraph"), part=TextPart.DECISION
    ).order_by()
    text = Left("text", characters) if characters else F("text")
    found = Subquery(texts.annotate(begins=text).values("begins")[:1])
    return decisions.annotate(words=Coalesce(found, Value(""), output_field=TextField()))


def rows_of(
    decisions: "QuerySet[SteeringDecision]", user: User, *, characters: int | None = None
) -> list[LogRow]:
    """Return what the log shows of ``decisions``; one query for each kind of row.

    Of a longer text only the first ``characters`` are read; one above says that it is longer.
    """
    dissents = Dissent.objects.select_related("term__seat__party__organisation").order_by("pk")
    corrections = Paragraph.objects.filter(meeting__status="verified", is_struck=False).order_by(
        "pk"
    )
    shown = with_words(decisions, characters=characters and characters + 1).select_related(
        "paragraph__meeting__group__partnership",
        "paragraph__follow_up",
        "paragraph__corrects",
    )
    found = list(
        shown.prefetch_related(
            Prefetch("paragraph__dissents", dissents),
            Prefetch("paragraph__corrections", corrections),
        )
    )
    urls = addresses_of(_points(found), user)
    return [_row(decision, urls) for decision in found]


def _points(decisions: Iterable[SteeringDecision]) -> list[tuple[str, str]]:
    return [(one.matter_kind, one.matter_key) for one in decisions]


def _row(decision: SteeringDecision, urls: dict[tuple[str, str], str]) -> LogRow:
    paragraph = decision.paragraph
    is_free = decision.matter_kind == MatterKind.FREE
    return LogRow(
        decision=decision,
        paragraph=paragraph,
        text=decision.words,  # type: ignore[attr-defined]
        about="" if is_free else decision.matter_title,
        url=urls.get((decision.matter_kind, decision.matter_key), ""),
        dissents=list(paragraph.dissents.all()),
        follow_up=getattr(paragraph, "follow_up", None),
        corrected_by=list(paragraph.corrections.all()),
    )
