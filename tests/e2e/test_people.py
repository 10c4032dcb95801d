"""People come, take over and leave, in real browsers and without JavaScript."""

import pytest

from icld_portal.models import Letter
from partnerships.models import Membership, Role
from tests.factories.cases import empty_draft
from tests.factories.parties import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_colleague_is_invited_writes_switches_and_is_removed(
    visit, partnership, coordinator, robertsfors, vara
):
    draft = empty_draft(partnership, by=coordinator)
    administrator = make_person("Test Administratorsson", robertsfors, Role.ADMINISTRATOR)
    mine, theirs = (visit(java_script_enabled=False) for _window in range(2))
    mine.sign_in(administrator)
    page = mine.open(f"/organisations/{robertsfors.pk}/people/")
    page.locator(".page-head a.btn-primary").click()
    page.fill("input[name=email]", "ny@example.org")
    page.check("input[value=coordinator]")
    page.click("main form [type=submit]")
    assert "ny@example.org" in page.locator("main").inner_text()

    body = Letter.objects.get(kind="invitation").body
    new = theirs.open("/invitations/" + body.partition("/invitations/")[2].split()[0])
    new.fill("input[name=name]", "Ny Medarbetarsson")
    new.fill("input[name=password]", "fyra ord om vatten")
    new.fill("input[name=repeated]", "fyra ord om vatten")
    new.click("main form [type=submit]")
    new.wait_for_url("**/home/")
    assert theirs.open(draft.get_absolute_url()).locator("h1").count() == 1

    person = Membership.objects.get(user__email="ny@example.org").user
    Membership.objects.create(user=person, organisation=vara, role=Role.COORDINATOR)
    theirs.open("/home/")
    assert draft.key in new.content()
    new.select_option("#acting-organisation", label="Vara kommun")
    new.click("form.acting button")
    assert draft.key not in new.content()

    mine.open(f"/organisations/{robertsfors.pk}/people/{person.pk}/")
    page.locator("form[action$='/remove/'] button").click()
    page.locator("main form [type=submit]").click()
    assert "Ny Medarbetarsson" not in page.locator("main table").first.inner_text()
    answer = new.goto(theirs.address + draft.get_absolute_url())
    assert answer.status == 404
