"""Who sits in a steering group: taking a seat, succeeding, leaving, correcting, warnings."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from icld_portal.problems import NotReady
from partnerships import seats, workflow
from partnerships.models import (
    Attendance,
    Country,
    Election,
    Membership,
    Role,
    SeatKind,
    SeatTerm,
    User,
)
from partnerships.workflow import Days, Sitter
from tests.applications.test_parallel import at_once
from tests.factories.parties import make_person
from tests.factories.steering import decide, held_meeting, make_group, plan_meeting, verify
from tests.partnerships.test_groups import refused, sent

pytestmark = pytest.mark.django_db

NEW_YEAR, SUMMER = date(2026, 1, 1), date(2026, 7, 1)


@pytest.fixture
def group(partnership):
    return make_group(partnership)


@pytest.fixture
def ours(group, robertsfors):
    """Robertsfors's seat for a politician of the majority."""
    return group.seats.get(party__organisation=robertsfors, kind=SeatKind.POLITICIAN_MAJORITY)


@pytest.fixture
def theirs(group, machakos):
    """Machakos's seat for a coordinator."""
    return group.seats.get(party__organisation=machakos, kind=SeatKind.COORDINATOR)


@pytest.fixture
def anna(ours, coordinator) -> SeatTerm:
    """Sits for Robertsfors without a login, since the new year, until further notice."""
    return workflow.seat_person(ours, Sitter("Test Anna"), Days(NEW_YEAR), by=coordinator)


def place(seat) -> str:
    return f"/steering-groups/{seat.group_id}/seats/{seat.pk}/person/"


def page_of(term) -> str:
    return f"/steering-groups/{term.seat.group_id}/terms/{term.pk}/"


def test_a_member_with_a_login_is_chosen_by_name(ours, coordinator, member, stranger, signed_in):
    browser = signed_in(coordinator)
    form = browser.get(place(ours)).context["form"]
    assert [number for number, _name in form.fields["user"].choices] == [
        "",
        member.pk,
        coordinator.pk,
    ]
    data = sent(browser, place(ours), user=member.pk, from_on="2026-01-01", title="Ordförande")
    assert browser.post(place(ours), data | {"user": stranger.pk}).status_code == 422
    assert browser.post(place(ours), data).status_code == 302
    term = SeatTerm.objects.get()
    assert (term.user, term.name, term.email, term.title, term.from_on, term.to_on) == (
        member,
        member.name,
        member.email,
        "Ordförande",
        NEW_YEAR,
        None,
    )


def test_who_has_no_login_is_written(ours, coordinator, signed_in):
    browser = signed_in(coordinator)
    data = sent(
        browser, place(ours), name="Test Anna", email="anna@example.org", to_on="2026-07-01"
    )
    assert browser.post(place(ours), data | {"from_on": "2026-01-01"}).status_code == 302
    term = SeatTerm.objects.get()
    assert (term.user, term.name, term.email) == (None, "Test Anna", "anna@example.org")
    assert (term.from_on, term.to_on) == (NEW_YEAR, SUMMER)


def test_the_other_party_s_members_are_not_listed_but_an_address_finds_them(
    theirs, coordinator, partner_coordinator, stranger, signed_in
):
    browser = signed_in(coordinator)
    page = browser.get(place(theirs))
    assert "user" not in page.context["form"].fields
    assert partner_coordinator.name not in page.content.decode()
    data = sent(browser, place(theirs), name="Demo", email=partner_coordinator.email.upper())
    browser.post(place(theirs), data | {"from_on": "2026-01-01", "user": stranger.pk})
    assert SeatTerm.objects.get().user == partner_coordinator


