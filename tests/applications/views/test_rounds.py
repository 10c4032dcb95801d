"""The rounds page: all of ICLD reads, administrators make, move and switch."""

from datetime import date

import pytest

from applications.models import GrantTypeSetting, Round

pytestmark = pytest.mark.django_db
ADDRESS = "/office/rounds/"
QUERIES = 6


@pytest.fixture
def coming() -> Round:
    return Round.objects.create(opens_on=date(2090, 2, 15), deadline_on=date(2090, 3, 15))


def test_icld_reads_and_only_administrators_see_buttons(
    signed_in, reader, office_administrator, coming
):
    assert b'method="post" action="/office/rounds/' not in signed_in(reader).get(ADDRESS).content
    response = signed_in(office_administrator).get(ADDRESS)
    assert b'action="/office/rounds/make/"' in response.content
    assert b'href="/office/rounds/2090-03-15/"' in response.content


@pytest.mark.parametrize("person", ["officer", "decider", "coordinator"])
def test_nobody_else_makes_or_moves_rounds(request, signed_in, person, coming):
    client = signed_in(request.getfixturevalue(person))

    for page in ("make/", "2090-03-15/", "open-all-year/preparation/"):
        assert client.post(ADDRESS + page, {"year": "2091"}).status_code == 403
    assert list(Round.objects.values_list("deadline_on", flat=True)) == [date(2090, 3, 15)]


def test_a_party_does_not_read_the_page(signed_in, coordinator):
    assert signed_in(coordinator).get(ADDRESS).status_code == 403


def test_one_action_makes_a_year_and_a_second_says_it_exists(signed_in, office_administrator):
    client = signed_in(office_administrator, "en")

    first = client.post(ADDRESS + "make/", {"year": "2090"}, follow=True).content.decode()
    second = client.post(ADDRESS + "make/", {"year": "2090"}, follow=True).content.decode()

    assert "2090-03-15, 2090-10-15" in first
    assert "exist already" in second
    assert Round.objects.filter(deadline_on__year=2090).count() == 2


@pytest.mark.parametrize("year", ["", "abc", "2101", "-1", "99999999999999999999", "2090.5"])
def test_what_is_no_year_is_refused_beside_the_field(signed_in, office_administrator, year):
    response = signed_in(office_administrator).post(ADDRESS + "make/", {"year": year})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"year"}
    assert not Round.objects.exists()


def test_a_round_is_moved_with_a_public_note(signed_in, office_administrator, coming):
    form = {
        "opens_on": "2090-02-20",
        "deadline_on": "2090-03-20",
        "note_sv": "Förlängd en vecka.",
        "note_en": "Prolonged by a week.",
    }
    response = signed_in(office_administrator, "en").post(
        ADDRESS + "2090-03-15/", form, follow=True
    )

    coming.refresh_from_db()
    assert (coming.opens_on, coming.deadline_on) == (date(2090, 2, 20), date(2090, 3, 20))
    assert "Prolonged by a week." in response.content.decode()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"opens_on": "2090-04-01"}, "opens_on"),
        ({"deadline_on": "2009-03-15", "opens_on": "2009-02-15"}, "deadline_on"),
        ({"deadline_on": "15/03/2090"}, "deadline_on"),
        ({"deadline_on": "0001-01-01"}, "deadline_on"),
        ({"note_sv": "x" * 301}, "note_sv"),
    ],
)
def test_a_wrong_day_is_refused_beside_its_field(
    signed_in, office_administrator, coming, form, field
):
    whole = {"opens_on": "2090-02-15", "deadline_on": "2090-03-15"} | form
    response = signed_in(office_administrator).post(ADDRESS + "2090-03-15/", whole)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    coming.refresh_from_db()
    assert (coming.opens_on, coming.deadline_on) == (date(2090, 2, 15), date(2090, 3, 15))


@pytest.mark.parametrize("deadline", ["2090-03-16", "abc", "2090-99-99"])
def test_a_round_that_does_not_exist_is_not_found(signed_in, office_administrator, deadline):
    assert signed_in(office_administrator).get(f"{ADDRESS}{deadline}/").status_code == 404


def test_a_grant_type_is_switched_open_all_year_and_back(signed_in, office_administrator):
    client = signed_in(office_administrator)
    for answer, is_open in (("yes", True), ("no", False)):
        client.post(ADDRESS + "open-all-year/preparation/", {"open_all_year": answer})
        assert GrantTypeSetting.objects.get(grant_type="preparation").open_all_year is is_open
    assert client.post(ADDRESS + "open-all-year/loan/").status_code == 404


def test_thirty_rounds_take_as_many_queries_as_one(
    signed_in, reader, coming, django_assert_num_queries
):
    client = signed_in(reader)
    client.get(ADDRESS)
    with django_assert_num_queries(QUERIES):
        client.get(ADDRESS)

    Round.objects.bulk_create(
        Round(opens_on=date(year, 2, 15), deadline_on=date(year, 3, 15))
        for year in range(2010, 2039)
    )

    with django_assert_num_queries(QUERIES):
        rows = client.get(ADDRESS).context["rounds"]
    deadlines = [row["round"].deadline_on for row in rows]
    assert (len(deadlines), deadlines) == (30, sorted(deadlines, reverse=True))
