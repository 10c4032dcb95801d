"""Arranging the work list: order, columns, saved views, and what of it is refused."""

from urllib.parse import quote

import pytest

from applications.models import ListHabit, SavedView
from tests.factories import cases
from tests.factories.parties import make_partnership

pytestmark = pytest.mark.django_db
ADDRESS = "/office/applications/"
VIEWS = f"{ADDRESS}views/"


@pytest.fixture
def two_cases(partnership, vara, poti, coordinator, stranger, officer):
    """A project with Kenya in assessment, and a steering group with Georgia just handed in."""
    first = cases.in_assessment(partnership, by=coordinator, officer=officer)
    second = cases.submitted(make_partnership(vara, poti), by=stranger, grant_type="steering_group")
    return first, second


@pytest.fixture
def view(officer):
    return SavedView.objects.create(
        owner=officer, name="Kenya", query="country=KE&sort=title", columns=["title", "country"]
    )


def references(response) -> list[str]:
    return [row["reference"] for row in response.context["applications"]]


@pytest.mark.parametrize(
    ("sort", "places"),
    [
        ("reference", [0, 1]),
        ("-reference", [1, 0]),
        ("received", [0, 1]),
        ("-received", [1, 0]),
        ("country", [1, 0]),
        ("-country", [0, 1]),
        ("grant_type", [0, 1]),
        ("-grant_type", [1, 0]),
        ("status", [1, 0]),
        ("-status", [0, 1]),
        ("officer", [0, 1]),
        ("-officer", [0, 1]),
        ("title", [1, 0]),
        ("round", [1, 0]),
        ("start", [1, 0]),
        ("end", [1, 0]),
    ],
)
def test_the_list_is_sorted_by_a_column(signed_in, officer, two_cases, sort, places):
    """Equals stand with the newest first, whoever has no officer last."""
    response = signed_in(officer).get(f"{ADDRESS}?sort={sort}")

    assert references(response) == [two_cases[place].reference for place in places]


def test_titles_are_sorted_as_swedish_alphabets_go(signed_in, officer, partnership, coordinator):
    titles = ("Öar", "Ål", "zebror", "Äpplen", "Ängar")
    for title in titles:
        draft = cases.written_draft(partnership, by=coordinator)
        draft.title_sv = title
        draft.save()
        cases.approve_by_both(draft)
        cases.workflow.submit(draft, by=coordinator)

    response = signed_in(officer).get(f"{ADDRESS}?sort=title")

    found = [row["title_sv"] for row in response.context["applications"]]
    assert found == ["zebror", "Ål", "Ängar", "Äpplen", "Öar"]


@pytest.mark.parametrize(
    "query",
    [
        "sort=colour",
        "sort=budget__lines",
        "sort=--title",
        "sort=?",
        "columns=title,colour",
        "columns=%00",
        "view=999999",
        "view=99999999999999999999",
        "view=abc",
        "view=%D9%A1",
        "year=0",
        "sort=title&sort=status",
    ],
)
def test_an_arrangement_that_is_not_understood_is_refused_without_rows(
    signed_in, officer, two_cases, query
):
    client = signed_in(officer, "en")
    assert len(references(client.get(ADDRESS))) == 2

    response = client.get(f"{ADDRESS}?{query}")

    assert (response.status_code, references(response)) == (400, [])
    assert 'class="error-summary"' in response.content.decode()


def test_columns_in_the_address_are_shown_and_no_others(signed_in, officer, two_cases):
    page = signed_in(officer, "en").get(f"{ADDRESS}?columns=end,title").content.decode()

    headings = page[page.index("<thead>") : page.index("</thead>")]
    assert '<input type="hidden" name="columns" value="title,end">' in page
    assert (headings.count("<th "), "Ends" in headings, "Officer" in headings) == (3, True, False)


def test_a_person_chooses_columns_and_colleagues_keep_theirs(
    signed_in, officer, decider, two_cases
):
    client = signed_in(officer, "en")

    done = client.post(f"{ADDRESS}columns/", {"column": ["end", "title"], "query": "country=KE"})

    assert done.url == f"{ADDRESS}?country=KE"
    assert client.get(ADDRESS).context["shown_columns"] == ("title", "end")
    assert len(signed_in(decider).get(ADDRESS).context["shown_columns"]) == 8
    client.post(f"{ADDRESS}columns/", {})
    assert len(client.get(ADDRESS).context["shown_columns"]) == 8


def test_an_unknown_column_changes_nothing(signed_in, officer):
    response = signed_in(officer, "en").post(
        f"{ADDRESS}columns/", {"column": ["title", "colour"]}, follow=True
    )

    assert "not known" in response.content.decode()
    assert not ListHabit.objects.exists()


