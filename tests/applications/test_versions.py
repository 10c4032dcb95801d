"""What is kept in memory is only what the database refuses to change."""

import pytest
from django.utils import timezone

from applications import versions as forms
from applications.models import Application, Purpose, QuestionSet, Section
from finance import versions as guidelines
from finance.models import Budget, Guideline
from tests.factories.cases import empty_draft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    forms.PUBLISHED.clear()
    guidelines.PUBLISHED.clear()
    yield
    forms.PUBLISHED.clear()
    guidelines.PUBLISHED.clear()


@pytest.fixture
def coming_form():
    """A form that staff still write."""
    form = QuestionSet.objects.create(
        purpose=Purpose.APPLICATION, grant_type="project", version=99, title_sv="Ny", title_en="New"
    )
    Section.objects.create(
        question_set=form, key="one", sort_order=1, title_sv="Ett", title_en="One"
    )
    return form


@pytest.fixture
def draft(partnership, coordinator):
    return empty_draft(partnership, by=coordinator)


def answering(draft: Application, form: QuestionSet) -> Application:
    """Return the draft as one that answers ``form``."""
    draft.sheet.question_set = form
    return draft


def test_a_published_form_and_its_guidelines_are_read_once(draft, django_assert_num_queries):
    draft = Application.objects.select_related("sheet", "budget").get(pk=draft.pk)
    form, guideline = forms.form_of(draft), guidelines.guideline_of(draft.budget)

    again = Application.objects.select_related("sheet", "budget").get(pk=draft.pk)
    with django_assert_num_queries(0):
        assert forms.form_of(again) is form
        assert guidelines.guideline_of(again.budget) is guideline
        assert again.budget.guideline is guideline
        questions = [
            question for section in form.sections.all() for question in section.questions.all()
        ]
        options = [list(question.options.all()) for question in questions]
        assert len(options) == len(questions) > 10
        assert len(guideline.amounts.all()) == 30


def test_a_form_that_is_still_written_is_read_anew(draft, coming_form):
    draft = answering(draft, coming_form)
    assert [str(section.title_en) for section in forms.form_of(draft).sections.all()] == ["One"]

    coming_form.sections.update(title_en="Changed")

    assert [section.title_en for section in forms.form_of(draft).sections.all()] == ["Changed"]


def test_a_form_is_kept_from_its_publication_on(draft, coming_form):
    draft = answering(draft, coming_form)
    forms.form_of(draft)
    coming_form.published_at = timezone.now()
    coming_form.save()

    assert forms.form_of(draft) is forms.form_of(draft)


def test_guidelines_that_are_still_written_are_read_anew(coming_guideline):
    budget = Budget(guideline=coming_guideline)
    assert guidelines.guideline_of(budget).day_rate_sek == 4_800

    Guideline.objects.filter(pk=coming_guideline.pk).update(day_rate_sek=5_000)

    assert guidelines.guideline_of(budget).day_rate_sek == 5_000


@pytest.fixture
def coming_guideline():
    return Guideline.objects.create(version=99, valid_from=timezone.localdate(), day_rate_sek=4_800)
