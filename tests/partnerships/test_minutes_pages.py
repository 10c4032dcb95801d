"""The pages of minutes: saved while typed, two writers, what a page asks, wrong people."""

from datetime import timedelta

import pytest

from icld_portal import writers
from icld_portal.shared_texts import token_of
from partnerships import minute_writing, minutes
from partnerships.minute_writing import begin_paragraph
from partnerships.models import (
    Attendance,
    Dissent,
    FollowUp,
    Membership,
    ParagraphText,
    SteeringDecision,
    SteeringMeeting,
    Verification,
)
from tests.factories import cases, steering
from tests.pages import Page
from tests.partnerships.test_minutes import verify, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(partnership):
    return steering.held_meeting(steering.make_group(partnership))


@pytest.fixture
def people(meeting):
    """Who sits for each party and was there."""
    return [term.user for term in steering.coordinators(meeting.group)]


@pytest.fixture
def paragraph(meeting, coordinator):
    return begin_paragraph(meeting, "Projektplanen", by=coordinator)


def at(meeting, rest=""):
    return f"/steering-meetings/{meeting.pk}/minutes/{rest}"


def typed(browser, paragraph, part, text, *, by, seen="0.x"):
    name = f"{part}-{paragraph.pk}"
    return browser.post(
        at(paragraph.meeting, f"paragraphs/{paragraph.pk}/texts/{part}/"),
        {name: text, f"seen-{name}": seen, "writer": writers.mark_of(by)},
        headers={"Accept": "application/json"},
    )


def test_a_text_is_saved_while_it_is_typed(paragraph, coordinator, signed_in):
    browser = signed_in(coordinator)
    first = typed(browser, paragraph, "discussion", "Vi", by=coordinator)
    assert first.json()["state"] == "saved"

    typed(browser, paragraph, "discussion", "Vi talade.", by=coordinator, seen=first.json()["seen"])

    stored = ParagraphText.objects.get(part="discussion")
    assert (stored.text, stored.version, stored.updated_by) == ("Vi talade.", 2, coordinator)


def test_a_second_writer_sees_the_other_s_text(
    paragraph, coordinator, partner_coordinator, signed_in
):
    typed(signed_in(coordinator), paragraph, "decision", "Ja.", by=coordinator)

    told = typed(
        signed_in(partner_coordinator), paragraph, "decision", "No.", by=partner_coordinator
    )

    assert (told.status_code, told.json()["state"], told.json()["text"]) == (409, "conflict", "Ja.")
    assert coordinator.name in told.json()["who"]


def test_what_cannot_be_kept_is_refused(paragraph, coordinator, signed_in):
    browser = signed_in(coordinator)
    for part, text in (("heading", ""), ("discussion", "a\x00b"), ("decision", "a" * 100_001)):
        assert typed(browser, paragraph, part, text, by=coordinator).status_code == 422
    assert typed(browser, paragraph, "nonsense", "a", by=coordinator).status_code == 404
    assert not SteeringDecision.objects.exists()


def test_another_person_at_the_browser_keeps_nothing(
    paragraph, coordinator, partner_coordinator, signed_in
):
    told = typed(signed_in(coordinator), paragraph, "decision", "Ja.", by=partner_coordinator)
    assert (told.status_code, told.json()["state"]) == (403, "other_person")


def test_signed_out_the_page_is_told(paragraph, coordinator, client):
    told = typed(client, paragraph, "decision", "Ja.", by=coordinator)
    assert (told.status_code, told.json()["state"]) == (401, "signed_out")


def test_after_verification_or_striking_nothing_is_saved(
    meeting, paragraph, coordinator, people, signed_in
):
    browser = signed_in(coordinator)
    begin_paragraph(meeting, "Nästa", by=coordinator)
    minute_writing.remove_paragraph(paragraph, by=coordinator)
    told = typed(browser, paragraph, "decision", "Ja.", by=coordinator)
    assert (told.status_code, told.json()["state"]) == (410, "handed_in")
    other = meeting.paragraphs.get(number=2)
    for person in people:
        verify(meeting, by=person)
    assert typed(browser, other, "decision", "Ja.", by=coordinator).status_code == 410
    assert browser.post(at(meeting, "write/"), {f"heading-{other.pk}": "X"}).status_code == 409
    assert browser.get(at(meeting, "write/")).status_code == 302


def fields(*paragraphs, **changed):
    """What the page sends, as it was drawn, with what was changed."""
    stored = minutes.texts_by_part(list(paragraphs))
    sent = {}
    for one in paragraphs:
        for part in ("heading", "discussion", "decision"):
            row = stored.get((one.pk, part))
            text, version = (row.text, row.version) if row else ("", 0)
            sent[f"{part}-{one.pk}"] = text
            sent[f"seen-{part}-{one.pk}"] = token_of(text, version)
    return sent | changed


