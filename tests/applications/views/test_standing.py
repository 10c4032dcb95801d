"""Rows and fields of two editors: the second sees what stands, and nothing is lost unseen."""

import pytest
from django.urls import reverse

from applications.models import Application
from finance.models import BudgetLine
from tests.applications.views.pages import fields_on
from tests.factories.cases import empty_draft, written_draft

pytestmark = pytest.mark.django_db
CONTACT = "contact-{grantee}-contact_name"
# The part, the field, what the first editor writes in it and what the second does.
FIELDS = [
    ("results", "results-0-text", "Their result", "My result"),
    ("results", "results-0-indicators-0-target", "Their target", "My target"),
    ("activities", "activities-0-text", "Their activity", "My activity"),
    ("activities", "activities-0-cost_sek", "11000", "22000"),
    ("risks", "risks-0-measure", "Their measure", "My measure"),
    ("budget", "lines-1-0-amount_sek", "11000", "22000"),
    ("budget", "guide_reason", "Their reason", "My reason"),
    ("basics", "title_en", "Their title", "My title"),
    ("basics", "start_on", "2027-08-01", "2027-09-01"),
    ("basics", CONTACT, "Their person", "My person"),
]
SHOWN = {"11000": "11 000 kr".replace(" ", "\xa0"), "22000": "22 000 kr".replace(" ", "\xa0")}


@pytest.fixture
def draft(partnership, coordinator) -> Application:
    return written_draft(partnership, by=coordinator)


@pytest.fixture
def mine(coordinator, signed_in):
    return signed_in(coordinator, "en")


@pytest.fixture
def other(partner_coordinator, signed_in):
    return signed_in(partner_coordinator, "en")


def address(draft: Application, key: str) -> str:
    return reverse("applications:section", args=[draft.handle, key])


def named(draft: Application, field: str) -> str:
    return field.format(grantee=draft.case_parties.get(is_grantee=True).organisation_id)


def stored(browser, here: str, field: str) -> list[str]:
    return fields_on(browser.get(here))[field]


@pytest.mark.parametrize(("key", "field", "theirs", "text"), FIELDS)
def test_the_second_editor_sees_both_texts_and_chooses(
    draft, mine, other, partner_coordinator, key, field, theirs, text
):
    here, field = address(draft, key), named(draft, field)
    opened, seen_by_other = fields_on(mine.get(here)), fields_on(other.get(here))
    assert other.post(here, seen_by_other | {field: [theirs]}).status_code == 302
    kept = stored(other, here, field)

    refused = mine.post(here, opened | {field: [text]})

    shown = fields_on(refused)
    page = refused.content.decode()
    assert (refused.status_code, shown[field]) == (409, [text])
    assert f"saved by {partner_coordinator.name}" in page
    assert SHOWN.get(theirs, theirs) in page
    assert stored(mine, here, field) == kept
    assert mine.post(here, shown).status_code == 302
    assert stored(other, here, field) != kept


def test_areas_of_two_editors(draft, mine, other):
    here = address(draft, "areas")
    opened = fields_on(mine.get(here))
    areas = mine.get(here).context["page"].areas.fields["core_areas"].queryset
    terms = [str(term.pk) for term in areas]
    names = [str(term) for term in areas]
    other.post(here, fields_on(other.get(here)) | {"core_areas": terms[1:3]})

    refused = mine.post(here, opened | {"core_areas": terms[3:]})

    assert refused.status_code == 409
    assert f"{names[1]}, {names[2]}" in refused.content.decode()
    assert stored(mine, here, "core_areas") == terms[1:3]
    assert mine.post(here, fields_on(refused)).status_code == 302
    assert stored(mine, here, "core_areas") == terms[3:]


