"""The table of a meeting's deeds, and the moves the database allows."""

from partnerships.models.meetings import MEETING_MOVES
from partnerships.workflow.meeting_states import MEETING_TRANSITIONS


def test_the_table_of_deeds_and_the_moves_postgres_allows_are_the_same():
    table = {
        (source, transition.target)
        for transition in MEETING_TRANSITIONS
        for source in transition.sources
    }

    assert table == MEETING_MOVES