def test_an_address_of_somebody_else_s_member_gives_no_login(ours, coordinator, stranger):
    sitter = Sitter("Test", email=stranger.email)
    assert workflow.seat_person(ours, sitter, Days(NEW_YEAR), by=coordinator).user is None


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 100_000}, "name"),
        ({"email": "nobody"}, "email"),
        ({"from_on": ""}, "from_on"),
        ({"from_on": "2025-12-31"}, "from_on"),
        ({"from_on": "2026-07-01", "to_on": "2026-06-30"}, "to_on"),
        ({"to_on": "2101-01-01"}, "to_on"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(ours, coordinator, signed_in, written, field):
    browser = signed_in(coordinator)
    data = sent(browser, place(ours), name="Test Anna", from_on="2026-01-01") | written
    answer = browser.post(place(ours), data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not SeatTerm.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("2026-06-30", "", "from_on"),
        ("2026-07-01", "2026-07-31", None),
        ("2026-07-01", "2026-08-01", "to_on"),
        ("2026-07-01", "", "to_on"),
    ],
)
def test_two_never_sit_in_one_seat_on_the_same_day(
    ours, anna, coordinator, signed_in, first, last, field
):
    workflow.end_term(anna, on=date(2026, 6, 30), by=coordinator)
    workflow.seat_person(ours, Sitter("Test Cecilia"), Days(date(2026, 8, 1)), by=coordinator)
    browser = signed_in(coordinator)
    data = sent(browser, place(ours), name="Test Bo") | {"from_on": first, "to_on": last}
    data.pop("replaces", None)
    answer = browser.post(place(ours), data)
    assert answer.status_code == (422 if field else 302)
    if field:
        assert list(answer.context["form"].errors) == [field]


def test_a_successor_begins_the_day_after(ours, anna, coordinator, signed_in):
    browser = signed_in(coordinator)
    assert "Låt någon efterträda Test Anna" in browser.get(place(ours)).content.decode()
    data = sent(browser, place(ours), name="Test Bo", from_on="2026-07-01")
    assert browser.post(place(ours), data | {"replaces": anna.pk}).status_code == 302
    anna.refresh_from_db()
    new = ours.terms.get(name="Test Bo")
    assert (anna.to_on, new.from_on) == (date(2026, 6, 30), SUMMER)
    # The back button: the same page sent once more.
    answer = browser.post(place(ours), data | {"replaces": anna.pk})
    assert answer.status_code == 422
    assert ours.terms.count() == 2


def test_a_refused_successor_leaves_the_seat_as_it_was(ours, anna, coordinator, theirs):
    early = Days(NEW_YEAR)
    assert refused(workflow.replace_person, anna, Sitter("B"), early, by=coordinator) == ["from_on"]
    nameless = (workflow.replace_person, anna, Sitter(), Days(SUMMER))
    assert refused(*nameless, by=coordinator) == ["name"]
    anna.refresh_from_db()
    assert anna.to_on is None


def test_the_same_person_goes_on_after_an_election(ours, anna, coordinator, signed_in):
    browser = signed_in(coordinator)
    form = browser.get(f"{place(ours)}?again=1").context["form"]
    assert form["name"].value() == "Test Anna"


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_takes_the_seat(ours, coordinator):
    def sit(number):
        try:
            workflow.seat_person(ours, Sitter(f"Test {number}"), Days(NEW_YEAR), by=coordinator)
        except NotReady:
            return "refused"
        return "seated"

    assert sorted(at_once(8, sit)) == ["refused"] * 7 + ["seated"]
    assert SeatTerm.objects.count() == 1


def test_who_runs_no_group_seats_nobody(ours, anna, member, officer, stranger):
    for person in (member, officer, stranger):
        for deed in (
            lambda by: workflow.seat_person(ours, Sitter("x"), Days(SUMMER), by=by),
            lambda by: workflow.replace_person(anna, Sitter("x"), Days(SUMMER), by=by),
            lambda by: workflow.end_term(anna, on=SUMMER, by=by),
            lambda by: workflow.correct_term(anna, Sitter("x"), Days(SUMMER), by=by),
            lambda by: workflow.remove_term(anna, by=by),
        ):
            with pytest.raises(PermissionDenied):
                deed(person)


def test_a_term_of_another_group_is_not_found(group, anna, coordinator, partnership, signed_in):
    other = make_group(partnership, "En annan")
    browser, here = signed_in(coordinator), f"/steering-groups/{other.pk}/"
    for path in (f"terms/{anna.pk}/", f"terms/{anna.pk}/end/", f"terms/{anna.pk}/remove/"):
        assert browser.get(f"{here}{path}").status_code == 404
    assert browser.get(f"{here}seats/{anna.seat_id}/").status_code == 404
    assert browser.get(f"{here}seats/{anna.seat_id}/person/").status_code == 404


# --- Leaving and correcting -----------------------------------------------------------------


def test_a_last_day_leaves_the_seat_vacant(ours, anna, coordinator, signed_in):
    browser = signed_in(coordinator)
    here = f"{page_of(anna)}end/"
    assert browser.post(here, {"to_on": "2025-12-31"}).status_code == 422
    assert browser.post(here, {"to_on": "2026-06-30"}).status_code == 302
    assert not seats.seat_now(ours, on=date(2026, 6, 30)).is_vacant
    assert seats.seat_now(ours, on=SUMMER).is_vacant


