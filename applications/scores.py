"""What several scores amount to. Exact decimals: the same scores give the same mean everywhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from applications.models import Question

# Worst first; the words for each stand in the criteria.
SCORES = ("1", "2", "3", "4", "5")
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Criterion:
    """One criterion of a case: the question that is scored and the one for its reason."""

    key: str
    score: Question
    reason: Question

    @property
    def weight(self) -> int:
        """How much the score counts; always above zero."""
        return self.score.weight


def weighted_mean(scores: Iterable[tuple[int, int]]) -> Decimal | None:
    """Return the mean of (score, weight), to the hundredth, half upwards; None without weight.

    The sum of score times weight divided by the sum of weights. A criterion that is not
    scored is left out, together with its weight.
    """
    pairs = list(scores)
    total = sum(weight for _score, weight in pairs)
    if not total:
        return None
    exact = Decimal(sum(score * weight for score, weight in pairs)) / total
    return exact.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


def mean(scores: Sequence[int]) -> Decimal | None:
    """Return the plain mean of one criterion's scores, to the hundredth; None without any."""
    return weighted_mean((score, 1) for score in scores)


def spread(scores: Sequence[int]) -> int:
    """Return how far the highest score lies above the lowest; 0 for fewer than two."""
    return max(scores) - min(scores) if scores else 0


def score_of(text: str) -> int | None:
    """Return the score an answer stands for; None when it was not given."""
    return int(text) if text in SCORES else None


def mean_of_sheet(criteria: Iterable[Criterion], texts: Mapping[int, str]) -> Decimal | None:
    """Return the weighted mean of one sheet; ``texts`` are its answers by question id."""
    scored = ((score_of(texts.get(one.score.pk, "")), one.weight) for one in criteria)
    return weighted_mean((score, weight) for score, weight in scored if score is not None)
