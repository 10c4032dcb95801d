"""The log of steering groups' decisions: what is found, by whom, and the files of it."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from applications import workflow
from icld_portal.prepared import Refused
from partnerships import decision_files
from partnerships.models import DecisionWords, SeatKind, SteeringDecision
from tests.factories import cases, steering
from tests.factories.parties import make_partnership
from tests.reading_pdf import failures, text_of
from tests.worker import work

pytestmark = pytest.mark.django_db
HERE = "/steering-decisions/"
FIRST = datetime(2025, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def group(partnership):
    return steering.make_group(partnership)


@pytest.fixture
def elsewhere(vara, poti):
    """Another partnership's group, with a decision of the same words."""
    other = steering.make_group(make_partnership(vara, poti), "Varas styrgrupp")
    return steering.verified_decision(other, "Brunnarna ska renas.")


def shown(response) -> list[str]:
    return [row.text for row in response.context["rows"]]


def test_the_parties_and_icld_read_verified_decisions_and_nobody_else_does(
    group,
    elsewhere,
    coordinator,
    partner_coordinator,
    member,
    stranger,
    outsider,
    reader,
    signed_in,
):
    steering.verified_decision(group, "Vi går vidare.")
    steering.decide(steering.held_meeting(group, FIRST), "Inte justerat än.")

    for person in (coordinator, partner_coordinator, member):
        assert shown(signed_in(person).get(HERE)) == ["Vi går vidare."]
    assert shown(signed_in(stranger).get(HERE)) == ["Brunnarna ska renas."]
    assert shown(signed_in(outsider).get(HERE)) == []
    assert set(shown(signed_in(reader).get(HERE))) == {"Vi går vidare.", "Brunnarna ska renas."}


def test_the_newest_come_first_over_the_years(group, coordinator, signed_in):
    steering.verified_decision(group, "Gammalt.", starts_at=FIRST)
    meeting = steering.held_meeting(group)
    steering.decide(meeting, "Först.")
    steering.decide(meeting, "Sedan.")
    steering.verify(meeting)

    page = signed_in(coordinator).get(HERE)

    assert shown(page) == ["Sedan.", "Först.", "Gammalt."]
    signs = [row.paragraph.sign for row in page.context["rows"]]
    assert signs == ["§ 2/2026", "§ 1/2026", "§ 1/2025"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("brunn", True),
        ("Brunnarna renas", True),
        ("rening brunnar xyzzy", False),
        ("projektplanen", True),
        ("ansvarig", True),
        ("§ 1/2026", True),
        ("1/2026", True),
        ("2/2026", False),
        ("—", False),
    ],
)
def test_words_are_found_with_other_endings_and_a_paragraph_by_its_sign(
    group, coordinator, signed_in, text, found
):
    steering.verified_decision(group, "Brunnarna ska renas.", due_on=date(2027, 1, 1))

    page = signed_in(coordinator).get(HERE, {"text": text})

    assert bool(shown(page)) is found


def test_the_page_says_which_words_stand_nowhere(group, coordinator, signed_in):
    steering.verified_decision(group, "Brunnarna ska renas.")

    page = signed_in(coordinator, "en").get(HERE, {"text": "brunnar giraff"})

    assert (shown(page), page.context["not_found"]) == ([], ["giraff"])
    assert "This word stands in no decision" in page.content.decode()


def test_words_of_minutes_that_are_not_verified_are_in_no_index(group):
    meeting = steering.held_meeting(group)
    steering.decide(meeting)
    assert not DecisionWords.objects.exists()

    steering.verify(meeting)

    assert DecisionWords.objects.get().decision == SteeringDecision.objects.get()


def test_a_text_of_a_hundred_thousand_characters_is_found_and_shown_in_part(
    group, coordinator, signed_in
):
    steering.verified_decision(group, "brunn " * 17_000)

    page = signed_in(coordinator).get(HERE, {"text": "brunn"})

    assert len(shown(page)[0]) == 701
    assert len(page.content) < 60_000


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"year": "2025"}, ["Gammalt."]),
        ({"kind": "application"}, ["Om ansökan."]),
        ({"follow_up": "waiting"}, ["Om ansökan.", "Gammalt."]),
        ({"follow_up": "overdue"}, ["Gammalt."]),
        ({"follow_up": "done"}, []),
        ({"follow_up": "overdue", "year": "2026"}, []),
    ],
)
def test_filters_choose_by_year_kind_and_follow_up(
    group, partnership, coordinator, signed_in, query, found
):
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)
    steering.verified_decision(group, "Gammalt.", starts_at=FIRST, due_on=yesterday)
    draft = cases.empty_draft(partnership, by=coordinator)
    steering.verified_decision(group, "Om ansökan.", about=draft, due_on=today)

    assert shown(signed_in(coordinator).get(HERE, query)) == found


@pytest.mark.parametrize(
    "query",
    [
        "year=1999",
        "kind=x",
        "follow_up=x",
        "group=0",
        "grupp=1",
        "text=a&text=b",
        f"text={'x' * 101}",
    ],
)
def test_an_address_that_is_not_understood_shows_no_rows_and_says_so(
    group, coordinator, signed_in, query
):
    steering.verified_decision(group)

    page = signed_in(coordinator, "en").get(f"{HERE}?{query}")

    assert (page.status_code, shown(page)) == (400, [])
    assert "Something needs to be changed" in page.content.decode()


def test_another_s_group_can_neither_be_chosen_nor_told_from_none(
    group, elsewhere, coordinator, signed_in
):
    other = elsewhere.paragraph.group_id

    page = signed_in(coordinator).get(HERE, {"group": other})

    assert page.status_code == 400
    assert "Varas styrgrupp" not in page.content.decode()


