"""All questions, for anybody to read before applying."""

import pytest

from applications.models import Question, QuestionSet
from finance.models import GrantType
from tests.pages import Page


@pytest.mark.django_db
def test_the_list_leads_to_the_form_of_each_grant_type(client):
    links = Page(client.get("/questions/")).links

    assert [link for link in links if link.startswith("/questions/") and link != "/questions/"] == [
        f"/questions/{grant_type}/" for grant_type in GrantType.values
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("grant_type", GrantType.values)
def test_a_form_shows_each_of_its_questions_with_help_and_limit(
    client, django_assert_max_num_queries, grant_type, language
):
    client.cookies["language"] = language
    form = QuestionSet.objects.in_force(grant_type)
    questions = Question.objects.filter(section__question_set=form)

    with django_assert_max_num_queries(10):
        text = client.get(f"/questions/{grant_type}/").content.decode()

    assert questions.count() >= 8
    for question in questions:
        assert escaped(getattr(question, f"text_{language}")) in text
        assert escaped(getattr(question, f"help_{language}")) in text
        if question.word_limit:
            assert str(question.word_limit) in text
    assert len(text) < 60_000


def escaped(text: str) -> str:
    from django.utils.html import escape

    return str(escape(text))


@pytest.mark.django_db
@pytest.mark.parametrize("grant_type", ["unknown", "PROJECT"])
def test_a_grant_type_that_is_none_is_not_found(client, grant_type):
    assert client.get(f"/questions/{grant_type}/").status_code == 404


@pytest.mark.django_db
def test_a_form_that_is_not_published_is_not_shown(client):
    QuestionSet.objects.create(
        purpose="application",
        grant_type="project",
        version=99,
        title_sv="Hemligt utkast",
        title_en="Secret draft",
    )

    for address in ("/questions/", "/questions/project/"):
        assert "Hemligt utkast" not in client.get(address).content.decode()
