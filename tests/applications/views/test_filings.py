"""Each party's own registry number and decision: at any time, by its own writers."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from applications.filings import save_filing
from applications.models import Application, PartyFiling
from icld_portal.models import Event
from partnerships.models import Role
from tests.factories import cases
from tests.factories.parties import make_person

pytestmark = pytest.mark.django_db
FACTS = {
    "registry_number": "KS 2027/112",
    "decision_body": "kommunstyrelsen",
    "decided_on": "2027-02-09",
    "decision_paragraph": "§ 34",
}
EMPTY = {
    "registry_number": "",
    "decision_body": "",
    "decided_on": None,
    "decision_paragraph": "",
}


def place(case, organisation) -> str:
    return f"/applications/{case.handle}/filing/{organisation.pk}/"


def test_a_party_writes_its_own_and_everybody_of_the_case_reads_it(
    partnership, coordinator, partner_coordinator, robertsfors, signed_in
):
    draft = cases.empty_draft(partnership, by=coordinator)
    browser = signed_in(coordinator)
    page = browser.get(draft.get_absolute_url()).content.decode()
    assert place(draft, robertsfors) in page

    answer = browser.post(place(draft, robertsfors), FACTS)

    assert answer.url == draft.get_absolute_url()
    filing = PartyFiling.objects.get()
    assert (filing.registry_number, filing.decided_on) == ("KS 2027/112", date(2027, 2, 9))
    for person in (coordinator, partner_coordinator):
        for there in (draft.get_absolute_url(), f"{draft.get_absolute_url()}read/"):
            text = signed_in(person).get(there).content.decode()
            assert "KS 2027/112" in text
            assert "kommunstyrelsen 2027-02-09 § 34" in text
    assert 'value="KS 2027/112"' in browser.get(place(draft, robertsfors)).content.decode()


def test_it_is_written_after_submission_too_and_changes_nothing_else(
    partnership, coordinator, partner_coordinator, officer, robertsfors, machakos, signed_in
):
    case = cases.submitted(partnership, by=coordinator)
    assert signed_in(coordinator).post(place(case, robertsfors), FACTS).status_code == 302
    abroad = FACTS | {"registry_number": "MKS/7"}
    assert signed_in(partner_coordinator).post(place(case, machakos), abroad).status_code == 302
    for there in (case.get_absolute_url(), f"{case.get_absolute_url()}read/"):
        text = signed_in(officer).get(there).content.decode()
        assert "KS 2027/112" in text
        assert "MKS/7" in text
    fresh = Application.objects.get(pk=case.pk)
    assert (fresh.content_sha256, fresh.content_version, fresh.status) == (
        case.content_sha256,
        case.content_version,
        case.status,
    )


def test_saving_again_changes_the_same_row(partnership, coordinator, robertsfors, signed_in):
    draft = cases.empty_draft(partnership, by=coordinator)
    browser = signed_in(coordinator)
    browser.post(place(draft, robertsfors), FACTS)
    browser.post(place(draft, robertsfors), {"registry_number": "KS 2027/113"})
    filing = PartyFiling.objects.get()
    assert (filing.registry_number, filing.decision_body, filing.decided_on) == (
        "KS 2027/113",
        "",
        None,
    )
    assert Event.objects.filter(verb="save_filing").count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"decided_on": "09/02/2027"},
        {"decided_on": "0001-01-01"},
        {"registry_number": "a\x00b"},
        {"registry_number": "x" * 61},
        {"decision_body": "två\nrader"},
    ],
)
def test_what_cannot_be_kept_is_refused(partnership, coordinator, robertsfors, signed_in, wrong):
    draft = cases.empty_draft(partnership, by=coordinator)
    answer = signed_in(coordinator).post(place(draft, robertsfors), FACTS | wrong)
    assert answer.status_code == 422
    assert not PartyFiling.objects.exists()


def test_nobody_writes_for_another_party(
    partnership,
    coordinator,
    partner_coordinator,
    member,
    stranger,
    officer,
    robertsfors,
    vara,
    signed_in,
):
    case = cases.submitted(partnership, by=coordinator)
    for person, status in (
        (partner_coordinator, 403),
        (member, 403),
        (officer, 403),
        (stranger, 404),
    ):
        browser = signed_in(person)
        assert browser.get(place(case, robertsfors)).status_code == status
        assert browser.post(place(case, robertsfors), FACTS).status_code == status
        with pytest.raises(PermissionDenied):
            save_filing(case, robertsfors, EMPTY, by=person)
    assert signed_in(coordinator).post(place(case, vara), FACTS).status_code == 404
    assert not PartyFiling.objects.exists()


def test_icld_sees_no_filing_of_a_draft(partnership, coordinator, officer, robertsfors, signed_in):
    draft = cases.empty_draft(partnership, by=coordinator)
    save_filing(draft, robertsfors, EMPTY, by=coordinator)
    assert signed_in(officer).get(place(draft, robertsfors)).status_code == 404


def test_a_project_manager_abroad_files_too(partnership, coordinator, machakos):
    manager = make_person("Demo Manager", machakos, Role.PROJECT_MANAGER)
    draft = cases.empty_draft(partnership, by=coordinator)
    assert save_filing(draft, machakos, EMPTY, by=manager).updated_by == manager