def test_it_links_to_the_case_for_those_who_may_open_it(
    group, partnership, coordinator, reader, signed_in
):
    draft = cases.ready_draft(partnership, by=coordinator)
    steering.verified_decision(group, about=draft)
    link = f'href="/applications/{draft.key}/"'

    assert link in signed_in(coordinator).get(HERE).content.decode()
    assert link not in signed_in(reader).get(HERE).content.decode()

    handed_in = workflow.submit(draft, by=coordinator)
    link = f'href="/applications/{handed_in.reference}/"'
    assert link in signed_in(reader).get(HERE).content.decode()


def test_a_correction_and_what_it_corrects_name_each_other(group, coordinator, signed_in):
    first = steering.verified_decision(group, "Fel belopp.", starts_at=FIRST)
    steering.verified_decision(group, "Rätt belopp.", corrects=first.paragraph)

    page = signed_in(coordinator, "en").get(HERE).content.decode()

    assert "Corrects § 1/2025" in page
    assert "corrected by § 1/2026" in page


def test_dissent_is_shown_without_the_political_side(group, partnership, reader, signed_in):
    party = partnership.parties.get(is_grantee=True)
    politician = steering.seat_somebody(
        group, party, SeatKind.POLITICIAN_OPPOSITION, "Test Politikersson"
    )
    steering.verified_decision(group, against=politician)

    page = signed_in(reader).get(HERE).content.decode()

    assert "Test Politikersson" in page
    assert "oppositi" not in page.lower()


def test_thirty_decisions_take_as_many_queries_as_one(
    group, partnership, coordinator, officer, signed_in
):
    draft = cases.empty_draft(partnership, by=coordinator)
    against, responsible = steering.coordinators(group)
    facts = {"about": draft, "against": against, "responsible": responsible}
    steering.verified_decision(group, due_on=date(2027, 1, 1), **facts)

    def queries(person) -> int:
        browser = signed_in(person)
        browser.get(HERE)
        with CaptureQueriesContext(connection) as asked:
            browser.get(HERE)
        return len(asked)

    before = queries(coordinator), queries(officer)
    for number in range(29):
        starts_at = steering.HELD_AT + timedelta(days=number + 1)
        steering.verified_decision(group, starts_at=starts_at, due_on=date(2027, 1, 1), **facts)

    assert (queries(coordinator), queries(officer)) == before
    assert max(before) <= 25
    assert len(shown(signed_in(coordinator).get(HERE, {"page": 2}))) == 5
    assert signed_in(coordinator).get(HERE, {"page": 3}).status_code == 404


# --- Files ----------------------------------------------------------------------------


def made(by, file_format: str, query: str = "") -> bytes:
    out = io.BytesIO()
    with translation.override("en"):
        facts = {"format": file_format, "query": query}
        decision_files.make_decision_log(by, facts, out, lambda done, total: None)
    return out.getvalue()


def csv_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_both_kinds_of_table_hold_the_same_and_run_no_formula(group, coordinator):
    first = steering.verified_decision(group, "=1+1", starts_at=FIRST, due_on=date(2027, 1, 1))
    steering.verified_decision(group, "@SUM(1)", corrects=first.paragraph)

    newest, oldest = csv_of(made(coordinator, "csv"))
    sheet = openpyxl.load_workbook(io.BytesIO(made(coordinator, "xlsx"))).active
    _header, *rows = sheet.iter_rows(values_only=True)

    assert (newest["Decision"], oldest["Decision"]) == ("'@SUM(1)", "'=1+1")
    assert (oldest["Paragraph"], oldest["Due"]) == ("§ 1/2025", "2027-01-01")
    assert (newest["Corrects"], oldest["Corrected by"]) == ("§ 1/2025", "§ 1/2026")
    assert [row[5] for row in rows] == ["@SUM(1)", "=1+1"]


def test_the_paper_holds_each_decision_whole(group, coordinator):
    long = "Vi renar brunnen. " * 100 + "Slutord."
    steering.verified_decision(group, long, due_on=date(2027, 1, 1), heading="Om brunnen")

    pdf = made(coordinator, "pdf")

    assert "§ 1/2026 Om brunnen" in text_of(pdf)
    assert "Slutord." in text_of(pdf)
    assert failures(pdf) == set()


def test_a_file_holds_only_what_its_owner_may_read_when_it_is_made(
    group, elsewhere, coordinator, stranger
):
    steering.verified_decision(group, "Vi går vidare.")
    assert "Brunnarna" not in made(coordinator, "csv").decode()
    assert "Brunnarna" in made(stranger, "csv").decode()

    coordinator.memberships.all().delete()
    del coordinator.roles

    with pytest.raises(Refused):
        made(coordinator, "csv")


@pytest.mark.django_db(transaction=True)
def test_the_chosen_list_is_ordered_as_a_file(group, coordinator, signed_in):
    steering.verified_decision(group, "Gammalt.", starts_at=FIRST)
    steering.verified_decision(group, "Nytt.")
    browser = signed_in(coordinator)

    sent = {"format": "csv", "query": "year=2025"}
    ordered = browser.post(f"{HERE}file/", sent, follow=True)
    work()

    (key,) = [step[0] for step in ordered.redirect_chain]
    data = b"".join(browser.get(f"{key}file/").streaming_content)
    assert [row["Beslut"] for row in csv_of(data)] == ["Gammalt."]


@pytest.mark.parametrize("sent", [{"format": "exe"}, {}, {"format": "csv", "query": "year=1999"}])
def test_what_cannot_be_made_is_not_ordered(group, coordinator, signed_in, sent):
    steering.verified_decision(group)

    page = signed_in(coordinator).post(f"{HERE}file/", sent)

    assert page.status_code == 302
    assert page["Location"].startswith(HERE)
