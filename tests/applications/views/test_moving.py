"""Moving a case by hand on the list of a decision meeting."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from applications import papers, workflow
from applications.models import Bundle, Meeting, Move
from icld_portal.problems import NotReady
from tests.factories import cases
from tests.factories.parties import make_person
from tests.reading_pdf import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(partnership, coordinator, officer):
    """Cases without a score: the newest reference is first."""
    made = [
        cases.in_assessment(partnership, by=coordinator, officer=officer) for _number in range(3)
    ]
    return list(reversed(made))


def address(name, case, *more):
    return reverse(f"applications:{name}", args=[case.round.deadline_on.isoformat(), *more])


def move(client, case, place, seen=0, reason="Brådskar för partnern.", **options):
    form = {"place": place, "reason": reason, "seen": seen}
    return client.post(address("move_case", case, case.handle), form | options)


def order(client, case) -> list[str]:
    rows = client.get(address("meeting", case)).context["rows"]
    assert [row.place.rank for row in rows] == list(range(1, len(rows) + 1))
    return [row.application.reference for row in rows]


def names(*found) -> list[str]:
    return [case.reference for case in found]


def test_a_case_is_moved_up_down_and_back(signed_in, officer, three):
    first, second, third = three
    client = signed_in(officer, "en")
    assert order(client, first) == names(first, second, third)

    assert move(client, third, 1).status_code == 302
    assert order(client, first) == names(third, first, second)
    assert "Brådskar för partnern." in client.get(address("meeting", first)).content.decode()
    move(client, third, 2, seen=1)
    assert order(client, first) == names(first, third, second)
    move(client, first, 3, seen=2)
    assert order(client, first) == names(third, second, first)
    move(client, third, "", seen=3, by_score="1")
    move(client, first, "", seen=4, by_score="1")
    assert order(client, first) == names(first, second, third)
    assert [one.target for one in Move.objects.all()] == ["above", "above", "last"] + ["score"] * 2


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"place": "0"}, "place"),
        ({"place": "4"}, "place"),
        ({"place": "9" * 30}, "place"),
        ({"place": "one"}, "place"),
        ({"seen": "x"}, "seen"),
        ({"reason": "", "by_score": "1"}, "reason"),
    ],
)
def test_what_is_not_understood_moves_nothing(signed_in, officer, three, form, field):
    facts = {"place": "1", "reason": "Brådskar.", "seen": "0"} | form
    client = signed_in(officer, "en")
    response = client.post(address("move_case", three[2], three[2].handle), facts)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert not Move.objects.exists()


def test_the_second_of_two_is_told_and_keeps_the_reason(signed_in, officer, icld, three):
    first, _second, third = three
    other = signed_in(make_person("Test Två", icld, "officer"), "en")
    move(signed_in(officer), third, 1)

    response = move(other, first, 3, reason="Min motivering.")

    assert response.status_code == 409
    page = response.content.decode()
    assert "Somebody else has moved a case on the list." in page
    assert "Min motivering." in page
    assert Move.objects.count() == 1
    seen = response.context["form"]["seen"].value()
    assert move(other, first, 3, seen=seen).status_code == 302


def test_a_bundle_moves_together(signed_in, officer, three):
    first, second, third = three
    bundle = Bundle.objects.create(partnership=first.partnership)
    for case in (first, third):
        type(case).objects.filter(pk=case.pk).update(bundle=bundle)
    client = signed_in(officer, "en")
    assert order(client, first) == names(first, third, second)

    assert move(client, third, 3).status_code == 302
    assert order(client, first) == names(second, first, third)
    # One is never moved above the other.
    with pytest.raises(NotReady):
        workflow.move_case(
            Meeting.objects.get(), first, by=officer, reason="Nej.", seen=1, above=third
        )


def test_who_may_not_see_a_case_reads_the_others_in_the_same_order(
    signed_in, officer, decider, three
):
    first, second, third = three
    move(signed_in(officer), third, 1)
    move(signed_in(officer), second, 1, seen=1)
    assert order(signed_in(decider), first) == names(second, third, first)

    workflow.declare(third, by=decider, has_conflict=True, reason="Släkt.")
    client = signed_in(decider, "en")
    assert order(client, first) == names(second, first)
    assert third.reference not in client.get(address("meeting", first)).content.decode()
    assert move(client, third, 1, seen=2).status_code == 404


def test_readers_and_parties_move_nothing(signed_in, reader, coordinator, three):
    assert move(signed_in(reader), three[2], 1).status_code == 403
    assert move(signed_in(coordinator), three[2], 1).status_code in (403, 404)
    assert not Move.objects.exists()


def test_the_minutes_say_what_was_moved_and_why(signed_in, officer, decider, three):
    first, _second, third = three
    move(signed_in(officer), third, 1)
    meeting = Meeting.objects.get()
    for case in three:
        pending = workflow.propose(meeting, case, by=officer, outcome="rejected", reason="Nej.")
        workflow.confirm(meeting, case, by=decider, version=pending.version)
    workflow.order_release(meeting, by=decider, held_on=timezone.localdate())
    workflow.release(meeting.pk)
    papers.make_protocol(meeting.pk)

    with meeting.papers.get(language="en").file.open() as file:
        minutes = text_of(file.read())
    assert "Moved by hand on the list" in minutes
    assert f"above {first.reference}" in minutes
    assert "Brådskar för partnern." in minutes
    assert officer.name in minutes
    assert order(signed_in(officer), first)[0] == third.reference
    workflow.declare(third, by=officer, has_conflict=True, reason="Släkt.")
    protocol = address("protocol", first, "en")
    assert signed_in(officer).get(protocol).status_code == 404


def test_the_log_cannot_be_rewritten(signed_in, officer, three):
    move(signed_in(officer), three[2], 1)
    for statement in (
        lambda: Move.objects.update(reason="Other"),
        lambda: Move.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            statement()


def test_the_parties_do_not_read_of_it(signed_in, officer, coordinator, three):
    move(signed_in(officer), three[2], 1)
    page = signed_in(coordinator).get(three[2].get_absolute_url()).content.decode()
    assert "Brådskar" not in page


@pytest.mark.parametrize("number", [1, 30])
def test_a_moved_list_asks_no_more(
    signed_in, officer, partnership, coordinator, number, django_assert_max_num_queries
):
    found = [
        cases.in_assessment(partnership, by=coordinator, officer=officer) for _one in range(number)
    ]
    meeting = workflow.meeting_of(found[0].round)
    for seen, case in enumerate(found):
        workflow.move_case(meeting, case, by=officer, reason="Brådskar.", seen=seen)
    client = signed_in(officer)
    client.get(address("meeting", found[0]))
    with django_assert_max_num_queries(19):
        client.get(address("meeting", found[0]))
