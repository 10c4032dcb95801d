"""A steering group in real browsers: eight people, one who leaves, and a meeting from its agenda
to verified minutes, with a decision that backs an application."""

import re
from datetime import timedelta
from time import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import timezone
from playwright.sync_api import expect

from applications.models import Application, Citation
from icld_portal.localize import day
from icld_portal.models import Letter
from partnerships import workflow
from partnerships.models import (
    FollowUp,
    MeetingStatus,
    MinutesPaper,
    Paragraph,
    Partnership,
    Role,
    SeatKind,
    SeatTerm,
    SteeringDecision,
    SteeringGroup,
    SteeringMeeting,
    User,
    Verification,
)
from partnerships.workflow.seating import Days, Sitter
from tests.e2e.conftest import Visitor
from tests.factories.cases import written_draft
from tests.factories.parties import make_person
from tests.reading_pdf import failures, words_of
from tests.worker import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GROUP = "Styrgruppen för rena gator"
DISCUSSION = "Planen gicks igenom. Staden Machakos vill börja med den norra delen."
DECISION = "Styrgruppen beslutar att ställa sig bakom projektplanen och att den lämnas in."
WHY_NOT = "Kostnaden för det tredje året är för osäker."
TAKEN_UP_BESIDES = "Nästa möte"


def test_from_the_agenda_to_a_decision_that_backs_an_application(
    visit, partnership, coordinator, partner_coordinator, second_factor
):
    draft = written_draft(partnership, by=coordinator)
    secrets = {person: second_factor(person) for person in (coordinator, partner_coordinator)}
    home, away = visit(), visit(width=390)
    for window, person in ((home, coordinator), (away, partner_coordinator)):
        window.sign_in(person, secrets[person])
        window.context.add_cookies([{"name": "language", "value": "en", "url": window.address}])

    group = begin_group(home, partnership)
    leaver = seat_eight(home, group, coordinator, partner_coordinator)
    leave(away, leaver)
    meeting = plan(home, group)
    write_agenda(away, meeting, draft)
    call(home, meeting)
    the_day_comes(meeting)
    note_who_was_there(home, meeting)
    write_minutes_together(home, away, meeting)
    say_what_it_is_about(away, draft)
    refuse_who_was_absent(visit, meeting)
    for window, person in ((home, coordinator), (away, partner_coordinator)):
        verify(window, meeting, secrets[person])
    work()
    check_paper(home, meeting)
    cite(home, draft)


def begin_group(home: Visitor, partnership: Partnership) -> SteeringGroup:
    page = home.open(partnership.get_absolute_url())
    page.get_by_role("link", name="Begin a steering group").click()
    page.get_by_label("Name of the steering group").fill(GROUP)
    page.get_by_label("First day").fill(day(timezone.localdate() - timedelta(days=30)))
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/seats/")
    group = SteeringGroup.objects.get()
    assert group.seats.count() == 8
    return group


# --- Eight people, and one who leaves ---------------------------------------------------


def seat_eight(
    home: Visitor, group: SteeringGroup, coordinator: User, partner_coordinator: User
) -> SeatTerm:
    """Two take their seats on the page, six by the same deed; return the one who will leave."""
    parties = list(group.partnership.parties.select_related("organisation"))
    seat_on_page(home, group, parties[0], SeatKind.COORDINATOR, login=coordinator)
    seat_on_page(home, group, parties[1], SeatKind.LEADING_OFFICIAL, name="Test Chefsson")
    known = {parties[1]: {SeatKind.COORDINATOR: partner_coordinator}}
    for party in parties:
        for seat in group.seats.filter(party=party, terms=None):
            user = known.get(party, {}).get(seat.kind) or make_person(
                f"Test Sittande {seat.pk}", party.organisation, Role.STEERING
            )
            sitter = Sitter(name=user.name, email=user.email, user=user)
            workflow.seat_person(seat, sitter, Days(group.begins_on), by=coordinator)
    assert SeatTerm.objects.count() == 8
    return SeatTerm.objects.get(seat__party=parties[1], seat__kind=SeatKind.POLITICIAN_OPPOSITION)


def seat_on_page(
    home: Visitor, group: SteeringGroup, party, kind: SeatKind, *, login=None, name: str = ""
) -> None:
    seat = group.seats.get(party=party, kind=kind)
    page = home.open(f"/steering-groups/{group.pk}/seats/")
    page.locator(f"#seat-{seat.pk}").get_by_role("link", name="Say who sits there").click()
    if login:
        page.get_by_label("Person with a login").select_option(label=login.name)
    else:
        page.locator("#id_name").fill(name)
        page.locator("#id_email").fill("utan-inloggning@example.org")
    page.locator("#id_from_on").fill(day(group.begins_on))
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/seats/")
    sits = seat.terms.get()
    assert (sits.user, sits.name) == (login, login.name if login else name)


