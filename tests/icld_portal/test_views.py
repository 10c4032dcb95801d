"""The language switch, and what a person reads when something is refused."""

import pytest
from django.template.loader import get_template
from django.test import Client

from tests.pages import Page


@pytest.mark.django_db
def test_one_click_changes_the_language_and_keeps_the_page():
    client = Client(enforce_csrf_checks=True)
    address = "/questions/project/?from=start"
    client.get(address)
    token = client.cookies["csrftoken"].value

    response = client.post(
        "/language/", {"language": "en", "next": address, "csrfmiddlewaretoken": token}
    )

    assert (response.status_code, response["Location"]) == (302, address)
    assert Page(client.get(address)).language == "en"


@pytest.mark.django_db
def test_the_language_switch_leads_to_no_other_site(client):
    response = client.post("/language/", {"language": "en", "next": "https://example.org/"})

    assert response["Location"] == "/"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["sv", "en"])
def test_an_unknown_address_answers_404_in_the_readers_language(client, language):
    client.cookies["language"] = language

    response = client.get("/no-such-page/")

    page = Page(response)
    assert (response.status_code, page.language, page.inline) == (404, language, [])


@pytest.mark.django_db
def test_a_form_that_was_too_old_is_told_apart_from_a_missing_right():
    client = Client(enforce_csrf_checks=True)
    client.cookies["language"] = "en"

    response = client.post("/account/login/", {"login": "test@example.org"})

    assert response.status_code == 403
    assert Page(response).headings == ["The form was too old"]


@pytest.mark.django_db
def test_a_closed_route_answers_403_with_the_way_on(coordinator, signed_in):
    response = signed_in(coordinator, "en").get("/account/signup/")

    page = Page(response)
    assert response.status_code == 403
    assert page.headings == ["You may not do this"]


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_last_error_pages_need_neither_request_nor_database(name, in_english):
    html = get_template(name).render()

    assert "<h1>" in html
    assert "csrfmiddlewaretoken" not in html


@pytest.mark.django_db
def test_after_a_refused_form_the_language_switch_leads_back_to_the_form(client):
    form = "http://testserver/account/login/?next=/home/"

    response = client.post("/account/login/", {"login": "x"}, headers={"referer": form})

    assert f'name="next" value="{form}"' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "a b", "localhost@evil", ""])
def test_a_request_for_another_host_is_refused_not_an_error_of_ours(client, host):
    response = client.get("/", headers={"host": host})

    assert response.status_code == 400
    assert Page(response).inline == []


@pytest.mark.django_db
def test_a_body_in_another_encoding_is_refused_not_an_error_of_ours(coordinator, signed_in):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed_in(coordinator, "en").cookies
    browser.get("/")
    kind = "application/x-www-form-urlencoded; charset=utf-16"

    response = browser.generic("POST", "/applications/new/", b"a=b", content_type=kind)

    assert response.status_code == 400
    assert Page(response).headings == ["The request could not be read"]


@pytest.mark.django_db
def test_no_cache_on_the_way_keeps_a_page(coordinator, signed_in, client):
    kept = [browser.get("/")["Cache-Control"] for browser in (client, signed_in(coordinator))]

    assert kept == ["private, no-cache", "private, no-cache"]
