"""Many people write and verify minutes at once: no number twice, no text lost, no false word."""

from contextlib import suppress
from itertools import permutations

import pytest

from icld_portal.problems import NotReady
from icld_portal.shared_texts import StaleText
from icld_portal.workflow import WrongStatus
from partnerships import minutes
from partnerships.minute_writing import begin_paragraph, remove_paragraph
from partnerships.models import Paragraph, SteeringMeeting, Verification, VerifiedMinutes
from partnerships.workflow.minutes import ChangedSinceRead, verify_minutes
from tests.applications.test_parallel import at_once
from tests.factories import steering
from tests.partnerships.test_minutes import write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def group(partnership):
    return steering.make_group(partnership)


def test_ten_writers_in_two_meetings_get_numbers_without_gaps(group, coordinator):
    meetings = [steering.held_meeting(group, steering.HELD_AT.replace(day=day)) for day in (19, 20)]

    def deed(place):
        mine = [
            begin_paragraph(meetings[(place + turn) % 2], f"{place} {turn}", by=coordinator)
            for turn in range(3)
        ]
        if place % 3 == 0:
            remove_paragraph(mine[-1], by=coordinator)

    at_once(10, deed)

    numbers = list(Paragraph.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert 26 <= len(numbers) <= 30
    struck = Paragraph.objects.filter(is_struck=True).count()
    assert struck + (30 - len(numbers)) == 4


def test_one_item_of_the_agenda_clicked_by_six_at_once_is_one_paragraph(group, coordinator):
    meeting = steering.held_meeting(group)
    item = meeting.agenda.create(title="Planen")

    at_once(6, lambda _place: begin_paragraph(meeting, "Planen", by=coordinator, item=item))

    assert Paragraph.objects.get().agenda_item == item


def test_of_eight_first_texts_one_stands_and_seven_are_told(group, coordinator):
    meeting = steering.held_meeting(group)
    paragraph = begin_paragraph(meeting, "Planen", by=coordinator)

    def deed(place):
        try:
            write(paragraph, "discussion", f"Text {place}", by=coordinator, version=0)
        except StaleText:
            return "told"
        return f"Text {place}"

    said = at_once(8, deed)

    (stands,) = [text for text in said if text != "told"]
    assert paragraph.texts.get(part="discussion").text == stands


@pytest.mark.parametrize("turn", range(6))
def test_verified_while_the_next_text_is_saved_either_order_is_true(group, coordinator, turn):
    meeting = steering.held_meeting(group)
    people = [term.user for term in steering.coordinators(group)]
    paragraph = begin_paragraph(meeting, "Planen", by=coordinator)
    write(paragraph, "decision", "Ja.", by=coordinator)
    read = minutes.fingerprint(meeting)
    verify_minutes(meeting, by=people[0], sha256=read, method="totp", at=meeting.ends_at)

    def deed(place):
        try:
            if place:
                write(paragraph, "decision", "Nej.", by=coordinator)
                return "saved"
            verify_minutes(meeting, by=people[1], sha256=read, method="totp", at=meeting.ends_at)
        except ChangedSinceRead:
            return "read again"
        except WrongStatus:
            return "too late"
        return "verified"

    verified, saved = at_once(2, deed)

    text = paragraph.texts.get(part="decision").text
    status = SteeringMeeting.objects.get().status
    assert (verified, saved, status, text) in {
        ("verified", "too late", "verified", "Ja."),
        ("read again", "saved", "held", "Nej."),
    }
    is_true(meeting)


def is_true(meeting):
    """Verified minutes have a valid word from each party for exactly what stands."""
    fresh = SteeringMeeting.objects.select_related("group__partnership").get(pk=meeting.pk)
    now = minutes.fingerprint(fresh)
    valid = Verification.objects.valid().filter(meeting=fresh)
    assert all(one.content_sha256 == now for one in valid)
    if fresh.status == "verified":
        assert fresh.content_sha256 == now == VerifiedMinutes.objects.get().content_sha256
        parties = fresh.group.partnership.parties.values_list("pk", flat=True)
        assert {one.party_id for one in valid} == set(parties)
    else:
        assert not VerifiedMinutes.objects.exists()


DEEDS = ("write", "new", "first", "second", "strike")


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(permutations(DEEDS))[::7])
def test_whatever_the_order_the_record_is_true(group, coordinator, order):
    meeting = steering.held_meeting(group)
    people = dict(zip(("first", "second"), steering.coordinators(group), strict=True))
    paragraph = begin_paragraph(meeting, "Planen", by=coordinator)
    begin_paragraph(meeting, "Nästa möte", by=coordinator)

    def do(deed):
        if deed == "write":
            write(paragraph, "discussion", "Vi talade.", by=coordinator)
        elif deed == "new":
            begin_paragraph(meeting, "Övrigt", by=coordinator)
        elif deed == "strike":
            remove_paragraph(paragraph, by=coordinator)
        else:
            verify_minutes(
                meeting,
                by=people[deed].user,
                sha256=minutes.fingerprint(meeting),
                method="totp",
                at=meeting.ends_at,
            )

    for deed in (*order, "first", "second"):
        with suppress(WrongStatus, NotReady):
            do(deed)
        is_true(meeting)
    assert SteeringMeeting.objects.get().status == "verified"
