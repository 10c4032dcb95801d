"""Searching what was handed in: which words find a case, and who keeps them findable."""

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Value

from applications import search, workflow
from applications.drafting import editing, save_answer
from applications.models import Application, Question, SearchDocument
from icld_portal.searching import Folded, lexemes, words_query
from tests.factories import cases

pytestmark = pytest.mark.django_db
GEORGIAN = "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ"


@pytest.fixture
def case(partnership, coordinator):
    """A case about waste and schools, in Swedish, just handed in."""
    draft = cases.written_draft(partnership, by=coordinator)
    question = Question.objects.get(section__question_set=draft.sheet.question_set, key="context")
    text = "Sopsorteringen i Malmös skolor. Women's participation grows. " + "Mer text. " * 20
    with editing(draft, by=coordinator) as locked:
        save_answer(locked, question, text, by=coordinator)
    cases.approve_by_both(draft)
    return workflow.submit(Application.objects.get(pk=draft.pk), by=coordinator)


def found(text: str) -> list[int]:
    return list(Application.objects.filter(search.matching(text)).values_list("pk", flat=True))


@pytest.mark.parametrize(
    "text",
    [
        "sopsortering",
        "SOPSORTERINGEN",
        "skola",
        "skolorna",
        "malmo",
        "participation",
        "particip",
        "skolor participation",
        "sopsortering och skolor",
        "Rent vatten",
        "clean water",
        "Machakos",
        "machakoss",
        "Robertfors",
        "ROBERTSFORS KOMMUN",
    ],
)
def test_words_in_any_form_and_language_find_the_case(case, text):
    assert found(text) == [case.pk]


@pytest.mark.parametrize(
    "text", ["sjukvård", "skolor sjukvård", "100%", "%", "_", "po", "'", "a:*&"]
)
def test_what_does_not_stand_there_is_not_found(case, text):
    assert found(text) == []


def test_a_reference_finds_its_case(case):
    assert found(case.reference) == found(case.reference[:4]) == [case.pk]


def test_a_party_that_is_renamed_is_found_by_its_new_name(case, machakos):
    machakos.name = "Kisumu City"
    machakos.save()

    assert found("kisumu") == [case.pk]


def test_a_draft_is_not_searched_and_a_reopened_case_no_longer(case, coordinator):
    assert SearchDocument.objects.filter(application=case).exists()

    workflow.reopen(case, by=coordinator)

    assert (found("sopsortering"), SearchDocument.objects.exists()) == ([], False)


def test_a_case_that_is_handed_in_again_is_found_by_what_it_says_now(case, coordinator):
    draft = workflow.reopen(case, by=coordinator)
    question = Question.objects.get(section__question_set=draft.sheet.question_set, key="context")
    with editing(draft, by=coordinator) as locked:
        save_answer(locked, question, "Biblioteken.", by=coordinator)
    cases.approve_by_both(draft)

    workflow.submit(Application.objects.get(pk=draft.pk), by=coordinator)

    assert (found("sopsortering"), found("bibliotek")) == ([], [case.pk])


def test_the_database_keeps_drafts_out(partnership, coordinator):
    draft = cases.ready_draft(partnership, by=coordinator)

    search.keep([draft.pk])

    assert not SearchDocument.objects.exists()
    with pytest.raises(DatabaseError, match="a draft is not searched"), transaction.atomic():
        SearchDocument.objects.create(application=draft, names="", words="")