def test_without_javascript_the_button_saves_and_shows_a_conflict(
    paragraph, coordinator, partner_coordinator, signed_in
):
    meeting = paragraph.meeting
    discussion, decision = (f"{part}-{paragraph.pk}" for part in ("discussion", "decision"))
    sent = fields(paragraph, **{discussion: "Mitt."})
    assert signed_in(coordinator).post(at(meeting, "write/"), sent).status_code == 302
    again = signed_in(partner_coordinator, "en")
    late = fields(paragraph, **{discussion: "Theirs.", decision: "Yes."})
    late[f"seen-{discussion}"] = token_of("", 0)

    shown = again.post(at(meeting, "write/"), late)

    assert shown.status_code == 409
    page = shown.content.decode()
    assert "Mitt." in page
    assert "Theirs." in page
    texts = dict(ParagraphText.objects.values_list("part", "text"))
    assert (texts["discussion"], texts["decision"]) == ("Mitt.", "Yes.")
    settled = late | {f"seen-{discussion}": token_of("Mitt.", 1), f"settle-{discussion}": "theirs"}
    settled[f"seen-{decision}"] = token_of("Yes.", 1)
    assert again.post(at(meeting, "write/"), settled).status_code == 302
    stored = ParagraphText.objects.get(part="discussion")
    assert (stored.text, stored.version) == ("Mitt.", 3)


def test_what_is_written_in_a_paragraph_that_is_taken_away_comes_back_and_nowhere_else(
    paragraph, coordinator, partner_coordinator, signed_in
):
    meeting = paragraph.meeting
    late = fields(paragraph, **{f"discussion-{paragraph.pk}": "Many words."})
    minute_writing.remove_paragraph(paragraph, by=coordinator)
    again = begin_paragraph(meeting, "Annat", by=coordinator)
    assert again.number == paragraph.number

    shown = signed_in(partner_coordinator, "en").post(at(meeting, "write/"), late)

    assert shown.status_code == 409
    assert "A paragraph you wrote in is gone" in shown.content.decode()
    assert "Many words." in shown.content.decode()
    assert "Many words." not in ParagraphText.objects.values_list("text", flat=True)


def test_a_paragraph_begun_since_the_page_was_opened_keeps_nobody_from_saving(
    paragraph, coordinator, partner_coordinator, signed_in
):
    meeting = paragraph.meeting
    late = fields(paragraph, **{f"decision-{paragraph.pk}": "Yes."})
    begun = begin_paragraph(meeting, "Nästa", by=coordinator)
    write(begun, "discussion", "Vi talade.", by=coordinator)

    answer = signed_in(partner_coordinator).post(at(meeting, "write/"), late)

    assert answer.status_code == 302
    texts = ParagraphText.objects.exclude(part="heading").values_list("paragraph", "text")
    assert dict(texts) == {paragraph.pk: "Yes.", begun.pk: "Vi talade."}


def test_a_paragraph_that_was_taken_away_unread_disturbs_nobody(
    meeting, paragraph, coordinator, partner_coordinator, signed_in
):
    other = begin_paragraph(meeting, "Nästa", by=coordinator)
    late = fields(paragraph, other, **{f"discussion-{other.pk}": "Words."})
    minute_writing.remove_paragraph(paragraph, by=coordinator)

    answer = signed_in(partner_coordinator).post(at(meeting, "write/"), late)

    assert answer.status_code == 302
    assert ParagraphText.objects.get(part="discussion").text == "Words."


def test_every_history_that_the_page_links_to_is_there(paragraph, coordinator, signed_in):
    write(paragraph, "discussion", "Vi talade.", by=coordinator)
    browser = signed_in(coordinator)
    links = [
        link
        for link in Page(browser.get(at(paragraph.meeting, "write/"))).links
        if "history" in link
    ]
    assert [link.split("/")[-3] for link in links] == ["heading", "discussion"]
    assert {browser.get(link).status_code for link in links} == {200}


def test_the_history_is_the_parties_alone_and_restores(
    paragraph, coordinator, member, officer, signed_in
):
    for text in ("Först.", "Sedan."):
        write(paragraph, "discussion", text, by=coordinator)
    here = at(paragraph.meeting, f"paragraphs/{paragraph.pk}/texts/discussion/")
    assert signed_in(member).get(f"{here}history/").status_code == 200
    assert signed_in(officer).get(f"{here}history/").status_code == 404

    browser = signed_in(coordinator)
    browser.post(f"{here}restore/", {"version": "1", "seen": "2"})
    assert ParagraphText.objects.get(part="discussion").text == "Först."
    browser.post(f"{here}restore/", {"version": "2", "seen": "2"})
    assert ParagraphText.objects.get(part="discussion").version == 3


