"""The register of organisations and the partnerships."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import Application
from icld_portal.problems import NotReady
from partnerships import rules
from partnerships.models import Country, Organisation, Partnership, Role
from partnerships.workflow import found_partnership
from tests.factories.cases import empty_draft
from tests.factories.parties import make_partnership, make_person

pytestmark = pytest.mark.django_db
REGISTER = "/organisations/"


def names(page) -> list[str]:
    return [organisation.name for organisation in page.context["page_obj"]]


def test_the_register_is_found_by_name_and_country(coordinator, machakos, poti, signed_in):
    browser = signed_in(coordinator)
    assert names(browser.get(REGISTER, {"text": "robertsf"})) == ["Robertsfors kommun"]
    assert names(browser.get(REGISTER, {"country": "KE"})) == ["Machakos County"]
    assert names(browser.get(REGISTER, {"text": "georgien"})) == ["Poti"]


@pytest.mark.parametrize(
    "query", [{"country": "XX"}, {"kind": "nonsense"}, {"text": "x" * 101}, {"text": "a\x00b"}]
)
def test_a_filter_that_is_not_understood_shows_no_rows_and_says_so(coordinator, signed_in, query):
    page = signed_in(coordinator, "en").get(REGISTER, query)
    assert (page.status_code, names(page)) == (400, [])
    assert "Something needs to be changed" in page.content.decode()


@pytest.mark.parametrize("page", ["0", "99999999999999999999", "abc"])
def test_a_page_that_does_not_exist_is_refused(coordinator, signed_in, page):
    assert signed_in(coordinator).get(REGISTER, {"page": page}).status_code == 404


def test_the_register_keeps_swedish_order_and_a_constant_number_of_queries(
    coordinator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(coordinator)
    found = names(browser.get(REGISTER, {"text": "kommun", "page": "11"}))
    assert found
    last = names(browser.get(REGISTER, {"text": "ö"}))
    assert last == [*(n for n in last if n[0] not in "ÅÄÖ"), *(n for n in last if n[0] in "ÅÄÖ")]
    with django_assert_max_num_queries(12):
        browser.get(REGISTER)


def test_names_of_people_are_for_their_own_organisation_and_icld(
    robertsfors, coordinator, stranger, officer, signed_in
):
    there = reverse("partnerships:organisation", args=[robertsfors.pk])
    for person, sees in ((coordinator, True), (officer, True), (stranger, False)):
        page = signed_in(person).get(there).content.decode()
        assert (coordinator.email in page) is sees, person


def test_a_partnership_is_seen_by_its_parties_and_icld_only(
    partnership, coordinator, partner_coordinator, stranger, officer, signed_in
):
    there = partnership.get_absolute_url()
    for person, status in (
        (coordinator, 200),
        (partner_coordinator, 200),
        (officer, 200),
        (stranger, 404),
    ):
        assert signed_in(person).get(there).status_code == status
        sees = Partnership.objects.visible_to(person).filter(pk=partnership.pk).exists()
        assert rules.may_view_partnership(person, partnership) is sees is (status == 200)


def test_icld_does_not_see_drafts_on_a_partnerships_page(
    partnership, coordinator, officer, signed_in
):
    draft = empty_draft(partnership, by=coordinator)
    there = partnership.get_absolute_url()
    assert draft.key in signed_in(coordinator).get(there).content.decode()
    assert draft.key not in signed_in(officer).get(there).content.decode()


def sent(robertsfors, *partners, **facts):
    form = {"name": "Robertsfors–Machakos", "swedish": robertsfors.pk, "action": "found"}
    return form | {"partners": [partner.pk for partner in partners]} | facts


def test_a_partnership_is_begun(robertsfors, machakos, poti, coordinator, signed_in):
    answer = signed_in(coordinator).post(
        "/partnerships/new/", sent(robertsfors, machakos, poti, since_year="2006")
    )
    made = Partnership.objects.get()
    assert answer.url == made.get_absolute_url()
    parties = [(p.organisation.name, p.side, p.is_grantee) for p in made.parties.all()]
    assert parties[0] == ("Robertsfors kommun", "swedish", True)
    assert set(parties[1:]) == {
        ("Machakos County", "partner", False),
        ("Poti", "partner", False),
    }
    assert made.since_year == 2006


def test_a_partnership_sent_twice_is_begun_once(
    robertsfors, machakos, poti, coordinator, signed_in
):
    browser = signed_in(coordinator)
    first, again = (
        browser.post("/partnerships/new/", sent(robertsfors, machakos, poti)).url
        for _time in range(2)
    )
    wider = browser.post("/partnerships/new/", sent(robertsfors, machakos)).url

    assert first == again
    assert wider != first
    assert Partnership.objects.count() == 2


def test_searching_keeps_what_was_typed_and_ticked(
    robertsfors, machakos, poti, coordinator, signed_in
):
    page = signed_in(coordinator, "en").post(
        "/partnerships/new/", sent(robertsfors, machakos, action="search", search="Poti")
    )
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="Robertsfors–Machakos"' in text
    assert page.context["form"].fields["partners"].choices == [
        (machakos.pk, "Machakos County (Kenya)"),
        (poti.pk, "Poti (Georgia)"),
    ]
    assert not Partnership.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a\x00b"},
        {"partners": []},
        {"partners": ["x"]},
        {"partners": ["9" * 30]},
        {"since_year": "1200"},
        {"since_year": "2999"},
        {"since_year": "förra året"},
    ],
)
def test_wrong_facts_are_refused_with_what_was_typed(
    robertsfors, machakos, coordinator, signed_in, wrong
):
    page = signed_in(coordinator).post("/partnerships/new/", sent(robertsfors, machakos, **wrong))
    assert page.status_code == 422
    assert not Partnership.objects.exists()


def test_another_swedish_organisation_cannot_be_named(
    robertsfors, vara, machakos, coordinator, signed_in
):
    page = signed_in(coordinator).post("/partnerships/new/", sent(vara, machakos))
    assert page.status_code == 422
    with pytest.raises(PermissionDenied):
        found_partnership("Vara", swedish=vara, partners=[machakos], by=coordinator)


def test_some_partner_must_be_in_an_open_country(robertsfors, machakos, poti, coordinator):
    Country.objects.filter(code="KE").update(is_open=False)
    closed = Organisation.objects.select_related("country", "kind").get(pk=machakos.pk)
    with pytest.raises(NotReady) as refused:
        found_partnership("Ett", swedish=robertsfors, partners=[closed], by=coordinator)
    assert [problem.anchor for problem in refused.value.problems] == ["partners"]
    found_partnership("Två", swedish=robertsfors, partners=[closed, poti], by=coordinator)


def test_readers_and_partners_cannot_begin_a_partnership(member, partner_coordinator, signed_in):
    for person in (member, partner_coordinator):
        assert signed_in(person).get("/partnerships/new/").status_code == 403


def test_lists_of_partnerships_ask_a_constant_number_of_questions(
    robertsfors, machakos, coordinator, signed_in, django_assert_max_num_queries
):
    for _number in range(30):
        make_partnership(robertsfors, machakos)
    browser = signed_in(coordinator)
    with django_assert_max_num_queries(10):
        page = browser.get("/partnerships/")
    assert len(page.context["page_obj"].object_list) == 25


def test_thirty_partnerships_cost_an_organisations_page_no_more_than_one(
    robertsfors, machakos, coordinator, signed_in, django_assert_num_queries
):
    browser = signed_in(coordinator)
    there = reverse("partnerships:organisation", args=[robertsfors.pk])
    make_partnership(robertsfors, machakos)
    with CaptureQueriesContext(connection) as few:
        browser.get(there)
    for number in range(29):
        make_partnership(robertsfors, machakos)
        make_person(f"Test Person {number}", robertsfors, Role.MEMBER)

    with django_assert_num_queries(len(few)):
        page = browser.get(there)

    assert len(page.context["partnerships"]) == 30
    assert len(page.context["members"]) == 30


def test_thirty_cases_cost_a_partnerships_page_no_more_than_one(
    partnership, coordinator, signed_in, django_assert_num_queries
):
    browser = signed_in(coordinator)
    empty_draft(partnership, by=coordinator)
    with CaptureQueriesContext(connection) as few:
        browser.get(partnership.get_absolute_url())
    # A partnership has one draft of a kind in a round; thirty are more than any will have.
    for _number in range(29):
        empty_draft(partnership, by=coordinator)
    Application.objects.update(partnership=partnership)

    with django_assert_num_queries(len(few)):
        page = browser.get(partnership.get_absolute_url())

    assert page.content.decode().count("/applications/") >= 30


def test_the_page_of_a_partnership_asks_few_questions_whoever_is_missing(
    robertsfors, machakos, poti, coordinator, signed_in, django_assert_max_num_queries
):
    many = make_partnership(robertsfors, machakos, poti)
    browser = signed_in(coordinator)
    with django_assert_max_num_queries(16):
        page = browser.get(many.get_absolute_url())
    assert page.context["invitable"] == {machakos.pk, poti.pk}


def queries_of(browser, address: str, rows: int) -> int:
    """Open a list, see that it has so many rows on its page, and count its queries."""
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(address)
    assert len(page.context["page_obj"]) == rows
    return len(asked)


def test_the_register_asks_as_often_for_one_row_as_for_a_full_page(coordinator, signed_in):
    browser = signed_in(coordinator)
    browser.get(REGISTER)
    full = len(browser.get(REGISTER).context["page_obj"])
    assert full >= 25

    assert queries_of(browser, f"{REGISTER}?text=robertsf", 1) == queries_of(
        browser, REGISTER, full
    )


def test_the_partnerships_ask_as_often_for_one_row_as_for_thirty(
    robertsfors, poti, coordinator, signed_in
):
    browser = signed_in(coordinator)
    make_partnership(robertsfors, poti)
    browser.get("/partnerships/")
    for_one = queries_of(browser, "/partnerships/", 1)
    for _number in range(29):
        make_partnership(robertsfors, poti)
    full = len(browser.get("/partnerships/").context["page_obj"])
    assert full >= 25

    assert queries_of(browser, "/partnerships/", full) == for_one
