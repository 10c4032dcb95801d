"""The applicant's lists, and beginning a case."""

import pytest
from django.urls import reverse

from applications.drafting import editing
from applications.models import Application, GrantTypeSetting, Round
from tests.factories.cases import approved, empty_draft, open_round, submitted
from tests.factories.parties import make_partnership

pytestmark = pytest.mark.django_db


def test_home_shows_what_waits_and_what_became_of_the_rest(
    partnership, coordinator, decider, signed_in
):
    draft = empty_draft(partnership, by=coordinator)
    case = approved(partnership, by=coordinator, decider=decider, grant_type="preparation")
    page = signed_in(coordinator, "en").get(reverse("home")).content.decode()
    assert f'href="/applications/{draft.key}/"' in page
    assert "Continue writing" in page
    assert f'href="/applications/{case.reference}/"' in page
    assert "Read the decision" in page


def test_office_people_go_to_their_work_list(officer, signed_in):
    assert signed_in(officer).get(reverse("home")).url == reverse("applications:worklist")


@pytest.mark.parametrize("name", ["home", "applications:applications"])
def test_lists_ask_as_many_questions_for_one_row_as_for_thirty(
    partnership, coordinator, signed_in, django_assert_num_queries, name
):
    browser = signed_in(coordinator)
    submitted(partnership, by=coordinator)
    empty_draft(partnership, by=coordinator)
    browser.get(reverse(name))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        browser.get(reverse(name))
    for _number in range(29):
        empty_draft(partnership, by=coordinator)
    with django_assert_num_queries(len(few)):
        browser.get(reverse(name))
    assert len(few) <= 25


def test_another_organisations_cases_are_not_in_the_list(
    partnership, coordinator, stranger, signed_in
):
    case = empty_draft(partnership, by=coordinator)
    mine = signed_in(coordinator).get("/applications/").content.decode()
    theirs = signed_in(stranger).get("/applications/").content.decode()
    assert (case.key in mine, case.key in theirs) == (True, False)


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "2"])
def test_a_page_that_does_not_exist_is_refused(coordinator, signed_in, page):
    assert signed_in(coordinator).get("/applications/", {"page": page}).status_code == 404


def test_a_case_is_begun_from_partnership_and_type(partnership, coordinator, signed_in):
    open_round()
    begun = signed_in(coordinator, "en").post(
        "/applications/new/",
        {"partnership": partnership.pk, "grant_type": "project", "language": "en"},
    )
    case = Application.objects.get()
    assert begun.url == case.get_absolute_url()
    assert (case.grant_type, case.language, case.created_by) == ("project", "en", coordinator)


def test_a_second_draft_of_a_kind_is_refused_once_the_first_is_written_in(
    partnership, coordinator, signed_in
):
    open_round()
    browser = signed_in(coordinator)
    choice = {"partnership": partnership.pk, "grant_type": "project", "language": "en"}
    first, again = (browser.post("/applications/new/", choice).url for _time in range(2))
    with editing(Application.objects.get(), by=coordinator):
        pass

    third = browser.post("/applications/new/", choice)

    assert first == again
    assert third.status_code == 422
    assert first in third.content.decode()
    assert Application.objects.count() == 1


def test_only_open_types_are_offered_and_the_others_say_when(coordinator, partnership, signed_in):
    Round.objects.all().delete()
    GrantTypeSetting.objects.update_or_create(
        grant_type="preparation", defaults={"open_all_year": True}
    )
    GrantTypeSetting.objects.exclude(grant_type="preparation").update(open_all_year=False)
    browser = signed_in(coordinator, "en")
    page = browser.get("/applications/new/").content.decode()
    assert 'value="preparation"' in page
    assert 'value="project"' not in page
    assert "no coming round is published yet" in page

    refused = browser.post(
        "/applications/new/",
        {"partnership": partnership.pk, "grant_type": "project", "language": "sv"},
    )
    assert refused.status_code == 422
    assert not Application.objects.exists()


def test_another_organisations_partnership_cannot_be_chosen(coordinator, vara, machakos, signed_in):
    open_round()
    theirs = make_partnership(vara, machakos)
    refused = signed_in(coordinator).post(
        "/applications/new/",
        {"partnership": theirs.pk, "grant_type": "project", "language": "sv"},
    )
    assert refused.status_code == 422
    assert not Application.objects.exists()


def test_a_reader_cannot_begin(member, signed_in):
    assert signed_in(member).get("/applications/new/").status_code == 403
