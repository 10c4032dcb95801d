"""Two texts beside each other: nothing of either is left out."""

import time

from hypothesis import given
from hypothesis import strategies as st

from icld_portal.comparing import Change, changes, merged

TEXTS = st.text(alphabet="ab \n", max_size=60)


def test_a_changed_word_is_shown_alone():
    assert changes("Två kommuner vid vatten.", "Två städer vid vatten.") == [
        Change(both="Två "),
        Change(before="kommuner ", after="städer "),
        Change(both="vid vatten."),
    ]


def test_equal_texts_have_no_changes():
    assert changes("Samma.", "Samma.") == [Change(both="Samma.")]
    assert changes("", "") == []


@given(TEXTS, TEXTS)
def test_the_pieces_joined_are_each_text_again(before, after):
    pieces = changes(before, after)
    assert "".join(piece.both + piece.before for piece in pieces) == before
    assert "".join(piece.both + piece.after for piece in pieces) == after


@given(TEXTS, TEXTS)
def test_a_merged_text_holds_every_word_of_both(theirs, mine):
    words = merged(theirs, mine).split()
    for text in (theirs, mine):
        rest = iter(words)
        assert all(word in rest for word in text.split())


def test_two_different_texts_are_set_one_after_the_other():
    assert merged("Wells are dry.", "Markets are full.") == "Wells are dry.\n\nMarkets are full."


def test_long_texts_are_compared_in_a_moment():
    one = " ".join(f"ord{number % 50}" for number in range(15_000))
    other = " ".join(f"ord{number % 47}" for number in range(15_000))
    began = time.monotonic()
    changes(one, other)
    changes("ord " * 3_900, "annat ord " * 1_900)
    assert time.monotonic() - began < 3
