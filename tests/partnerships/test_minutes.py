"""Minutes written together: numbers, texts, verification, and when one lapses."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from icld_portal.models import Event, Letter
from icld_portal.problems import NotReady
from icld_portal.shared_texts import StaleText
from icld_portal.workflow import WrongStatus
from partnerships import awaited, minute_writing, minutes, papers
from partnerships.minute_writing import begin_paragraph, remove_paragraph, stored_text, write_text
from partnerships.models import (
    AgendaItem,
    Attendance,
    FollowUp,
    Membership,
    MinutesPaper,
    Paragraph,
    Role,
    SeatKind,
    SeatTerm,
    SteeringDecision,
    SteeringMeeting,
    Verification,
    VerifiedMinutes,
)
from partnerships.workflow.minutes import ChangedSinceRead, verify_minutes
from partnerships.workflow.seating import Days, Sitter, correct_term
from tests.factories import steering
from tests.factories.parties import make_person
from tests.reading_pdf import failures, words_of

pytestmark = pytest.mark.django_db

AFTER = steering.HELD_AT + timedelta(days=1)


@pytest.fixture
def group(partnership):
    return steering.make_group(partnership)


@pytest.fixture
def meeting(group):
    """A meeting that was held; nothing is written of it."""
    return steering.held_meeting(group)


@pytest.fixture
def people(group, meeting):
    """Who sits for each party and was there."""
    return [term.user for term in steering.coordinators(group)]


def write(paragraph, part, text, *, by, version=None):
    with minute_writing.writing(paragraph.meeting, by=by, what=[paragraph.sign]):
        stored = stored_text(paragraph, part)
        return write_text(paragraph, part, text, stored=stored, by=by, version=version)


def verify(meeting, *, by, sha256=None, at=AFTER):
    read = sha256 or minutes.fingerprint(meeting)
    return verify_minutes(meeting, by=by, sha256=read, method="totp", at=at)


def refused(meeting, *, by, at=AFTER) -> str:
    with pytest.raises(NotReady) as stopped:
        verify(meeting, by=by, at=at)
    assert not Verification.objects.filter(user=by).exists()
    return stopped.value.problems[0].text


@pytest.fixture
def paragraph(meeting, coordinator):
    found = begin_paragraph(meeting, "Projektplanen", by=coordinator)
    write(found, "decision", "Vi antar planen.", by=coordinator)
    return found


# --- Numbers ----------------------------------------------------------------------------


def test_the_meetings_of_a_group_share_the_numbers_of_a_year(group, meeting, coordinator):
    other = steering.held_meeting(group, datetime(2026, 11, 21, 9, tzinfo=UTC))
    next_year = steering.held_meeting(group, datetime(2026, 12, 31, 23, 30, tzinfo=UTC))

    numbers = [begin_paragraph(one, "Test", by=coordinator).sign for one in (meeting, other)]

    assert numbers == ["§ 1/2026", "§ 2/2026"]
    # Half past midnight of the new year in Stockholm.
    assert begin_paragraph(next_year, "Test", by=coordinator).sign == "§ 1/2027"


def test_an_item_of_the_agenda_has_one_paragraph(meeting, coordinator):
    item = AgendaItem.objects.create(
        meeting=meeting, title="Planen", matter_kind="plan", matter_key="abc"
    )
    first = begin_paragraph(meeting, item.title, by=coordinator, item=item)

    assert begin_paragraph(meeting, item.title, by=coordinator, item=item) == first
    write(first, "decision", "Vi antar den.", by=coordinator)
    decision = SteeringDecision.objects.get()
    assert (decision.matter_kind, decision.matter_key, decision.matter_title) == (
        "plan",
        "abc",
        "Planen",
    )


def test_the_last_paragraph_is_removed_and_another_is_struck_out(meeting, coordinator):
    first, last = (begin_paragraph(meeting, text, by=coordinator) for text in ("Ett", "Två"))
    write(first, "decision", "Vi beslutar.", by=coordinator)

    assert not remove_paragraph(first, by=coordinator)
    assert remove_paragraph(last, by=coordinator)

    assert [(one.number, one.is_struck) for one in Paragraph.objects.all()] == [(1, True)]
    assert not SteeringDecision.objects.exists()
    minute_writing.take_back_striking(first, by=coordinator)
    assert SteeringDecision.objects.get().paragraph == first
    assert begin_paragraph(meeting, "Två igen", by=coordinator).number == 2


def test_only_a_verified_paragraph_of_the_group_is_corrected(
    group, partnership, meeting, paragraph, coordinator, people
):
    with pytest.raises(NotReady):
        begin_paragraph(meeting, "Rättelse", by=coordinator, corrects=paragraph)
    elsewhere = steering.make_group(partnership, "En annan grupp")
    foreign = steering.verified_decision(elsewhere).paragraph
    with pytest.raises(NotReady):
        begin_paragraph(meeting, "Rättelse", by=coordinator, corrects=foreign)
    for person in people:
        verify(meeting, by=person)
    later = steering.held_meeting(group, datetime(2026, 11, 22, 9, tzinfo=UTC))

    correction = begin_paragraph(
        later, "Rättelse", by=coordinator, corrects=Paragraph.objects.get(pk=paragraph.pk)
    )

    assert correction.corrects == paragraph


# --- Texts ------------------------------------------------------------------------------


def test_a_second_writer_is_told_and_nothing_is_lost(paragraph, coordinator, partner_coordinator):
    write(paragraph, "discussion", "Först.", by=coordinator, version=0)

    with pytest.raises(StaleText) as told:
        write(paragraph, "discussion", "Samtidigt.", by=partner_coordinator, version=0)

    assert told.value.stored.text == "Först."
    assert stored_text(paragraph, "discussion").text == "Först."


def test_a_heading_is_kept_in_versions_and_stands_in_the_paragraph(paragraph, coordinator):
    write(paragraph, "heading", "Planen för 2027", by=coordinator, version=1)

    paragraph.refresh_from_db()
    assert paragraph.heading == "Planen för 2027"
    assert stored_text(paragraph, "heading").version == 2


def test_words_make_a_decision_and_their_absence_none(paragraph, coordinator):
    assert SteeringDecision.objects.get().paragraph == paragraph
    write(paragraph, "decision", " ", by=coordinator)
    assert not SteeringDecision.objects.exists()


def test_who_may_write(meeting, people, member, stranger, officer, coordinator):
    for person in (*people, coordinator):
        begin_paragraph(meeting, "Test", by=person)
    for person in (member, stranger, officer):
        with pytest.raises(PermissionDenied):
            begin_paragraph(meeting, "Test", by=person)


def test_a_removed_member_writes_no_more(meeting, paragraph, people):
    Membership.objects.filter(user=people[0]).delete()
    removed = type(people[0]).objects.get(pk=people[0].pk)
    with pytest.raises(PermissionDenied):
        write(paragraph, "discussion", "Sent.", by=removed)
    with pytest.raises(PermissionDenied):
        verify(meeting, by=removed)


# --- Verification -----------------------------------------------------------------------


def test_one_of_each_party_verifies_and_the_minutes_stand(
    meeting, paragraph, coordinator, people, django_capture_on_commit_callbacks
):
    sha256 = minutes.fingerprint(meeting)
    verify(meeting, by=people[0])
    assert SteeringMeeting.objects.get(pk=meeting.pk).status == "held"

    done = verify(meeting, by=people[1])

    assert (done.status, done.content_sha256, done.verified_at) == ("verified", sha256, AFTER)
    kept = VerifiedMinutes.objects.get()
    assert (kept.content_sha256, kept.content["paragraphs"][0]["decision"]) == (
        sha256,
        "Vi antar planen.",
    )
    with pytest.raises(WrongStatus):
        write(paragraph, "decision", "Något annat.", by=coordinator)
    told = Letter.objects.filter(kind="minutes_verified").values_list("to_user_id", flat=True)
    assert set(told) == {person.pk for person in people}
    assert Event.objects.filter(verb="verify_minutes").count() == 2


def test_minutes_without_attendance_or_paragraphs_are_not_verified(meeting, people, in_english):
    assert "no paragraph" in refused(meeting, by=people[0])
    Attendance.objects.filter(meeting=meeting).delete()
    assert "who was at the meeting" in refused(meeting, by=people[0])


def test_before_the_meeting_begins_nothing_is_verified(meeting, paragraph, people, in_english):
    second_before = steering.HELD_AT - timedelta(seconds=1)
    assert "not begun" in refused(meeting, by=people[0], at=second_before)
    verify(meeting, by=people[0], at=steering.HELD_AT)


def test_who_was_absent_does_not_verify(meeting, paragraph, people, in_english):
    Attendance.objects.filter(term__user=people[0]).update(is_present=False)
    assert "absent" in refused(meeting, by=people[0])


def test_a_second_of_the_same_party_does_not_verify(
    group, partnership, meeting, paragraph, people, in_english
):
    party = partnership.parties.order_by("pk")[0]
    colleague = steering.seat_somebody(group, party, SeatKind.LEADING_OFFICIAL, "Test Kollegasson")
    Attendance.objects.create(meeting=meeting, term=colleague, name=colleague.name)
    verify(meeting, by=people[0])

    assert "for your party already" in refused(meeting, by=colleague.user)


def test_nobody_verifies_for_two_parties(group, partnership, meeting, paragraph, people):
    partner = partnership.parties.order_by("pk")[1]
    Membership.objects.create(user=people[0], organisation=partner.organisation, role=Role.STEERING)
    both = SeatTerm.objects.create(
        seat=group.seats.get(party=partner, kind=SeatKind.LEADING_OFFICIAL),
        user=people[0],
        name="Test Dubbel",
        from_on=steering.BEGINNING,
    )
    Attendance.objects.create(meeting=meeting, term=both, name=both.name)
    verify(meeting, by=people[0])
    with pytest.raises(NotReady):
        verify(meeting, by=type(people[0]).objects.get(pk=people[0].pk))
    assert Verification.objects.count() == 1


def test_what_was_not_read_is_not_verified(meeting, paragraph, coordinator, people):
    read = minutes.fingerprint(meeting)
    write(paragraph, "decision", "Vi antar inte planen.", by=coordinator)
    with pytest.raises(ChangedSinceRead):
        verify(meeting, by=people[0], sha256=read)


def test_a_guest_or_a_writer_who_does_not_sit_does_not_verify(meeting, paragraph, coordinator):
    Attendance.objects.create(meeting=meeting, name=coordinator.name, role="gäst")
    with pytest.raises(PermissionDenied):
        verify(meeting, by=coordinator)


def test_a_decision_without_words_is_not_verified(
    meeting, paragraph, coordinator, people, in_english
):
    FollowUp.objects.create(
        paragraph=paragraph, responsible_name="Test Ansvarig", due_on=date(2026, 12, 1)
    )
    write(paragraph, "decision", "", by=coordinator)
    assert "without words" in refused(meeting, by=people[0])


def test_a_change_lapses_what_was_verified_and_says_so(meeting, paragraph, coordinator, people):
    verify(meeting, by=people[0])

    write(paragraph, "decision", "Vi antar planen med ändringar.", by=coordinator)

    lapsed = Verification.objects.get()
    assert (lapsed.lapsed_by, lapsed.lapsed_reason) == (coordinator.name, "§ 1/2026")
    letter = Letter.objects.get(kind="minutes_lapsed")
    assert letter.to_user_id == people[0].pk
    assert "§ 1/2026" in letter.body
    for person in people:
        verify(meeting, by=person)
    assert SteeringMeeting.objects.get(pk=meeting.pk).status == "verified"


def test_saving_the_same_text_lapses_nothing(meeting, paragraph, coordinator, people):
    verify(meeting, by=people[0])
    write(paragraph, "decision", "Vi antar planen.", by=coordinator)
    assert Verification.objects.valid().count() == 1


def test_what_changed_by_another_way_is_not_verified_by_an_older_word(
    meeting, paragraph, partnership, people
):
    verify(meeting, by=people[0])
    partnership.name = "Ett annat namn"
    partnership.save()
    meeting = SteeringMeeting.objects.get(pk=meeting.pk)

    verify(meeting, by=people[1])

    assert SteeringMeeting.objects.get(pk=meeting.pk).status == "held"
    assert list(Verification.objects.valid().values_list("user", flat=True)) == [people[1].pk]
    verify(meeting, by=people[0])
    assert SteeringMeeting.objects.get(pk=meeting.pk).status == "verified"


# --- Paper ------------------------------------------------------------------------------


def test_the_paper_says_what_the_database_holds(group, partnership, meeting, people, coordinator):
    swedish = partnership.parties.order_by("pk")[0]
    politician = steering.seat_somebody(
        group, swedish, SeatKind.POLITICIAN_OPPOSITION, "Test Politikersson"
    )
    Attendance.objects.create(meeting=meeting, term=politician, name=politician.name)
    Attendance.objects.create(meeting=meeting, name="Test Tolksson", role="tolk")
    steering.decide(
        meeting,
        "Vi antar planen för två år.",
        heading="Projektplanen",
        due_on=date(2027, 1, 31),
        responsible=politician,
        against=politician,
    )
    struck = begin_paragraph(meeting, "Ett misstag", by=coordinator)
    begin_paragraph(meeting, "Nästa möte", by=coordinator)
    remove_paragraph(struck, by=coordinator)
    for person in people:
        done = verify(meeting, by=person)

    papers.make_minutes_papers(meeting.pk)
    papers.make_minutes_papers(meeting.pk)

    assert MinutesPaper.objects.count() == 2
    for language, words in (
        ("sv", ("Protokoll", "politiker", "Närvaro", "Justerat av")),
        ("en", ("Minutes", "politician", "Attendance", "Verified by")),
    ):
        pdf = MinutesPaper.objects.get(language=language).file.open().read()
        text = words_of(pdf)
        expected = [
            *words,
            group.name,
            partnership.name,
            "2026-11-20 10:00",
            "Rådhuset",
            "Test Politikersson",
            "Test Tolksson",
            "§ 1/2026 Projektplanen",
            "Vi antar planen för två år.",
            "2027-01-31",
            "För dyrt.",
            "§ 2/2026 Ett misstag",
            "§ 3/2026 Nästa möte",
            done.content_sha256,
            *(person.name for person in people),
        ]
        assert [word for word in expected if word not in text] == []
        assert "opposition" not in text.lower()
        assert failures(pdf) == set()


def test_a_paper_of_minutes_that_are_not_verified_is_not_made(meeting, paragraph):
    with pytest.raises(papers.NotDue):
        papers.make_minutes_papers(meeting.pk)


def test_the_longest_texts_are_kept_whole_on_paper(meeting, coordinator, people):
    paragraph = begin_paragraph(meeting, "Långt", by=coordinator)
    write(paragraph, "discussion", "ordet " * 16_000 + "slutet", by=coordinator)
    for person in people:
        verify(meeting, by=person)
    papers.make_minutes_papers(meeting.pk)
    text = words_of(MinutesPaper.objects.get(language="sv").file.open().read())
    assert "slutet" in text


def test_who_sits_later_does_not_verify_an_earlier_meeting(group, partnership, meeting, paragraph):
    party = partnership.parties.order_by("pk")[0]
    new = SeatTerm.objects.create(
        seat=group.seats.get(party=party, kind=SeatKind.LEADING_OFFICIAL),
        user=make_person("Test Nyss", party.organisation, Role.STEERING),
        name="Test Nyss",
        from_on=steering.HELD_AT.date() + timedelta(days=1),
    )
    with pytest.raises(PermissionDenied):
        verify(meeting, by=new.user)


def test_nobody_verifies_for_a_party_they_have_left(group, partnership, meeting, paragraph, people):
    person = people[0]
    left, still = partnership.parties.order_by("pk")
    other = group.seats.get(party=still, kind=SeatKind.LEADING_OFFICIAL)
    term = SeatTerm.objects.create(
        seat=other, user=person, name=person.name, from_on=steering.BEGINNING
    )
    Attendance.objects.create(meeting=meeting, term=term, name=person.name)
    Membership.objects.create(user=person, organisation=still.organisation, role=Role.STEERING)
    person.memberships.filter(organisation=left.organisation).delete()

    verify(meeting, by=type(person).objects.get(pk=person.pk))

    assert Verification.objects.get().party == still


def test_the_first_word_tells_the_other_party_once(
    group, partnership, meeting, paragraph, people, coordinator
):
    absent = steering.seat_somebody(
        group, partnership.parties.order_by("pk")[1], SeatKind.LEADING_OFFICIAL, "Test Frånvarande"
    )
    Attendance.objects.create(meeting=meeting, term=absent, name=absent.name, is_present=False)
    told = Letter.objects.filter(kind="minutes_awaited")

    verify(meeting, by=people[0])
    assert [letter.to_user_id for letter in told] == [people[1].pk]
    assert list(awaited.minutes_for(people[1])) == [meeting]
    assert not awaited.minutes_for(people[0]).exists()
    assert not awaited.minutes_for(absent.user).exists()

    write(paragraph, "discussion", "Mer.", by=coordinator)
    assert not awaited.minutes_for(people[1]).exists()
    verify(meeting, by=people[0])
    assert told.count() == 1

    verify(meeting, by=people[1])
    assert not awaited.minutes_for(people[1]).exists()


def test_who_has_left_the_party_is_not_awaited(meeting, paragraph, people):
    people[1].memberships.all().delete()

    verify(meeting, by=people[0])

    assert not Letter.objects.filter(kind="minutes_awaited").exists()
    assert not awaited.minutes_for(type(people[1]).objects.get(pk=people[1].pk)).exists()


def test_a_name_that_is_corrected_stands_in_minutes_that_are_being_written(
    group, meeting, coordinator
):
    swedish, partner = steering.coordinators(group)
    steering.decide(meeting, against=swedish)

    correct_term(
        swedish, Sitter("Rätt Namn", user=swedish.user), Days(swedish.from_on), by=coordinator
    )

    content = minutes.content_of(meeting)
    assert content["attendance"][0]["name"] == "Rätt Namn"
    assert minutes.problems_of(content) == []
    verify(meeting, by=swedish.user)
    verify(meeting, by=partner.user)
    assert (
        minutes.minutes_of(SteeringMeeting.objects.get()).paragraphs[0].dissents[0].name
        == "Rätt Namn"
    )