@pytest.mark.parametrize(("key", "field", "theirs", "text"), FIELDS)
def test_the_same_content_from_two_people_is_no_conflict(
    draft, mine, other, key, field, theirs, text
):
    here, field = address(draft, key), named(draft, field)
    opened, seen_by_other = fields_on(mine.get(here)), fields_on(other.get(here))
    other.post(here, seen_by_other | {field: [theirs]})

    assert mine.post(here, opened | {field: [theirs]}).status_code == 302


@pytest.mark.parametrize(("key", "field", "theirs", "text"), FIELDS)
def test_an_untouched_part_leaves_what_the_other_has_written(
    draft, mine, other, key, field, theirs, text
):
    here, field = address(draft, key), named(draft, field)
    opened, seen_by_other = fields_on(mine.get(here)), fields_on(other.get(here))
    other.post(here, seen_by_other | {field: [theirs]})
    kept = stored(other, here, field)

    assert mine.post(here, opened).status_code == 302
    assert stored(mine, here, field) == kept


def test_a_new_row_that_is_sent_twice_is_kept_once(partnership, coordinator, mine):
    draft = empty_draft(partnership, by=coordinator)
    here = address(draft, "risks")
    sent = fields_on(mine.get(here)) | {"risks-0-text": ["Val"]}

    answers = [mine.post(here, sent).status_code for _time in range(2)]

    assert answers == [302, 302]
    assert list(draft.risks.values_list("text", flat=True)) == ["Val"]


def test_going_back_and_writing_something_else_tells_what_was_saved(draft, mine):
    here = address(draft, "risks")
    opened = fields_on(mine.get(here))
    mine.post(here, opened | {"risks-0-text": ["First"]})

    back = mine.post(here, opened | {"risks-0-text": ["Second"]})

    assert back.status_code == 409
    assert "saved by you" in back.content.decode()
    assert draft.risks.get().text == "First"
    assert mine.post(here, fields_on(back)).status_code == 302
    assert draft.risks.get().text == "Second"


def test_a_row_the_other_has_removed_is_told_and_written_again_by_choice(draft, mine, other):
    here = address(draft, "risks")
    opened = fields_on(mine.get(here))
    other.post(here, fields_on(other.get(here)) | {"risks-0-DELETE": ["on"]})

    refused = mine.post(here, opened | {"risks-0-text": ["Val, ändrat"]})

    assert (refused.status_code, draft.risks.count()) == (409, 0)
    assert "Removed since, and still in your fields" in refused.content.decode()
    mine.post(here, fields_on(refused))
    assert draft.risks.get().text == "Val, ändrat"


def test_a_row_the_other_has_changed_is_not_removed_unseen(draft, mine, other):
    here = address(draft, "risks")
    opened = fields_on(mine.get(here))
    other.post(here, fields_on(other.get(here)) | {"risks-0-text": ["Their risk"]})

    refused = mine.post(here, opened | {"risks-0-DELETE": ["on"]})

    assert (refused.status_code, draft.risks.get().text) == (409, "Their risk")
    assert "Their risk" in refused.content.decode()


def test_an_answer_on_a_stale_page_is_not_saved_either(draft, mine, other):
    section = draft.sheet.question_set.sections.exclude(part="questions").filter(
        questions__kind="long_text"
    )
    key = section.first().key
    part = section.first().part
    field = {"results": "results-0-text", "risks": "risks-0-text", "basics": "title_en"}[part]
    question = section.first().questions.filter(kind="long_text").first()
    here = address(draft, key)
    opened = fields_on(mine.get(here))
    other.post(here, fields_on(other.get(here)) | {field: ["Theirs"]})

    refused = mine.post(here, opened | {field: ["Mine"], f"question-{question.key}": ["Ny."]})

    assert refused.status_code == 409
    assert fields_on(refused)[f"question-{question.key}"] == ["Ny."]
    assert stored(mine, here, f"question-{question.key}") != ["Ny."]