def test_a_correction_keeps_what_stood_before(ours, anna, coordinator, signed_in):
    browser = signed_in(coordinator)
    data = sent(browser, page_of(anna), name="Test Anna Rättad", from_on="2026-02-01")
    stale = dict(data)
    assert browser.post(page_of(anna), data).status_code == 302
    assert browser.post(page_of(anna), stale).status_code == 422
    changes = seats.changes_of(ours)
    assert [(change.stood.name, change.by) for change in changes] == [
        ("Test Anna Rättad", coordinator.name),
        ("Test Anna", ""),
    ]
    page = browser.get(f"/steering-groups/{ours.group_id}/seats/{ours.pk}/").content.decode()
    assert "2026-01-01" in page
    assert "Test Anna Rättad" in page


def test_a_correction_of_the_other_party_s_seat_keeps_the_login(
    theirs, coordinator, partner_coordinator, signed_in
):
    sitter = Sitter(user=partner_coordinator)
    term = workflow.seat_person(theirs, sitter, Days(NEW_YEAR), by=partner_coordinator)
    browser = signed_in(coordinator)
    browser.post(page_of(term), sent(browser, page_of(term), title="Chair"))
    term.refresh_from_db()
    assert (term.user, term.title) == (partner_coordinator, "Chair")


def test_a_mistake_is_removed_and_the_history_tells_of_it(ours, anna, coordinator, signed_in):
    browser, here = signed_in(coordinator), f"{page_of(anna)}remove/"
    assert browser.post(here).status_code == 200
    assert SeatTerm.objects.exists()
    assert browser.post(here, {"sure": "yes"}).status_code == 302
    assert not SeatTerm.objects.exists()
    newest = seats.changes_of(ours)[0]
    assert (newest.stood.name, newest.stood.pgh_label) == ("Test Anna", "delete")


def test_who_was_at_a_meeting_sat_there_that_day(group, ours, anna, coordinator):
    meeting = plan_meeting(group)
    Attendance.objects.create(meeting=meeting, term=anna, name=anna.name)
    day = date(2026, 11, 19)
    assert refused(workflow.end_term, anna, on=day, by=coordinator) == ["to_on"]
    late = Days(date(2026, 11, 21))
    assert refused(workflow.correct_term, anna, Sitter("Test Anna"), late, by=coordinator) == [
        "from_on"
    ]
    assert refused(workflow.replace_person, anna, Sitter("B"), Days(SUMMER), by=coordinator) == [
        "from_on"
    ]
    assert refused(workflow.remove_term, anna, by=coordinator) == [""]
    workflow.end_term(anna, on=date(2026, 11, 20), by=coordinator)


def test_who_is_named_by_verified_minutes_never_becomes_another(group, ours, anna, coordinator):
    meeting = held_meeting(group)
    Attendance.objects.create(meeting=meeting, term=anna, name=anna.name)
    workflow.correct_term(anna, Sitter("Test Annna"), Days(NEW_YEAR), by=coordinator)
    decide(meeting)
    verify(meeting)
    again = Days(NEW_YEAR)
    assert refused(workflow.correct_term, anna, Sitter("B"), again, by=coordinator) == ["name"]
    with pytest.raises(DatabaseError, match="verified minutes name"), transaction.atomic():
        SeatTerm.objects.update(name="B")
    workflow.correct_term(anna, Sitter("Test Annna", title="Chair"), again, by=coordinator)


# --- Warnings -------------------------------------------------------------------------------


def warnings(group, on: date) -> list[str]:
    found = seats.problems_of(seats.seats_of(group, on=on))
    assert not any(problem.blocks for problem in found)
    return [problem.text for problem in found]


def test_a_vacant_seat_warns_and_names_no_political_side(group, anna, in_english):
    found = warnings(group, SUMMER)
    assert len(found) == 7
    assert "Vacant: politician of Robertsfors kommun." in found
    assert "Vacant: coordinator of Machakos County." in found
    assert not [text for text in found if "majority" in text or "opposition" in text]


