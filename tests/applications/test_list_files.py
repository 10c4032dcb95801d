"""Files of many cases: what stands in them, for whom, and what is refused."""

import csv
import io
import zipfile

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from applications import list_files, workflow
from applications.drafting import editing, save_answer
from applications.models import Application, PaperKind, Question
from applications.papers import make_papers
from icld_portal.models import PreparedFile
from icld_portal.prepared import Refused
from tests.factories import cases
from tests.factories.parties import make_partnership
from tests.reading_pdf import amounts_of, failures, text_of
from tests.worker import work

pytestmark = pytest.mark.django_db
ADDRESS = "/office/applications/file/"
HOSTILE = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "＝1")


@pytest.fixture
def two_cases(partnership, vara, poti, coordinator, stranger, officer):
    """A project with Kenya in assessment, and a steering group with Georgia just handed in."""
    first = cases.in_assessment(partnership, by=coordinator, officer=officer, sek=123_456)
    second = cases.submitted(make_partnership(vara, poti), by=stranger, grant_type="steering_group")
    return first, second


def make(by, file_format, *, answers=False, query="", picks=None, told=None) -> bytes:
    """Run the maker as the worker does, in English."""
    facts = {
        "format": file_format,
        "answers": answers,
        "all": "" if picks else "1",
        "query": query,
        "picks": picks or [],
    }
    out, steps = io.BytesIO(), [] if told is None else told
    with translation.override("en"):
        list_files.make_work_list(by, facts, out, lambda done, total: steps.append(done))
    return out.getvalue()


def csv_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def xlsx_of(data: bytes) -> list[dict[str, object]]:
    header, *rows = openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_a_filtered_list_is_the_same_in_both_kinds_of_table(officer, two_cases):
    first, _second = two_cases

    (plain,) = csv_of(make(officer, "csv", query="country=KE"))
    (sheet,) = xlsx_of(make(officer, "xlsx", query="country=KE"))

    assert plain["Reference"] == sheet["Reference"] == first.reference
    assert (plain["Asked, SEK"], sheet["Asked, SEK"]) == ("123456", 123_456)
    assert plain["Parties"] == "Robertsfors kommun, Machakos County"


def test_picked_cases_come_in_the_order_of_the_list(officer, two_cases):
    references = [case.reference for case in two_cases]

    rows = csv_of(make(officer, "csv", picks=references))

    assert [row["Reference"] for row in rows] == references[::-1]
    by_reference = csv_of(make(officer, "csv", query="sort=reference"))
    assert [row["Reference"] for row in by_reference] == references


def test_every_answer_has_a_column_and_a_formula_stays_text(partnership, coordinator, officer):
    draft = cases.written_draft(partnership, by=coordinator)
    questions = Question.objects.filter(
        section__question_set=draft.sheet.question_set, kind="long_text", word_limit__gt=0
    ).order_by("pk")[: len(HOSTILE)]
    with editing(draft, by=coordinator) as locked:
        for question, text in zip(questions, HOSTILE, strict=True):
            save_answer(locked, question, text, by=coordinator)
    cases.approve_by_both(draft)
    workflow.submit(Application.objects.get(pk=draft.pk), by=coordinator)

    (plain,) = csv_of(make(officer, "csv", answers=True))
    book = openpyxl.load_workbook(io.BytesIO(make(officer, "xlsx", answers=True)))

    for question, text in zip(questions, HOSTILE, strict=True):
        assert plain[f"{question.section.title_en}: {question.text_en} (sv)"] == f"'{text}"
    cells = {cell.value: cell.data_type for row in book.active.iter_rows() for cell in row}
    assert [cells.get(text) for text in HOSTILE] == ["s"] * len(HOSTILE)
    assert len(plain) == 14 + draft.sheet.answers.count()


def test_a_text_longer_than_a_cell_says_so_and_is_whole_in_the_other_kind(
    partnership, coordinator, officer
):
    case = cases.submitted(partnership, by=coordinator)
    long = "ö" * 40_000
    import pgtrigger

    with pgtrigger.ignore():
        case.sheet.answers.filter(question__key="context").update(text=long)

    (plain,) = csv_of(make(officer, "csv", answers=True))
    (sheet,) = xlsx_of(make(officer, "xlsx", answers=True))

    assert long in plain.values()
    (cut,) = [text for text in sheet.values() if str(text).startswith("öö")]
    assert (len(cut), cut.endswith("[… text is longer]")) == (32_767, True)


def test_the_list_to_print_holds_the_cases_and_their_sum(officer, two_cases):
    pdf = make(officer, "pdf")

    assert all(case.reference in text_of(pdf) for case in two_cases)
    assert amounts_of(pdf) == [100_000, 123_456, 223_456]
    assert failures(pdf) == set()


