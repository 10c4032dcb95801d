"""Opening a paper: for those who own the case and for ICLD, and never before it is there."""

import pytest
from django.urls import reverse

from applications.models import Application, PaperKind
from applications.papers import make_papers
from tests.factories import cases

MOST_QUERIES = 10


@pytest.fixture
def received(partnership, coordinator) -> Application:
    return cases.submitted(partnership, by=coordinator)


@pytest.fixture
def made(received) -> Application:
    make_papers(received.pk, PaperKind.RECEIPT)
    return received


def address(case: Application, kind: str = "receipt", language: str = "sv") -> str:
    return reverse("applications:paper", args=[case.handle, kind, language])


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("who", ["coordinator", "partner_coordinator", "member", "officer"])
def test_parties_and_icld_get_the_stored_bytes(made, signed_in, request, who, language):
    response = signed_in(request.getfixturevalue(who)).get(address(made, language=language))

    stored = made.papers.get(language=language)
    assert response.status_code == 200
    assert b"".join(response.streaming_content) == stored.file.read()
    names = ("Content-Type", "Content-Length", "Content-Language", "X-Content-Type-Options")
    assert [response.headers[name] for name in names] == [
        "application/pdf",
        str(stored.size_bytes),
        language,
        "nosniff",
    ]
    assert response.headers["Content-Disposition"] == f'inline; filename="{stored.file_name}"'
    assert "private" in response.headers["Cache-Control"]


def test_another_organisation_does_not_learn_that_the_case_is_there(made, signed_in, stranger):
    assert signed_in(stranger).get(address(made)).status_code == 404


def test_nobody_gets_a_paper_without_signing_in(made, client):
    response = client.get(address(made))

    assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("account_login"))


@pytest.mark.parametrize(
    ("kind", "language"), [("receipt", "de"), ("agreement", "sv"), ("decision", "sv")]
)
def test_paper_that_is_not_due_is_not_found(made, signed_in, coordinator, kind, language):
    assert signed_in(coordinator).get(address(made, kind, language)).status_code == 404


def test_draft_has_no_receipt_to_wait_for(partnership, signed_in, coordinator):
    draft = cases.ready_draft(partnership, by=coordinator)

    assert signed_in(coordinator).get(address(draft)).status_code == 404


def test_paper_in_the_making_is_said_to_be_so(received, signed_in, coordinator):
    response = signed_in(coordinator, "en").get(address(received))

    assert (response.status_code, response.headers["Retry-After"]) == (202, "3")
    page = response.content.decode()
    assert "The PDF is being made" in page
    assert f'hx-get="{address(received)}"' in page
    assert f'href="{address(received)}"' in page


def test_waiting_page_looks_again_and_opens_the_paper_when_it_is_there(
    received, signed_in, coordinator
):
    browser = signed_in(coordinator)
    asking = {"headers": {"HX-Request": "true"}}
    assert browser.get(address(received), **asking).status_code == 204

    make_papers(received.pk, PaperKind.RECEIPT)

    assert browser.get(address(received), **asking).headers["HX-Redirect"] == address(received)


def test_paper_is_only_read(made, signed_in, coordinator):
    assert signed_in(coordinator).post(address(made)).status_code == 405


def test_stored_paper_takes_few_queries(
    made, signed_in, coordinator, django_assert_max_num_queries
):
    browser = signed_in(coordinator)

    with django_assert_max_num_queries(MOST_QUERIES) as asked:
        browser.get(address(made))

    assert len(asked) == 5
