"""The programme's closed lists: written by administrators, closed and never deleted."""

import pytest
from django.core.exceptions import PermissionDenied

from applications.forms.areas import AreasForm
from applications.models import CooperationArea, CoreArea, Goal
from applications.workflow import lists
from icld_portal.events import events_of
from icld_portal.problems import NotReady
from partnerships.models import Country, OrganisationKind
from tests.factories import cases

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def address(name: str, entry: str = "") -> str:
    return f"/office/programme/lists/{name}/" + (f"{entry}/" if entry else "")


def sent_of(browser, page: str) -> dict[str, str]:
    form = browser.get(page).context["form"]
    values = {field.html_name: field.value() for field in form}
    return {"seen": form.seen} | {
        name: "on" if value is True else str(value)
        for name, value in values.items()
        if value is not None and value is not False
    }


def test_a_country_is_closed_and_a_new_one_is_opened(office_administrator, signed_in):
    browser = signed_in(office_administrator, "en")
    kenya = address("countries", "KE")
    sent = sent_of(browser, kenya)
    del sent["is_open"]
    assert browser.post(kenya, sent).url == address("countries")
    assert not Country.objects.get(code="KE").is_open

    add = address("countries", "add")
    new = sent_of(browser, add) | {
        "code": "MW",
        "name_sv": "Malawi",
        "name_en": "Malawi",
        "region": "africa_asia",
        "time_zone": "Africa/Blantyre",
        "is_open": "on",
    }
    assert browser.post(add, new).url == address("countries")

    made = Country.objects.get(code="MW")
    assert (made.is_open, made.region, made.time_zone) == (True, "africa_asia", "Africa/Blantyre")
    (event,) = events_of(made)
    assert (event.verb, event.actor_id) == ("edit_list", office_administrator.pk)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "KE", "name_sv": "Nytt", "name_en": "New"},
        {"code": "ke"},
        {"name_sv": "kenya"},
        {"time_zone": "Africa/Nowhere"},
        {"region": "mars"},
        {"name_en": "x" * 100_000},
        {"seen": ""},
    ],
)
def test_what_cannot_be_kept_is_told(wrong, office_administrator, signed_in):
    browser = signed_in(office_administrator, "en")
    add = address("countries", "add")
    right = {"code": "MW", "name_sv": "Malawi", "name_en": "Malawi"}
    right |= {"region": "africa_asia", "time_zone": "Africa/Blantyre"}
    before = Country.objects.count()

    assert browser.post(add, sent_of(browser, add) | right | wrong).status_code == 422
    assert Country.objects.count() == before


def test_an_area_is_added_last_and_a_kind_gets_a_code_of_its_name(office_administrator):
    of = lists.LISTS["cooperation-areas"]
    facts = {"name_sv": "Försörjning", "name_en": "Water and food", "is_current": True}
    area = lists.save_entry(of, None, facts, by=office_administrator)
    names = {"name_sv": "by", "name_en": "Village", "side": "partner", "may_apply": True}
    kind = lists.save_entry(lists.LISTS["kinds"], None, names, by=office_administrator)

    assert CooperationArea.objects.last() == area
    assert (area.code, kind.code) == ("water-and-fo", "village")
    with pytest.raises(NotReady):  # A double click makes no twin.
        lists.save_entry(of, None, facts, by=office_administrator)


def test_goals_have_names_and_nothing_else(office_administrator, signed_in):
    browser = signed_in(office_administrator)

    assert set(browser.get(address("goals", "6")).context["form"].fields) == {"name_sv", "name_en"}
    assert browser.get(address("goals", "add")).status_code == 404
    names = {"name_sv": "x", "name_en": "x"}
    with pytest.raises(PermissionDenied):
        lists.save_entry(lists.LISTS["goals"], None, names, by=office_administrator)
    assert Goal.objects.count() == 17


def test_the_side_of_a_kind_stays(office_administrator, signed_in):
    browser = signed_in(office_administrator)
    page = address("kinds", "municipality")

    browser.post(page, sent_of(browser, page) | {"side": "partner", "name_en": "Municipality"})

    kind = OrganisationKind.objects.get(code="municipality")
    assert (kind.side, kind.name_en) == ("swedish", "Municipality")


def test_a_draft_keeps_an_area_that_was_closed_afterwards(partnership, coordinator):
    draft = cases.written_draft(partnership, by=coordinator)
    chosen = draft.core_areas.get()
    other = CoreArea.objects.exclude(pk=chosen.pk).first()
    CoreArea.objects.filter(pk__in=[chosen.pk, other.pk]).update(is_current=False)
    draft = type(draft).objects.get(pk=draft.pk)

    offered = AreasForm(application=draft).fields["core_areas"].queryset

    assert chosen in offered
    assert other not in offered


@pytest.mark.parametrize("who", ["officer", "reader"])
def test_others_at_icld_look_and_do_not_touch(who, request, signed_in):
    person = request.getfixturevalue(who)
    browser = signed_in(person)
    for name in lists.LISTS:
        assert browser.get(address(name)).status_code == 200
    for closed in (address("countries", "KE"), address("countries", "add")):
        assert browser.get(closed).status_code == 403
        assert browser.post(closed).status_code == 403
    with pytest.raises(PermissionDenied):
        lists.save_entry(lists.LISTS["core-areas"], None, {}, by=person)


def test_parties_and_wrong_addresses(coordinator, office_administrator, signed_in):
    assert signed_in(coordinator).get(address("countries")).status_code == 403
    browser = signed_in(office_administrator)
    for wrong in (address("nothing"), address("countries", "QQ"), address("countries") + "?page=9"):
        assert browser.get(wrong).status_code == 404


def test_the_lists_ask_as_often_for_thirty_rows_as_for_one(
    office_administrator, signed_in, django_assert_max_num_queries
):
    browser = signed_in(office_administrator)
    for name in ("core-areas", "countries"):
        with django_assert_max_num_queries(8):
            browser.get(address(name))