def test_a_page_without_a_mark_is_stale_once_somebody_else_has_saved(draft, mine, other):
    here = address(draft, "risks")
    old = fields_on(mine.get(here))
    del old["seen"]
    assert mine.post(here, old | {"risks-0-text": ["Mine"]}).status_code == 302
    assert mine.post(here, old | {"risks-0-text": ["Mine again"]}).status_code == 302
    other.post(here, fields_on(other.get(here)) | {"risks-0-text": ["Theirs"]})

    refused = mine.post(here, old | {"risks-0-text": ["Mine at last"]})

    assert (refused.status_code, draft.risks.get().text) == (409, "Theirs")
    assert mine.post(here, fields_on(refused)).status_code == 302


def test_a_made_up_mark_is_stale_and_never_an_error(draft, mine):
    here = address(draft, "risks")
    sent = fields_on(mine.get(here)) | {"risks-0-text": ["Nytt"]}
    for mark in ("x", "x" * 100_000, "å\x00.å"):
        assert mine.post(here, sent | {"seen": [mark]}).status_code == 409
    assert draft.risks.get().text == "Val"


def test_a_refused_page_does_not_make_itself_fresh(draft, mine, other):
    here = address(draft, "risks")
    opened = fields_on(mine.get(here))
    other.post(here, fields_on(other.get(here)) | {"risks-0-measure": ["Theirs"]})

    refused = mine.post(here, opened | {"risks-0-text": [""]})

    mended = fields_on(refused) | {"risks-0-text": ["Mine"]}
    assert (refused.status_code, mine.post(here, mended).status_code) == (422, 409)


def test_another_number_of_years_makes_no_conflict_in_the_budget(
    partnership, coordinator, mine, other
):
    draft = written_draft(partnership, by=coordinator, years=2)
    here, basics = address(draft, "budget"), address(draft, "basics")
    opened = fields_on(mine.get(here))
    other.post(basics, fields_on(other.get(basics)) | {"end_on": ["2028-06-30"]})

    assert mine.post(here, opened | {"lines-1-0-amount_sek": ["22000"]}).status_code == 302


def test_lines_that_were_read_from_a_file_stand_against_an_old_page(draft, mine, other):
    here = address(draft, "budget")
    opened = fields_on(mine.get(here))
    BudgetLine.objects.filter(budget=draft.budget).update(description="From a file")

    refused = mine.post(here, opened | {"lines-1-0-description": ["By hand"]})

    assert refused.status_code == 409
    assert "From a file" in refused.content.decode()


def test_nothing_is_counted_as_written_when_it_stands_against(draft, mine, other):
    here = address(draft, "risks")
    opened = fields_on(mine.get(here))
    other.post(here, fields_on(other.get(here)) | {"risks-0-text": ["Theirs"]})
    before = Application.objects.get(pk=draft.pk).content_version

    mine.post(here, opened | {"risks-0-text": ["Mine"]})

    assert Application.objects.get(pk=draft.pk).content_version == before


@pytest.mark.parametrize("key", ["results", "activities", "risks", "budget", "basics", "areas"])
def test_a_conflict_stays_within_the_queries_of_a_save_and_a_page(
    draft, mine, other, key, django_assert_max_num_queries
):
    fields = {one: field for one, field, _theirs, _text in reversed(FIELDS)}
    here = address(draft, key)
    field = named(draft, fields.get(key, "core_areas"))
    opened = fields_on(mine.get(here))
    terms = ["1", "2"] if key == "areas" else ["2027-07-02", "2027-07-03"]
    if key == "areas":
        areas = mine.get(here).context["page"].areas.fields["core_areas"].queryset
        terms = [str(term.pk) for term in areas[2:4]]
    elif key == "budget" or field.endswith("sek"):
        terms = ["11000", "22000"]
    other.post(here, fields_on(other.get(here)) | {field: [terms[0]]})

    # A save and a page in one; the ticks are three lists, each stored, sent and said in words.
    with django_assert_max_num_queries(42 if key == "areas" else 30):
        refused = mine.post(here, opened | {field: [terms[1]]})

    assert refused.status_code == 409