def test_the_list_as_it_is_shown_is_saved_under_a_name_once(signed_in, officer, two_cases):
    client = signed_in(officer, "en")
    page = client.get(f"{ADDRESS}?country=KE&sort=title&page=1&columns=title,country")
    link = f"{VIEWS}save/?query={quote('country=KE&sort=title')}&amp;columns=title%2Ccountry"
    assert link in page.content.decode()
    form = {"query": "country=KE&sort=title", "columns": "title,country", "name": "Kenya"}
    assert 'value="country=KE&amp;sort=title"' in client.get(
        link.replace("&amp;", "&")
    ).content.decode().replace("%2C", ",")

    for _click in range(2):
        response = client.post(f"{VIEWS}save/", form | {"shared": "on"})

    saved = SavedView.objects.get()
    assert response.url == f"{ADDRESS}?country=KE&sort=title&view={saved.pk}"
    assert (saved.name, saved.columns, saved.shared) == ("Kenya", ["title", "country"], True)
    shown = client.get(response.url)
    assert references(shown) == [two_cases[0].reference]
    assert shown.context["shown_columns"] == ("title", "country")


@pytest.mark.parametrize(
    "query", ["colour=red", "status=approvd", "sort=colour", "country=KE&country=GE", "x" * 1001]
)
def test_a_choice_that_is_not_understood_is_not_saved(signed_in, officer, query):
    response = signed_in(officer, "en").post(
        f"{VIEWS}save/", {"query": query, "name": "Fel"}, follow=True
    )

    assert "not understood" in response.content.decode()
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "Kenya", "a" * 61, "a\x00b", "två\nrader"])
def test_a_name_that_cannot_be_is_refused(signed_in, officer, view, name):
    response = signed_in(officer).post(f"{VIEWS}save/", {"query": "officer=none", "name": name})

    assert response.status_code == 422
    assert SavedView.objects.count() == 1


def test_a_shared_view_is_read_by_colleagues_and_changed_by_its_owner_alone(
    signed_in, officer, decider, view, two_cases
):
    colleague = signed_in(decider)
    assert colleague.get(f"{ADDRESS}?view={view.pk}").status_code == 400
    own = f"{VIEWS}{view.pk}/"
    assert signed_in(officer).post(own, {"name": "Kenya!", "shared": "on"}).status_code == 302

    assert references(colleague.get(f"{ADDRESS}?view={view.pk}", follow=True)) == [
        two_cases[0].reference
    ]
    assert "Kenya!" in colleague.get(VIEWS).content.decode()
    for address in (own, f"{own}remove/"):
        assert colleague.post(address, {"name": "Min", "sure": "yes"}).status_code == 404
    view.refresh_from_db()
    assert view.name == "Kenya!"


def test_a_view_is_removed_after_a_question_and_the_list_opens_bare_again(
    signed_in, officer, view, two_cases
):
    client = signed_in(officer)
    client.post(f"{VIEWS}open-with/", {"view": view.pk})

    asked = client.post(f"{VIEWS}{view.pk}/remove/")
    assert (asked.status_code, SavedView.objects.count()) == (200, 1)
    client.post(f"{VIEWS}{view.pk}/remove/", {"sure": "yes"})

    assert not SavedView.objects.exists()
    assert len(references(client.get(ADDRESS))) == 2


def test_the_list_opens_with_the_default_view_and_shows_all_when_asked(
    signed_in, officer, view, two_cases
):
    client = signed_in(officer)
    client.post(f"{VIEWS}open-with/", {"view": view.pk})

    assert client.get(ADDRESS).url == view.get_absolute_url()
    assert len(references(client.get(f"{ADDRESS}?view=none"))) == 2
    client.post(f"{VIEWS}open-with/", {"view": ""})
    assert client.get(ADDRESS).status_code == 200


@pytest.mark.parametrize("number", ["999", "abc", "9" * 30, "-1"])
def test_the_list_cannot_open_with_a_view_that_is_not_there(signed_in, officer, number):
    response = signed_in(officer).post(f"{VIEWS}open-with/", {"view": number})

    assert response.status_code == 404


def test_a_view_that_a_colleague_no_longer_shares_opens_nothing(
    signed_in, officer, decider, view, two_cases
):
    SavedView.objects.update(shared=True)
    client = signed_in(decider)
    client.post(f"{VIEWS}open-with/", {"view": view.pk})
    assert client.get(ADDRESS).status_code == 302

    SavedView.objects.update(shared=False)

    assert len(references(client.get(ADDRESS))) == 2


def test_views_are_icld_s_own(client, signed_in, coordinator, view):
    for address in (VIEWS, f"{VIEWS}save/", f"{VIEWS}{view.pk}/"):
        assert client.get(address).status_code == 302
        assert signed_in(coordinator).get(address).status_code == 403


def test_thirty_views_take_as_many_queries_as_one(
    signed_in, officer, decider, view, django_assert_num_queries
):
    client = signed_in(officer)
    client.get(VIEWS)
    with django_assert_num_queries(7):
        client.get(VIEWS)
    SavedView.objects.bulk_create(
        SavedView(owner=decider, name=f"Vy {number}", shared=True) for number in range(29)
    )

    with django_assert_num_queries(7):
        page = client.get(VIEWS).content.decode()

    assert page.count('scope="row"') == 25
    shown = client.get(f"{ADDRESS}?view={SavedView.objects.latest('pk').pk}")
    assert len(shown.context["views"]["links"]) == 12
