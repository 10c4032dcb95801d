"""Rounds: a year's two rounds by one action, and what may be moved afterwards."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from applications.models import GrantTypeSetting, Round
from applications.rounds import change_round, make_rounds, set_open_all_year
from icld_portal.events import events_of
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
FIRST_OF_MARCH = datetime(2031, 3, 1, 12, tzinfo=STOCKHOLM)


@pytest.fixture
def spring() -> Round:
    """A round that is open on 1 March 2031."""
    return Round.objects.create(opens_on=date(2031, 2, 15), deadline_on=date(2031, 3, 15))


@pytest.fixture
def autumn() -> Round:
    return Round.objects.create(opens_on=date(2031, 9, 15), deadline_on=date(2031, 10, 15))


def move(kept, by, *, opens_on=None, deadline_on=None, at=FIRST_OF_MARCH):
    return change_round(
        kept,
        by=by,
        opens_on=opens_on or kept.opens_on,
        deadline_on=deadline_on or kept.deadline_on,
        at=at,
    )


def refusal(*arguments, **options) -> list[str]:
    with pytest.raises(NotReady) as refused:
        move(*arguments, **options)
    return [problem.text for problem in refused.value.problems]


def test_a_year_gets_two_rounds_that_open_one_month_before(office_administrator):
    make_rounds(2031, by=office_administrator)

    found = Round.objects.filter(deadline_on__year=2031).order_by("deadline_on")
    assert list(found.values_list("opens_on", "deadline_on")) == [
        (date(2031, 2, 15), date(2031, 3, 15)),
        (date(2031, 9, 15), date(2031, 10, 15)),
    ]


def test_making_them_again_changes_nothing(office_administrator):
    first = make_rounds(2031, by=office_administrator)

    assert make_rounds(2031, by=office_administrator) == []
    assert [len(events_of(made)) for made in first] == [1, 1]


def test_a_prolonged_round_gets_no_twin(office_administrator):
    made, _autumn = make_rounds(2031, by=office_administrator)
    move(made, office_administrator, deadline_on=date(2031, 3, 22))

    assert make_rounds(2031, by=office_administrator) == []


@pytest.mark.parametrize("year", [2008, 2101])
def test_a_year_out_of_range_is_refused(office_administrator, year):
    with pytest.raises(NotReady, match="from 2009 to 2100"):
        make_rounds(year, by=office_administrator)


def test_only_administrators_make_move_and_switch(decider, spring):
    for deed in (
        lambda: make_rounds(2032, by=decider),
        lambda: move(spring, decider, deadline_on=date(2031, 3, 16)),
        lambda: set_open_all_year("preparation", by=decider, open_all_year=True),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def test_an_open_round_is_prolonged_and_the_event_says_from_where(office_administrator, spring):
    move(spring, office_administrator, deadline_on=date(2031, 3, 22))

    spring.refresh_from_db()
    assert spring.deadline_on == date(2031, 3, 22)
    (event,) = events_of(spring)
    assert event.facts["deadline_before"] == "2031-03-15"


def test_an_open_round_is_not_shortened_by_a_day(office_administrator, spring):
    assert refusal(spring, office_administrator, deadline_on=date(2031, 3, 14)) == [
        "An open round can be prolonged, not shortened: 2031-03-15 or later."
    ]


def test_an_open_round_keeps_its_first_day(office_administrator, spring):
    assert refusal(spring, office_administrator, opens_on=date(2031, 2, 16)) == [
        "The round is open: its first day is kept."
    ]


def test_a_closed_round_stays_as_it_was(office_administrator, spring):
    after = spring.closes_at
    assert refusal(spring, office_administrator, deadline_on=date(2031, 3, 22), at=after) == [
        "This round has closed. Its dates are kept as they were."
    ]
    last_second = after - timedelta(seconds=1)
    move(spring, office_administrator, deadline_on=date(2031, 3, 22), at=last_second)


def test_a_round_that_would_overlap_another_is_refused(office_administrator, spring, autumn):
    assert refusal(autumn, office_administrator, opens_on=date(2031, 3, 15)) == [
        "The round would overlap the one with deadline 2031-03-15."
    ]
    move(autumn, office_administrator, opens_on=date(2031, 3, 16))


def test_a_type_is_open_all_year_until_it_is_switched_back(office_administrator):
    set_open_all_year("preparation", by=office_administrator, open_all_year=True)
    setting = set_open_all_year("preparation", by=office_administrator, open_all_year=True)
    assert setting.open_all_year
    assert len(events_of(setting)) == 1

    set_open_all_year("preparation", by=office_administrator, open_all_year=False)
    assert not GrantTypeSetting.objects.get(grant_type="preparation").open_all_year