def leave(away: Visitor, term: SeatTerm) -> None:
    """The seat becomes vacant; that is shown and stops nothing."""
    group = term.seat.group
    page = away.open(f"/steering-groups/{group.pk}/seats/")
    page.locator(f"a[href$='/terms/{term.pk}/end/']").click()
    page.locator("#id_to_on").fill(day(timezone.localdate() - timedelta(days=1)))
    page.get_by_role("button", name="Save the last day").click()
    expect(page.locator(f"#seat-{term.seat_id}")).to_contain_text("vacant")


# --- The meeting ------------------------------------------------------------------------


def plan(home: Visitor, group: SteeringGroup) -> SteeringMeeting:
    page = home.open(f"{group.get_absolute_url()}meetings/")
    page.get_by_role("link", name="Plan meetings").first.click()
    page.get_by_label("Day 1", exact=True).fill(day(timezone.localdate() + timedelta(days=1)))
    page.get_by_label("Begins").fill("10:00")
    page.get_by_label("Ends").fill("12:00")
    page.locator("#id_place").fill("Rådhuset, Test-rummet")
    page.get_by_role("button", name="Plan the meetings").click()
    page.wait_for_url(lambda url: "plan" not in url)
    return SteeringMeeting.objects.get()


def write_agenda(away: Visitor, meeting: SteeringMeeting, draft: Application) -> None:
    """The other party takes up the plan that waits, with one click, and an item of its own."""
    page = away.open(meeting.get_absolute_url())
    expect(page.get_by_text("Nairobi").first).to_be_visible()
    page.get_by_role("link", name="Write the agenda").click()
    page.locator(f"button[name=matter][value='plan:{draft.key}']").click()
    page.locator("#id_title").fill(TAKEN_UP_BESIDES)
    page.get_by_role("button", name="Add the item").click()
    expect(page.get_by_role("link", name=TAKEN_UP_BESIDES)).to_be_visible()
    assert list(meeting.agenda.values_list("matter_key", flat=True)) == [draft.key, ""]


def call(home: Visitor, meeting: SteeringMeeting) -> None:
    page = home.open(meeting.get_absolute_url())
    page.get_by_role("link", name="Call the meeting").click()
    page.get_by_role("button", name="Send the call").click()
    page.wait_for_url(f"**{meeting.get_absolute_url()}")
    letters = Letter.objects.filter(about_type="partnerships.steeringmeeting")
    sitting = SeatTerm.objects.all().on(timezone.localdate())
    assert sorted(letters.values_list("to_email", flat=True)) == sorted(
        sitting.values_list("email", flat=True)
    )
    assert letters.count() == 7
    for letter in letters:
        (calendar,) = letter.attachments.all()
        assert str(meeting.uid).encode() in bytes(calendar.content)


def the_day_comes(meeting: SteeringMeeting) -> None:
    now = timezone.now().replace(microsecond=0)
    SteeringMeeting.objects.filter(pk=meeting.pk).update(
        starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=1)
    )
    meeting.refresh_from_db()


def note_who_was_there(home: Visitor, meeting: SteeringMeeting) -> None:
    """Seven sit in the group; all but one come."""
    page = home.open(meeting.get_absolute_url())
    page.get_by_role("button", name="Open the minutes").click()
    page.wait_for_load_state()
    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.HELD
    page = home.open(f"{meeting.get_absolute_url()}attendance/")
    boxes = page.locator("input[name=present]")
    assert boxes.count() == 7
    absent = SeatTerm.objects.get(
        seat__kind=SeatKind.POLITICIAN_MAJORITY, seat__party__is_grantee=True
    )
    for box in boxes.all():
        box.set_checked(box.get_attribute("value") != str(absent.pk))
    page.get_by_role("button", name="Save attendance").click()
    page.wait_for_load_state()
    assert meeting.attendance.filter(is_present=True).count() == 6
    expect(home.open(meeting.get_absolute_url()).get_by_text("6 of 7").first).to_be_visible()


# --- Minutes ----------------------------------------------------------------------------


