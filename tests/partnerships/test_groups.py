"""A steering group: begun, changed, ended, deleted; what it follows; who reads it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from applications import workflow as case_workflow
from applications.models import Following
from icld_portal.events import events_of
from icld_portal.problems import NotReady
from partnerships import rules, workflow
from partnerships.models import Interest, Party, Role, SeatKind, SteeringGroup, User
from tests.factories import cases
from tests.factories.parties import make_partnership, make_person
from tests.factories.steering import make_group, plan_meeting, seat_somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(partnership) -> SteeringGroup:
    return make_group(partnership)


def refused(deed, *args, **facts) -> list[str]:
    with pytest.raises(NotReady) as stopped:
        deed(*args, **facts)
    return [problem.anchor for problem in stopped.value.problems]


def sent(browser, address: str, **changes) -> dict:
    """What a browser would send back from the page, with ``changes``."""
    form = browser.get(address).context["form"]
    fields = {name: form[name].value() for name in form.fields}
    kept = {name: value for name, value in fields.items() if value is not None}
    return {"seen": getattr(form, "seen", "")} | kept | changes


def test_a_group_begins_with_four_vacant_seats_for_each_party(
    partnership, partner_coordinator, signed_in
):
    here = f"/partnerships/{partnership.pk}/steering-group/"
    browser = signed_in(partner_coordinator)
    answer = browser.post(here, sent(browser, here, name="Avfall", begins_on="2027-01-01"))

    group = SteeringGroup.objects.get()
    assert answer.url == f"/steering-groups/{group.pk}/seats/"
    assert (group.name, str(group.begins_on), group.created_by) == (
        "Avfall",
        "2027-01-01",
        partner_coordinator,
    )
    for party in partnership.parties.all():
        kinds = group.seats.filter(party=party).values_list("kind", flat=True)
        assert sorted(kinds) == sorted(SeatKind.values)
    assert events_of(group).get().verb == "begin_group"


def test_two_groups_of_a_partnership_have_two_names(partnership, coordinator, signed_in):
    here = f"/partnerships/{partnership.pk}/steering-group/"
    browser = signed_in(coordinator)
    data = sent(browser, here, name="Avfall", begins_on="2027-01-01")
    browser.post(here, data)
    answer = browser.post(here, data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["name"]
    assert SteeringGroup.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("name", ""),
        ("name", "x" * 100_000),
        ("begins_on", "1999-01-01"),
        ("begins_on", "03/04/2027"),
        ("quorum_percent", "100"),
        ("quorum_percent", "-1"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    partnership, coordinator, signed_in, field, written
):
    here = f"/partnerships/{partnership.pk}/steering-group/"
    browser = signed_in(coordinator)
    data = sent(browser, here, name="Avfall", begins_on="2027-01-01") | {field: written}
    answer = browser.post(here, data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_who_writes_for_no_party_begins_none(partnership, member, officer, stranger):
    for person in (member, officer, stranger):
        with pytest.raises(PermissionDenied):
            workflow.begin_group(partnership, name="x", begins_on=date(2027, 1, 1), by=person)


def test_a_second_editor_is_told_what_stands_now(group, coordinator, signed_in):
    browser, here = signed_in(coordinator), f"/steering-groups/{group.pk}/change/"
    data = sent(browser, here, name="Mitt namn")
    workflow.change_group(
        group, name="Deras namn", begins_on=group.begins_on, quorum_percent=50, by=coordinator
    )
    answer = browser.post(here, data)
    assert answer.status_code == 422
    assert "Deras namn" in answer.content.decode()
    assert browser.post(here, sent(browser, here, name="Mitt namn")).status_code == 302
    group.refresh_from_db()
    assert group.name == "Mitt namn"


def test_a_group_does_not_begin_after_somebody_sat_there(group, partnership, coordinator):
    seat_somebody(group, partnership.parties.first(), SeatKind.COORDINATOR, "Test")
    facts = {"name": "x", "begins_on": date(2026, 1, 2), "quorum_percent": 50}
    assert refused(workflow.change_group, group, **facts, by=coordinator) == ["begins_on"]


def test_a_party_that_joins_gets_its_seats_once(
    group, partnership, poti, coordinator, signed_in, vara, machakos
):
    joined = Party.objects.create(partnership=partnership, organisation=poti, side="partner")
    browser, here = signed_in(coordinator), f"/steering-groups/{group.pk}/"
    page = browser.get(here).content.decode()
    assert "Poti har inga platser" in page
    for _time in "12":
        browser.post(f"{here}seats/of/{joined.pk}/add/")
    assert group.seats.filter(party=joined).count() == 4
    assert "Poti har inga platser" not in browser.get(here).content.decode()
    elsewhere = make_partnership(vara, machakos).parties.first()
    assert browser.post(f"{here}seats/of/{elsewhere.pk}/add/").status_code == 404
    with pytest.raises(PermissionDenied):
        workflow.add_seats(group, elsewhere, by=coordinator)


def test_terms_end_with_the_group_and_it_can_go_on(group, partnership, coordinator, signed_in):
    term = seat_somebody(group, partnership.parties.first(), SeatKind.COORDINATOR, "Test")
    browser, here = signed_in(coordinator), f"/steering-groups/{group.pk}/"
    assert browser.get(f"{here}end/").status_code == 200
    browser.post(f"{here}end/", {"ended_on": "2026-06-30"})
    group.refresh_from_db()
    term.refresh_from_db()
    assert (str(group.ended_on), str(term.to_on)) == ("2026-06-30", "2026-06-30")
    assert not browser.get(here).context["problems"]
    browser.post(f"{here}open-again/")
    group.refresh_from_db()
    assert group.ended_on is None
    assert len(browser.get(here).context["problems"]) == 8


def test_a_group_does_not_end_before_what_is_planned(group, partnership, coordinator):
    plan_meeting(group)
    seat = group.seats.first()
    seat.terms.create(name="Senare", from_on=date(2026, 12, 1))
    day = date(2026, 11, 19)
    assert refused(workflow.end_group, group, on=day, by=coordinator) == ["ended_on", "ended_on"]
    assert refused(workflow.end_group, group, on=date(2025, 12, 31), by=coordinator) == ["ended_on"]
    workflow.end_group(group, on=date(2026, 12, 1), by=coordinator)


def test_a_group_begun_by_mistake_is_deleted(group, partnership, coordinator, signed_in):
    seat_somebody(group, partnership.parties.first(), SeatKind.COORDINATOR, "Test")
    browser, here = signed_in(coordinator), f"/steering-groups/{group.pk}/delete/"
    assert browser.post(here).status_code == 200
    assert SteeringGroup.objects.exists()
    assert browser.post(here, {"sure": "yes"}).url == partnership.get_absolute_url()
    assert not SteeringGroup.objects.exists()
    assert browser.get(here).status_code == 404


def test_a_group_with_meetings_or_cases_is_not_deleted(group, partnership, coordinator, signed_in):
    draft = cases.empty_draft(partnership, by=coordinator)
    Following.objects.create(group=group, application=draft)
    browser, here = signed_in(coordinator), f"/steering-groups/{group.pk}/delete/"
    assert browser.post(here, {"sure": "yes"}).status_code == 422
    Following.objects.all().delete()
    plan_meeting(group)
    answer = browser.post(here, {"sure": "yes"})
    assert answer.status_code == 422
    assert "Avsluta styrgruppen i stället" in answer.content.decode()
    with pytest.raises(ProtectedError):
        group.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        delete_by_sql()
    assert SteeringGroup.objects.get() == group


def delete_by_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM partnerships_seat")
        cursor.execute("DELETE FROM partnerships_steeringgroup")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# --- What it follows ----------------------------------------------------------------------


def test_a_group_follows_several_cases_of_its_partnership(
    group, partnership, coordinator, signed_in
):
    kinds = ("project", "development", "dissemination")
    first, second, left = (
        cases.empty_draft(partnership, by=coordinator, grant_type=kind) for kind in kinds
    )
    browser, here = signed_in(coordinator), f"/steering-groups/{group.pk}/cases/"
    browser.post(here, sent(browser, here) | {"cases": [first.pk, second.pk]})
    assert set(group.followings.values_list("application", flat=True)) == {first.pk, second.pk}
    stale = sent(browser, here)
    browser.post(here, sent(browser, here) | {"cases": [second.pk]})
    assert group.followings.get().application == second
    assert browser.post(here, stale | {"cases": [left.pk]}).status_code == 422
    assert first.get_absolute_url() not in browser.get(group.get_absolute_url()).content.decode()
    assert events_of(group).filter(verb="follow").count() == 2


def test_what_is_over_or_another_s_is_not_followed(
    group, partnership, coordinator, decider, vara, machakos, stranger, signed_in
):
    over = cases.approved(partnership, by=coordinator, decider=decider)
    withdrawn = cases.submitted(partnership, by=coordinator, grant_type="development")
    case_workflow.withdraw(withdrawn, by=coordinator)
    goes_on = cases.empty_draft(partnership, by=coordinator, grant_type="dissemination")
    foreign = cases.empty_draft(make_partnership(vara, machakos), by=stranger)
    assert set(case_workflow.followable(group, coordinator)) == {over, goes_on}
    with time_machine.travel(over.end_on + timedelta(days=2)):
        assert list(case_workflow.followable(group, coordinator)) == [goes_on]
        for case in (withdrawn, over, foreign):
            with pytest.raises(PermissionDenied):
                case_workflow.follow(group, [case.pk], by=coordinator)
    browser, here = signed_in(coordinator), f"/steering-groups/{group.pk}/cases/"
    answer = browser.post(here, sent(browser, here) | {"cases": [foreign.pk]})
    assert answer.status_code == 422
    assert not Following.objects.exists()


def test_icld_reads_of_what_is_followed_only_what_is_handed_in(
    group, partnership, coordinator, officer, signed_in
):
    draft = cases.empty_draft(partnership, by=coordinator, grant_type="development")
    case = cases.submitted(partnership, by=coordinator)
    case_workflow.follow(group, [draft.pk, case.pk], by=coordinator)
    page = signed_in(officer).get(group.get_absolute_url()).content.decode()
    assert case.get_absolute_url() in page
    assert draft.get_absolute_url() not in page


def declare_conflict(case, user) -> None:
    Interest.objects.create(
        case_reference=case.reference, user=user, has_conflict=True, reason="Kusin."
    )


# --- Who reads it -------------------------------------------------------------------------


def test_reading_one_and_reading_the_list_agree_for_everybody(
    group, partnership, coordinator, officer, vara, machakos, poti, robertsfors, icld, outsider
):
    others = make_group(make_partnership(vara, poti), "Andras")
    shared = make_group(make_partnership(vara, machakos), "Delad")
    case = cases.submitted(partnership, by=coordinator)
    case_workflow.follow(group, [case.pk], by=coordinator)
    people = [
        make_person(f"Test {role}", organisation, role)
        for organisation in (robertsfors, machakos, vara, poti)
        for role in (Role.ADMINISTRATOR, Role.STEERING, Role.MEMBER, Role.SIGNATORY)
    ]
    people += [make_person(f"ICLD {role}", icld, role) for role in Role if "office" in role]
    partial = make_person("Test Jävig", icld, Role.OFFICER)
    Interest.objects.create(
        case_reference=case.reference, user=partial, has_conflict=True, reason="Kusin."
    )
    nobody = make_person("Test Borttagen", robertsfors)
    seen = {}
    for person in [*people, coordinator, officer, outsider, partial, nobody]:
        person = User.objects.get(pk=person.pk)
        listed = set(SteeringGroup.objects.all().visible_to(person))
        alone = {one for one in SteeringGroup.objects.all() if rules.may_view_group(person, one)}
        assert listed == alone, person.name
        seen[person.name] = {one.name for one in listed}
    assert seen["Test Jävig"] == {others.name, shared.name}
    assert seen["Test Utifrånsson"] == seen["Test Borttagen"] == set()
    assert seen["Test Samordnarsson"] == {group.name}
    assert seen["Test Handläggarsson"] == {group.name, others.name, shared.name}


def test_a_conflict_of_interest_hides_the_group_and_its_seats(
    group, partnership, coordinator, officer, signed_in
):
    case = cases.submitted(partnership, by=coordinator)
    case_workflow.follow(group, [case.pk], by=coordinator)
    browser, here = signed_in(officer), group.get_absolute_url()
    assert browser.get(here).status_code == 200
    Interest.objects.create(
        case_reference=case.reference, user=officer, has_conflict=True, reason="Kusin."
    )
    seat = group.seats.first()
    for path in ("", "seats/", f"seats/{seat.pk}/"):
        assert browser.get(f"{here}{path}").status_code == 404
    page = browser.get(partnership.get_absolute_url()).content.decode()
    assert group.name not in page


def test_a_group_page_asks_for_no_more_with_many_rows(
    group, partnership, coordinator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(coordinator)
    paths = ("", "seats/", f"seats/{group.seats.first().pk}/", "cases/")
    counts = []
    for rows, kinds in ((1, ["project"]), (30, ["development", "dissemination"])):
        for kind in kinds:
            case = cases.empty_draft(partnership, by=coordinator, grant_type=kind)
            Following.objects.create(group=group, application=case)
        for number in range(rows):
            day = date(2026, 1, 1) + timedelta(days=2 * number + 100 * rows)
            group.seats.first().terms.create(name=f"Test {number}", from_on=day, to_on=day)
        for seat in group.seats.filter(terms=None)[:rows]:
            seat.terms.create(name="Test", from_on=date(2026, 1, 1), to_on=date(2026, 2, rows % 28))
        for path in paths:
            browser.get(f"/steering-groups/{group.pk}/{path}")  # The first one asks for more.
            with django_assert_max_num_queries(25) as asked:
                assert browser.get(f"/steering-groups/{group.pk}/{path}").status_code == 200
            counts.append((path, len(asked)))
    assert counts[: len(paths)] == counts[len(paths) :]


def test_a_group_does_not_begin_after_it_has_met(group, coordinator):
    meeting = plan_meeting(group)
    day = meeting.starts_at.date()
    facts = {"name": group.name, "quorum_percent": 50, "by": coordinator}

    with pytest.raises(NotReady):
        workflow.change_group(group, begins_on=day + timedelta(days=1), **facts)

    assert workflow.change_group(group, begins_on=day, **facts).begins_on == day