# --- Decisions --------------------------------------------------------------------------


def decision_fields(browser, paragraph, **changed):
    page = browser.get(at(paragraph.meeting, f"paragraphs/{paragraph.pk}/decision/"))
    return {"seen": page.context["form"].seen, "matter": "free"} | changed


def test_a_decision_names_its_matter_and_who_sees_to_it(
    partnership, paragraph, coordinator, signed_in
):
    case = cases.ready_draft(partnership, by=coordinator)
    write(paragraph, "decision", "Vi antar planen.", by=coordinator)
    browser = signed_in(coordinator)
    here = at(paragraph.meeting, f"paragraphs/{paragraph.pk}/decision/")
    first, last = steering.coordinators(paragraph.group)
    values = [one for one in browser.get(here).context["form"].matters if case.key in one]
    sent = decision_fields(
        browser,
        paragraph,
        **{
            "matter": values[0],
            "responsible": str(first.pk),
            "due_on": "2026-12-24",
            f"dissent-{last.pk}": "on",
            f"reason-{last.pk}": "För dyrt.",
        },
    )

    assert browser.post(here, sent).status_code == 302

    assert SteeringDecision.objects.get().matter_key == case.key
    task = FollowUp.objects.get()
    assert (task.responsible, task.responsible_name) == (first, first.name)
    assert Dissent.objects.get().reason == "För dyrt."
    # Sent once more from the page as it was: what stands is shown, and nothing is written.
    again = browser.post(here, sent | {"due_on": "2027-01-01"})
    assert again.status_code == 422
    assert FollowUp.objects.get().due_on.isoformat() == "2026-12-24"


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("responsible", {"due_on": "2026-12-24"}),
        ("due_on", {"responsible_name": "Test Ansvarig"}),
        ("due_on", {"responsible_name": "Test Ansvarig", "due_on": "2026-11-19"}),
        ("due_on", {"responsible_name": "Test Ansvarig", "due_on": "nästa vecka"}),
        ("title", {"matter": "{case}", "title": "Något"}),
        ("matter", {"matter": "application:nobody"}),
        ("responsible", {"responsible": "999999", "due_on": "2026-12-24"}),
    ],
)
def test_what_does_not_hang_together_is_said_at_the_field(
    field, sent, partnership, paragraph, coordinator, signed_in
):
    cases.ready_draft(partnership, by=coordinator)
    browser = signed_in(coordinator)
    here = at(paragraph.meeting, f"paragraphs/{paragraph.pk}/decision/")
    known = next(iter(browser.get(here).context["form"].matters))
    sent = {name: value.replace("{case}", known) for name, value in sent.items()}

    page = browser.post(here, decision_fields(browser, paragraph, **sent))

    assert page.status_code == 422
    assert field in page.context["form"].errors


def test_a_form_left_empty_makes_no_decision(paragraph, coordinator, signed_in):
    browser = signed_in(coordinator)
    here = at(paragraph.meeting, f"paragraphs/{paragraph.pk}/decision/")
    assert browser.post(here, decision_fields(browser, paragraph)).status_code == 302
    assert not SteeringDecision.objects.exists()


def test_a_reservation_is_of_somebody_who_was_there(meeting, paragraph, coordinator, signed_in):
    Attendance.objects.filter(meeting=meeting).update(is_present=False)
    browser = signed_in(coordinator)
    page = browser.get(at(meeting, f"paragraphs/{paragraph.pk}/decision/"))
    assert not page.context["form"].dissent_rows()


# --- Whose ------------------------------------------------------------------------------


def test_another_group_s_paragraph_is_not_reached_by_one_s_own_meeting(
    meeting, paragraph, coordinator, robertsfors, poti, signed_in
):
    from tests.factories.parties import make_partnership

    other = steering.held_meeting(steering.make_group(make_partnership(robertsfors, poti)))
    browser = signed_in(coordinator)
    for rest in ("decision/", "remove/", "texts/heading/history/"):
        assert browser.get(at(other, f"paragraphs/{paragraph.pk}/{rest}")).status_code == 404
    item = meeting.agenda.create(title="Planen")
    assert browser.post(at(other, "paragraphs/"), {"item": item.pk}).status_code == 404
    for number in ("x", "9" * 40, "-1"):
        assert browser.post(at(other, "paragraphs/"), {"item": number}).status_code == 404


def test_a_stranger_and_a_removed_member_find_nothing(
    meeting, paragraph, people, stranger, signed_in
):
    assert signed_in(stranger).get(at(meeting)).status_code == 404
    open_tab = signed_in(people[0])
    assert open_tab.get(at(meeting, "write/")).status_code == 200
    Membership.objects.filter(user=people[0]).delete()
    assert typed(open_tab, paragraph, "decision", "Sent.", by=people[0]).status_code == 404
    assert open_tab.get(at(meeting, "verify/")).status_code == 404


