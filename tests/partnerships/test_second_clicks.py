"""A second click on a button that takes something away: it says that it is done already."""

import pytest

from partnerships.models import Country, Election, SeatKind, SteeringGroup
from tests.factories.steering import make_group, seat_somebody

pytestmark = pytest.mark.django_db

SAID = "It has been taken away already."


def clicked_twice(browser, address: str) -> str:
    assert browser.post(address, {"sure": "yes"}).status_code == 302
    return browser.post(address, {"sure": "yes"}, follow=True).content.decode()


def test_a_term_is_removed_once(partnership, coordinator, signed_in):
    group = make_group(partnership)
    term = seat_somebody(group, partnership.parties.first(), SeatKind.COORDINATOR, "Test Fel")

    page = clicked_twice(
        signed_in(coordinator, "en"), f"/steering-groups/{group.pk}/terms/{term.pk}/remove/"
    )

    assert SAID in page


def test_a_group_is_deleted_once(partnership, coordinator, signed_in):
    group = make_group(partnership)

    page = clicked_twice(signed_in(coordinator, "en"), f"/steering-groups/{group.pk}/delete/")

    assert SAID in page
    assert not SteeringGroup.objects.exists()


def test_an_election_is_removed_once(office_administrator, signed_in):
    election = Election.objects.create(
        country=Country.objects.order_by("pk").first(),
        held_on="2026-09-13",
        name_sv="V",
        name_en="E",
    )

    page = clicked_twice(
        signed_in(office_administrator, "en"), f"/office/programme/elections/{election.pk}/remove/"
    )

    assert SAID in page