def write_minutes_together(home: Visitor, away: Visitor, meeting: SteeringMeeting) -> None:
    """One begins the paragraphs; both write in the same one at once, each in their browser."""
    there = f"{meeting.get_absolute_url()}minutes/write/"
    page = home.open(there)
    for item in meeting.agenda.all():
        page.locator(f"button[name=item][value='{item.pk}']").click()
        page.wait_for_load_state()
    first = Paragraph.objects.get(number=1)
    assert Paragraph.objects.count() == 2
    pages = [window.open(there) for window in (home, away)]
    fields = [
        pages[0].locator(f"[name=discussion-{first.pk}]"),
        pages[1].locator(f"[name=decision-{first.pk}]"),
    ]
    for field, text in zip(fields, (DISCUSSION, DECISION), strict=True):
        field.fill(text)
    for field in fields:
        field.blur()
    for field in fields:
        box = field.locator("xpath=ancestor::*[@data-save]").locator("[data-save-state]")
        expect(box).to_contain_text("Saved")
    assert dict(first.texts.exclude(part="heading").values_list("part", "text")) == {
        "discussion": DISCUSSION,
        "decision": DECISION,
    }


def say_what_it_is_about(away: Visitor, draft: Application) -> None:
    page = away.page
    page.locator("#paragraph-1 a[href$='/decision/']").click()
    page.get_by_label("The decision is about").select_option(f"plan:{draft.key}")
    page.locator("#responsible_name").fill("Test Uppföljarsson")
    page.locator("#due_on").fill(day(timezone.localdate() + timedelta(days=30)))
    against = SeatTerm.objects.get(
        seat__kind=SeatKind.POLITICIAN_OPPOSITION, seat__party__is_grantee=True
    )
    page.get_by_label(f"{against.name} made a reservation", exact=True).check()
    page.get_by_label(f"Why {against.name} made a reservation").fill(WHY_NOT)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(lambda url: "/decision/" not in url)


def refuse_who_was_absent(visit, meeting: SteeringMeeting) -> None:
    """Who was not there is told so, and nothing is signed."""
    absent = meeting.attendance.get(is_present=False).term.user
    window = visit()
    window.sign_in(absent)
    page = window.open(f"{meeting.get_absolute_url()}minutes/verify/")
    assert page.locator("#verify").count() == 0
    assert not Verification.objects.exists()


def verify(window: Visitor, meeting: SteeringMeeting, secret: str) -> None:
    page = window.open(f"{meeting.get_absolute_url()}minutes/verify/")
    # The next half minute's code: that of the sign-in is used up.
    code = format_hotp_value(hotp_value(secret, int(time()) // 30 + 1))
    page.get_by_label("One-time code").fill(code)
    page.get_by_role("button", name="Verify with the code").click()
    page.wait_for_url("**/minutes/")


def check_paper(home: Visitor, meeting: SteeringMeeting) -> None:
    """What the PDF says is what the database says."""
    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.VERIFIED
    paper = MinutesPaper.objects.get(language="sv")
    stored = home.context.request.get(
        f"{home.address}{meeting.get_absolute_url()}minutes/paper/sv/"
    ).body()
    assert stored == paper.file.read()
    assert failures(stored) == set()
    text = words_of(stored)
    follow_up = FollowUp.objects.get()
    for row in meeting.attendance.all():
        assert row.name in text
    for one in meeting.verifications.all():
        assert one.name in text
    for paragraph in meeting.paragraphs.all():
        assert f"{paragraph.sign} {paragraph.heading}" in text
    for words in (
        GROUP,
        DISCUSSION,
        DECISION,
        WHY_NOT,
        follow_up.responsible_name,
        day(follow_up.due_on),
        SteeringDecision.objects.get().matter_title,
        meeting.place,
    ):
        assert words in text
    assert meeting.content_sha256 in text.replace(" ", "")
    # Which side a politician stands on is in no paper.
    assert not {"majoritet", "opposition"} & set(re.findall(r"\w+", text.lower()))


def cite(home: Visitor, draft: Application) -> None:
    """The application is backed by the decision, and says so."""
    decision = SteeringDecision.objects.get()
    page = home.open(f"{draft.get_absolute_url()}decisions/")
    page.locator(f"button[name=decision][value='{decision.pk}']").click()
    expect(page.get_by_text("The application cites the decision.")).to_be_visible()
    assert Citation.objects.get().decision == decision
    page = home.open(draft.get_absolute_url())
    expect(page.locator("#task-citations")).to_contain_text("1 decision")
    page = home.open(f"{draft.get_absolute_url()}read/")
    expect(page.get_by_text(decision.paragraph.sign).first).to_be_visible()
    expect(page.get_by_text(DECISION).first).to_be_visible()