def test_a_text_longer_than_a_document_can_hold_is_cut_for_the_search_alone(case):
    words = (
        "".join(GEORGIAN[n // 33**place % 33] for place in range(4)) + "აბგდევ"
        for n in range(40_000)
    )
    text = " ".join(words)
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE applications_answer SET text = %s WHERE sheet_id = %s", [text, case.sheet_id]
        )
    whole = "SELECT to_tsvector('portal_simple', string_agg(text || question_id, ' '))"
    with (
        pytest.raises(DatabaseError, match="too long for tsvector"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"{whole} FROM applications_answer WHERE sheet_id = %s", [case.sheet_id])

    search.keep([case.pk])

    assert found(text.split()[50]) == [case.pk]


def test_the_place_is_the_answer_that_holds_the_words(case, in_english):
    place = search.places([case.sheet_id], "skolorna")[case.sheet_id]

    assert (place.before, place.word) == ("Sopsorteringen i Malmös ", "skolor")
    assert place.after.endswith("Mer …")
    question = Question.objects.get(section__question_set=case.sheet.question_set, key="context")
    assert place.question == question.text_en
    assert search.places([case.sheet_id], "MALMO")[case.sheet_id].word == "Malmös"


@pytest.mark.parametrize("text", ["sjukvård", "", "%", "()[", "'"])
def test_there_is_no_place_for_what_does_not_stand_there(case, text):
    assert search.places([case.sheet_id], text) == {}


PLAINLY = """
    SELECT id FROM applications_application AS one
    WHERE id = ANY(%(worded)s)
    OR EXISTS (
        SELECT FROM applications_searchdocument
        WHERE application_id = one.id AND strpos(names, folded(%(text)s)) > 0
    )
    OR EXISTS (
        SELECT FROM partnerships_partnership AS named
        WHERE named.id = one.partnership_id AND (
            strpos(folded(named.name), folded(%(text)s)) > 0
            OR %(resembles)s AND folded(named.name) %%>> folded(%(text)s)
        )
    )
    OR EXISTS (
        SELECT FROM applications_caseparty AS party
        JOIN partnerships_organisation AS named ON named.id = party.organisation_id
        WHERE party.application_id = one.id AND (
            strpos(folded(named.name), folded(%(text)s)) > 0
            OR %(resembles)s AND folded(named.name) %%>> folded(%(text)s)
        )
    )
    ORDER BY id
"""


def found_plainly(text: str) -> list[int]:
    """What holds the text, asked of every case, one condition after the other."""
    query = words_query(text)
    worded = SearchDocument.objects.filter(words=query).values_list("pk", flat=True)
    asked = {"worded": list(worded) if query else [], "text": text, "resembles": len(text) >= 4}
    with connection.cursor() as cursor:
        cursor.execute(PLAINLY, asked)
        return [pk for (pk,) in cursor.fetchall()]


@pytest.mark.parametrize(("many", "most"), [(10**6, 1.0), (0, 0.0)], ids=["few", "most cases"])
def test_both_ways_of_gathering_find_what_every_case_is_asked_for(
    case, partnership, coordinator, monkeypatch, many, most
):
    other = cases.ready_draft(partnership, by=coordinator)
    monkeypatch.setattr(search, "MANY", many)
    monkeypatch.setattr(search, "MOST", most)
    words, names = ["skolor", "sopsortering skola", "och"], ["machakoss", "Robertsfors", "rob"]
    odd = [case.reference, "water", "vatten", "sjukvård", "%", "_", "\\", "100%", "'", "Å", "po"]

    for text in [*words, *names, *odd]:
        assert sorted(found(text)) == found_plainly(text), text

    assert sorted(found("Machakos")) == [case.pk, other.pk]
    assert found("sopsortering") == [case.pk]


def test_words_without_meaning_do_not_count():
    assert lexemes("sopsortering och skolorna") == ["skol", "sopsortering"]
    assert (lexemes("och"), found("och")) == ([], [])


def test_the_indexes_answer(case):
    """A table this small must be told to use an index; the function of the words always does."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    words = SearchDocument.objects.filter(words=words_query("skolorna"))
    names = SearchDocument.objects.filter(names__contains=Folded(Value("vatten")))

    assert "search_document_words" in words.explain()
    assert "search_document_names" in names.explain()
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = 'cases_with_words'")
        assert cursor.fetchall() == [(["enable_seqscan=off"],)]