def test_a_politician_from_before_the_election_is_marked_until_a_new_term(
    group, ours, anna, theirs, coordinator, partner_coordinator, in_english
):
    sitter = Sitter("Demo")
    workflow.seat_person(theirs, sitter, Days(NEW_YEAR), by=partner_coordinator)
    before, after = date(2026, 9, 12), date(2026, 9, 13)
    for code in ("SE", "KE"):
        Election.objects.create(
            country=Country.objects.get(code=code), held_on=after, name_sv="Val", name_en="Election"
        )
    assert not [text for text in warnings(group, before) if "election" in text]
    marked = [text for text in warnings(group, after) if "election" in text]
    assert [text.split(" (")[0] for text in marked] == ["Test Anna"]
    workflow.replace_person(anna, Sitter("Test Anna"), Days(after), by=coordinator)
    assert not [text for text in warnings(group, after) if "election" in text]


def test_who_has_left_the_organisation_is_shown_and_breaks_no_page(
    group, ours, coordinator, member, signed_in, robertsfors, in_english
):
    workflow.seat_person(ours, Sitter(user=member), Days(NEW_YEAR), by=coordinator)
    assert not [text for text in warnings(group, SUMMER) if "no longer" in text]
    Membership.objects.filter(user=member).delete()
    assert [text for text in warnings(group, SUMMER) if "no longer" in text] == [
        "Test Medlemsson is no longer in Robertsfors kommun, but still has the seat."
    ]
    browser, term = signed_in(coordinator, "en"), SeatTerm.objects.get()
    for path in ("", "seats/", f"seats/{ours.pk}/", f"terms/{term.pk}/"):
        assert browser.get(f"{group.get_absolute_url()}{path}").status_code == 200
    # Their own title is still corrected, with the login that they had.
    data = sent(browser, page_of(term), title="Chair")
    assert browser.post(page_of(term), data).status_code == 302
    assert SeatTerm.objects.get().user == member


def test_the_political_side_is_on_the_seats_page_alone(group, anna, coordinator, signed_in):
    browser, here = signed_in(coordinator), group.get_absolute_url()
    assert "opposition" in browser.get(f"{here}seats/").content.decode()
    page = browser.get(here).content.decode().lower()
    assert "opposition" not in page
    assert "majoritet" not in page


def test_handing_over_moves_no_seat_but_the_page_tells(
    group, ours, robertsfors, coordinator, member, signed_in
):
    keeper = make_person("Test Administratorsson", robertsfors, Role.ADMINISTRATOR)
    workflow.seat_person(ours, Sitter(user=member), Days(NEW_YEAR), by=coordinator)
    browser = signed_in(keeper)
    here = f"/organisations/{robertsfors.pk}/people/{member.pk}/"
    assert group.get_absolute_url() in browser.get(here).content.decode()
    removal = browser.post(f"{here}remove/").content.decode()
    assert group.get_absolute_url() in removal
    answer = browser.post(f"{here}hand-over/", {"to": coordinator.pk}, follow=True)
    assert group.name in answer.content.decode()
    assert SeatTerm.objects.get().user == member


# --- Expectations and elections ---------------------------------------------------------------


def test_what_is_expected_of_each_seat_is_said_in_both_languages(
    group, ours, coordinator, signed_in
):
    here = f"{group.get_absolute_url()}seats/"
    swedish = signed_in(coordinator).get(here).content.decode()
    english = signed_in(coordinator, "en").get(here).content.decode()
    assert "Du företräder den politiska majoriteten" in swedish
    assert "You represent the political majority" in english
    assert "You lead a department" in english


def test_icld_s_administrators_keep_elections(office_administrator, officer, signed_in):
    browser, here = signed_in(office_administrator), "/office/programme/elections/"
    kenya = Country.objects.get(code="KE")
    names = {"name_sv": "Allmänna val", "name_en": "General elections"}
    data = sent(browser, f"{here}add/", country=kenya.pk, held_on="2027-08-10", **names)
    assert browser.post(f"{here}add/", data).url == here
    election = Election.objects.get()
    assert (election.country, str(election.held_on)) == (kenya, "2027-08-10")
    answer = browser.post(f"{here}add/", data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["held_on"]
    assert browser.post(f"{here}add/", data | {"country": "9" * 30}).status_code == 422

    one = f"{here}{election.pk}/"
    stale = sent(browser, one, name_sv="Mitt")
    assert browser.post(one, sent(browser, one, held_on="2027-08-11")).status_code == 302
    assert browser.post(one, stale).status_code == 422
    assert "2027-08-11" in signed_in(officer).get(here).content.decode()
    assert browser.post(f"{one}remove/").url == here
    assert not Election.objects.exists()
    with pytest.raises(PermissionDenied):
        workflow.save_election(None, {}, by=officer)
    with pytest.raises(PermissionDenied):
        workflow.remove_election(election, by=User.objects.get(pk=officer.pk))