def test_of_a_meeting_to_come_there_are_no_minutes(meeting, coordinator, signed_in):
    coming = steering.plan_meeting(meeting.group, steering.HELD_AT + timedelta(days=60))
    assert signed_in(coordinator).get(at(coming)).status_code == 404
    assert signed_in(coordinator).get(at(coming, "write/")).status_code == 404


# --- What the pages ask -----------------------------------------------------------------


def test_the_pages_ask_the_same_of_one_and_of_thirty_paragraphs(
    meeting, paragraph, coordinator, people, signed_in, django_assert_max_num_queries
):
    browser = signed_in(people[0])
    browser.get(at(meeting))

    def asked():
        found = []
        for rest in ("", "write/", "verify/", f"paragraphs/{paragraph.pk}/decision/"):
            with django_assert_max_num_queries(25) as counted:
                assert browser.get(at(meeting, rest)).status_code == 200
            found.append(len(counted))
        return found

    write(paragraph, "decision", "Ja.", by=coordinator)
    Dissent.objects.create(paragraph=paragraph, term=steering.coordinators(meeting.group)[0])
    one = asked()
    for number in range(29):
        steering.decide(
            meeting,
            f"Beslut {number}",
            against=steering.coordinators(meeting.group)[0],
            due_on=steering.HELD_AT.date(),
        )

    assert asked() == one


def test_saving_a_text_asks_little(
    paragraph, coordinator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(coordinator)
    first = typed(browser, paragraph, "discussion", "Vi", by=coordinator).json()["seen"]
    # With those that begin and end the transaction.
    with django_assert_max_num_queries(13):
        told = typed(browser, paragraph, "discussion", "Vi talade.", by=coordinator, seen=first)
    assert told.json()["state"] == "saved"


def test_verified_minutes_are_read_with_few_questions(
    meeting, paragraph, people, signed_in, django_assert_max_num_queries
):
    for person in people:
        verify(meeting, by=person)
    browser = signed_in(people[0])
    browser.get(at(meeting))
    with django_assert_max_num_queries(15):
        assert browser.get(at(meeting)).status_code == 200


def test_a_paper_that_is_not_made_yet_is_waited_for(meeting, paragraph, people, signed_in):
    browser = signed_in(people[0], "en")
    assert browser.get(at(meeting, "paper/sv/")).status_code == 404
    for person in people:
        verify(meeting, by=person)
    assert browser.get(at(meeting, "paper/sv/")).status_code == 202
    assert browser.get(at(meeting, "paper/de/")).status_code == 404


def test_verifying_in_the_browser_needs_a_factor_and_the_text_that_was_read(
    meeting, paragraph, people, coordinator, signed_in, in_english
):
    browser = signed_in(people[0], "en")
    page = browser.get(at(meeting, "verify/"))
    assert "You need a second factor" in page.content.decode()
    sha256 = minutes.fingerprint(meeting)
    wrong = browser.post(at(meeting, "verify/"), {"sha256": sha256, "code": "123456"})
    assert wrong.status_code == 422
    write(paragraph, "decision", "Något annat.", by=coordinator)
    late = browser.post(at(meeting, "verify/"), {"sha256": sha256, "code": "123456"}, follow=True)
    assert "Read them again" in late.content.decode()
    assert not Verification.objects.exists()
    assert SteeringMeeting.objects.get(pk=meeting.pk).status == "held"


def test_a_second_click_on_remove_says_that_it_is_done(paragraph, coordinator, signed_in):
    browser = signed_in(coordinator, "en")
    address = at(paragraph.meeting, f"paragraphs/{paragraph.pk}/remove/")
    assert browser.post(address).status_code == 302

    again = browser.post(address, follow=True)

    assert "It has been taken away already." in again.content.decode()
    assert browser.post(address.replace("remove", "stand-again")).status_code == 404


def test_the_home_page_leads_the_other_party_to_minutes_that_wait(
    meeting, paragraph, people, signed_in
):
    link = f'href="/steering-meetings/{meeting.pk}/minutes/verify/"'
    home = "/home/"
    assert link not in signed_in(people[1], "en").get(home).content.decode()

    verify(meeting, by=people[0])

    assert link in signed_in(people[1], "en").get(home).content.decode()
    assert link not in signed_in(people[0], "en").get(home).content.decode()


def test_the_page_says_for_which_party_nobody_can_verify(meeting, people, coordinator, signed_in):
    page = signed_in(coordinator, "en")
    words = "nobody can verify for them"
    assert words not in page.get(at(meeting)).content.decode()

    Attendance.objects.filter(term__user=people[1]).update(is_present=False)

    assert page.get(at(meeting)).content.decode().count(words) == 1
