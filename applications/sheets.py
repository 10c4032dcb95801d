"""Assessments as they are read: each sheet with its mean, all of them beside each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from applications.models import (
    Answer,
    AnswerComment,
    AnswerSheet,
    Application,
    Assessment,
    Consensus,
    Question,
    SharedAssessment,
)
from applications.scores import Criterion, mean, mean_of_sheet, score_of, spread, weighted_mean
from applications.workflow import criteria_in
from partnerships.models import Interest


@dataclass(frozen=True)
class ReadScore:
    """One criterion of one sheet: the score with its words, and the reason."""

    criterion: Criterion
    score: int | None
    words: str
    reason: str


@dataclass(frozen=True)
class ReadSheet:
    """One sheet as it is shown; ``source`` is whose it is."""

    source: Assessment | Consensus
    scores: list[ReadScore]
    mean: Decimal | None


@dataclass(frozen=True)
class Compared:
    """One criterion over all sheets: the scores in the sheets' order, and how far apart."""

    criterion: Criterion
    scores: list[ReadScore]
    mean: Decimal | None
    spread: int


def handed_in(application: Application) -> list[Assessment]:
    """Return what the assessors have handed in, by name; not of who has a conflict since."""
    conflicted = Interest.objects.conflicts().filter(case_reference=application.reference)
    return list(
        application.assessments.filter(handed_in_at__isnull=False)
        .exclude(author__in=conflicted.order_by().values("user"))
        .select_related("author")
        .order_by("author__name", "pk")
    )


def texts_of(sheets: Iterable[int | None]) -> dict[int, dict[int, str]]:
    """Return the answers of several sheets, by sheet and question, in one query."""
    found: dict[int, dict[int, str]] = {}
    rows = Answer.objects.filter(sheet__in=[pk for pk in sheets if pk]).order_by()
    for sheet, question, text in rows.values_list("sheet", "question", "text"):
        found.setdefault(sheet, {})[question] = text
    return found


def read_sheet(
    source: Assessment | Consensus, criteria: Sequence[Criterion], texts: Mapping[int, str]
) -> ReadSheet:
    """Return one sheet as it is shown."""
    scores = [
        ReadScore(
            one,
            score_of(texts.get(one.score.pk, "")),
            words_of(one.score, texts.get(one.score.pk, "")),
            texts.get(one.reason.pk, ""),
        )
        for one in criteria
    ]
    return ReadSheet(source, scores, mean_of_sheet(criteria, texts))


def words_of(question: Question, value: str) -> str:
    """Return the words of the option that was chosen."""
    return next((str(one) for one in question.options.all() if one.value == value), "")


def read_sheets(
    sources: Sequence[Assessment | Consensus], criteria: Sequence[Criterion]
) -> list[ReadSheet]:
    """Return several sheets, in one query."""
    texts = texts_of(source.sheet_id for source in sources)
    return [read_sheet(source, criteria, texts.get(source.sheet_id or 0, {})) for source in sources]


def compare(sheets: Sequence[ReadSheet], criteria: Sequence[Criterion]) -> list[Compared]:
    """Return the criteria with every sheet's score beside the others'."""
    found = []
    for place, one in enumerate(criteria):
        row = [sheet.scores[place] for sheet in sheets]
        given = [score.score for score in row if score.score is not None]
        found.append(Compared(one, row, mean(given), spread(given)))
    return found


def mean_of_all(compared: Sequence[Compared]) -> Decimal | None:
    """Return the weighted mean of every score that was handed in, each sheet counting alike."""
    return weighted_mean(
        (score.score, one.criterion.weight)
        for one in compared
        for score in one.scores
        if score.score is not None
    )


def answers_on(sheet: AnswerSheet | None) -> dict[int, Answer]:
    """Return a sheet's answers by question, with who wrote them."""
    if sheet is None:
        return {}
    return {one.question_id: one for one in sheet.answers.select_related("updated_by")}


def comments_of(sources: Iterable[Assessment]) -> dict[int, list[AnswerComment]]:
    """Return what the assessors have noted beside the answers, by question; one query."""
    found: dict[int, list[AnswerComment]] = {}
    rows = AnswerComment.objects.filter(assessment__in=list(sources)).exclude(text="")
    for comment in rows.select_related("assessment__author", "question").order_by(
        "question__section__sort_order", "question__sort_order", "assessment__author__name", "pk"
    ):
        found.setdefault(comment.question_id, []).append(comment)
    return found


def common_view(application: Application) -> Consensus | None:
    """Return what the assessors have agreed on, or are writing; read once a page."""
    kept: Any = getattr(application, "_common_view", application)
    if kept is application:
        stored = Consensus.objects.filter(application=application)
        kept = stored.select_related("written_by", "sheet__question_set").first()
        application._common_view = kept  # type: ignore[attr-defined]
    found: Consensus | None = kept
    return found


@dataclass(frozen=True)
class AgreedView:
    """The common view as a page about the case shows it."""

    stored: Consensus
    mean: Decimal | None

    @property
    def is_agreed(self) -> bool:
        """Whether the assessors are done with it."""
        return self.stored.agreed_at is not None


def agreed_view(application: Application) -> AgreedView | None:
    """Return the common view with its mean, in two queries; None if nobody has written it."""
    stored = common_view(application)
    if stored is None:
        return None
    rows = Answer.objects.filter(sheet=stored.sheet_id, question__weight__gt=0).order_by()
    scored = (
        (score_of(text), weight) for text, weight in rows.values_list("text", "question__weight")
    )
    pairs = [(score, weight) for score, weight in scored if score is not None]
    return AgreedView(stored, weighted_mean(pairs))


def shared_view(application: Application) -> ReadSheet | None:
    """Return the common view as the parties may read it; None unless ICLD has shared it."""
    if not SharedAssessment.objects.filter(application=application).exists():
        return None
    stored = common_view(application)
    if stored is None or stored.agreed_at is None:
        return None
    return read_sheets([stored], criteria_in(stored.sheet.question_set))[0]


def agreed_means(cases: Any) -> dict[int, Decimal]:
    """Return the agreed mean of each of ``cases`` that has one, by application id; one query."""
    rows = Answer.objects.filter(
        sheet__consensus__application__in=cases,
        sheet__consensus__agreed_at__isnull=False,
        question__weight__gt=0,
    ).order_by()
    scored: dict[int, list[tuple[int, int]]] = {}
    for application, text, weight in rows.values_list(
        "sheet__consensus__application", "text", "question__weight"
    ):
        score = score_of(text)
        if score is not None:
            scored.setdefault(application, []).append((score, weight))
    means = ((pk, weighted_mean(pairs)) for pk, pairs in scored.items())
    return {pk: mean_ for pk, mean_ in means if mean_ is not None}


def proposed_sums(application: Application) -> dict[int, int]:
    """Return what the assessors have agreed to propose, whole SEK by year of the case."""
    stored = common_view(application)
    if stored is None or stored.agreed_at is None:
        return {}
    return dict(stored.years.values_list("year", "amount_sek"))
