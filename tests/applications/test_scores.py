"""The weighted mean: exact, between the scores, and indifferent to order and to scale."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import scores

PAIRS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 100)), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], None),
        ([(5, 0)], None),
        ([(4, 1)], Decimal("4.00")),
        ([(1, 1), (2, 1)], Decimal("1.50")),
        ([(1, 1), (2, 1), (2, 1)], Decimal("1.67")),
        ([(5, 3), (1, 1)], Decimal("4.00")),
        # 201 / 200 is 1.005 exactly: half is rounded upwards.
        ([(2, 1), (1, 199)], Decimal("1.01")),
    ],
)
def test_the_mean_of_known_scores(pairs, expected):
    assert scores.weighted_mean(pairs) == expected


@given(PAIRS)
def test_it_is_the_exact_mean_to_the_hundredth(pairs):
    exact = Fraction(sum(s * w for s, w in pairs), sum(w for _s, w in pairs))

    found = scores.weighted_mean(pairs)

    assert abs(Fraction(found) - exact) <= Fraction(1, 200)
    assert min(s for s, _w in pairs) <= found <= max(s for s, _w in pairs)


@given(PAIRS, st.integers(1, 50), st.randoms())
def test_neither_order_nor_a_common_factor_of_the_weights_changes_it(pairs, factor, random):
    shuffled = [(score, weight * factor) for score, weight in pairs]
    random.shuffle(shuffled)

    assert scores.weighted_mean(shuffled) == scores.weighted_mean(pairs)


@given(PAIRS, st.integers(0, 19))
def test_a_higher_score_never_lowers_it(pairs, place):
    place %= len(pairs)
    score, weight = pairs[place]
    raised = [*pairs[:place], (min(5, score + 1), weight), *pairs[place + 1 :]]

    assert scores.weighted_mean(raised) >= scores.weighted_mean(pairs)


@given(st.lists(st.integers(1, 5), max_size=8))
def test_the_spread_is_the_way_from_lowest_to_highest(given_scores):
    expected = max(given_scores) - min(given_scores) if given_scores else 0

    assert scores.spread(given_scores) == expected


@pytest.mark.parametrize("text", ["", "0", "6", "12", "x", "²", "-1", "٣"])
def test_what_is_no_score_counts_as_none(text):
    assert scores.score_of(text) is None