def test_a_list_too_long_for_paper_is_refused(officer, two_cases, monkeypatch):
    monkeypatch.setattr(list_files, "PDF_CASES_MAX", 1)
    monkeypatch.setattr(list_files, "ZIP_CASES_MAX", 1)

    for file_format in ("pdf", "zip"):
        with pytest.raises(Refused, match="at most 1 cases"):
            make(officer, file_format)


def test_the_zip_holds_each_case_s_papers_and_says_what_is_missing(officer, two_cases):
    first, second = two_cases
    make_papers(first.pk, PaperKind.RECEIPT)

    archive = zipfile.ZipFile(io.BytesIO(make(officer, "zip")))

    papers = [name for name in archive.namelist() if name.endswith(".pdf")]
    assert sorted(papers) == sorted(
        f"{first.reference}/{paper.file_name}" for paper in first.papers.all()
    )
    with first.papers.first().file.open("rb") as stored:
        assert archive.read(f"{first.reference}/{first.papers.first().file_name}") == stored.read()
    rows = csv_of(archive.read("contents.csv"))
    assert {row["Reference"]: row["File"] for row in rows}[second.reference] == (
        "no paper is made yet"
    )
    assert archive.testzip() is None


def test_what_the_person_may_no_longer_see_is_not_in_the_file(
    officer, coordinator, two_cases, robertsfors
):
    reference = two_cases[0].reference

    officer.memberships.all().delete()
    officer = type(officer).objects.get(pk=officer.pk)

    for file_format in ("csv", "xlsx", "pdf", "zip"):
        with pytest.raises(Refused, match="None of the cases"):
            make(officer, file_format, picks=[reference])


def test_a_filter_that_is_not_understood_makes_no_file(officer, two_cases):
    with pytest.raises(Refused, match="colour"):
        make(officer, "csv", query="colour=red")


def test_progress_is_told_and_chunks_make_no_difference(officer, two_cases, monkeypatch):
    whole = make(officer, "csv", answers=True)
    monkeypatch.setattr(list_files, "CASES_PER_CHUNK", 1)
    told = []

    assert make(officer, "csv", answers=True, told=told) == whole
    assert told == [1, 2]


def test_a_hundred_cases_take_as_many_queries_as_one(
    officer, partnership, coordinator, django_assert_num_queries
):
    cases.submitted(partnership, by=coordinator)
    make(officer, "csv", answers=True)
    with django_assert_num_queries(14):
        make(officer, "csv", answers=True)
    for _number in range(9):
        cases.submitted(partnership, by=coordinator)

    with django_assert_num_queries(14):
        assert len(csv_of(make(officer, "csv", answers=True))) == 10


@pytest.mark.django_db(transaction=True)
def test_a_file_is_ordered_on_a_page_made_by_the_job_and_fetched(signed_in, officer, two_cases):
    client = signed_in(officer, "en")
    form = {"all": "1", "query": "country=KE", "format": "csv", "answers": "on"}
    asked = client.get(f"{ADDRESS}?all=1&query=country%3DKE")
    assert "Make a file of 1 case" in asked.content.decode()

    first = client.post(ADDRESS, form)
    second = client.post(ADDRESS, form)
    work("files")

    assert first.url == second.url
    ordered = PreparedFile.objects.get()
    assert (ordered.state, ordered.owner) == ("done", officer)
    fetched = client.get(reverse("prepared_file", args=[ordered.key]))
    assert two_cases[0].reference in b"".join(fetched.streaming_content).decode()


@pytest.mark.parametrize(
    "form",
    [
        {"all": "1"},
        {"all": "1", "format": "exe"},
        {"all": "1", "format": "pdf", "answers": "on"},
    ],
)
def test_a_file_that_cannot_be_is_refused_on_the_page(signed_in, officer, two_cases, form):
    response = signed_in(officer).post(ADDRESS, form)

    assert (response.status_code, PreparedFile.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    "query",
    ["", "pick=abc", "all=1&query=status%3Dnonsense", "pick=1999-0001", "all=1&query=year%3D0"],
)
def test_a_choice_that_is_not_understood_orders_nothing(signed_in, officer, two_cases, query):
    response = signed_in(officer).get(f"{ADDRESS}?{query}")

    assert response.url.startswith("/office/applications/?")


def test_files_of_the_list_are_icld_s_own(client, signed_in, coordinator, reader, two_cases):
    assert client.get(f"{ADDRESS}?all=1").status_code == 302
    assert signed_in(coordinator).get(f"{ADDRESS}?all=1").status_code == 403
    assert signed_in(reader).get(f"{ADDRESS}?all=1").status_code == 200
