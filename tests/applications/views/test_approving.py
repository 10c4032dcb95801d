"""The pages of approval: read, state, show the second factor for this very act."""

from time import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.urls import reverse

from applications.drafting import editing
from applications.models import Application, Approval, Status
from tests.factories import cases

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25


@pytest.fixture(autouse=True)
def fresh_throttle(db):
    cache.clear()


@pytest.fixture
def written(partnership, coordinator, partner_signatory) -> Application:
    draft = cases.empty_draft(partnership, by=coordinator)
    cases.fill(draft, by=coordinator)
    return Application.objects.get(pk=draft.pk)


@pytest.fixture
def code(signatory) -> str:
    """A one-time code of the Swedish signatory that counts now."""
    secret = generate_totp_secret()
    TOTP.activate(signatory, secret)
    return format_hotp_value(hotp_value(secret, int(time()) // 30))


def here(application: Application, name: str = "approval") -> str:
    return reverse(f"applications:{name}", args=[application.handle])


def sent(application: Application, organisation, code: str, **other) -> dict:
    facts = {
        "version": application.content_version,
        "organisation": organisation.pk,
        "statement": "Jag godkänner.",
        "code": code,
    }
    return facts | other


def test_a_signatory_reads_and_approves_with_a_code(
    written, signatory, robertsfors, code, signed_in, django_assert_max_num_queries
):
    browser = signed_in(signatory, "en")
    # A process reads the published form and guidelines once, with its first page.
    browser.get(here(written))
    with django_assert_max_num_queries(MOST_QUERIES):
        page = browser.get(here(written)).content.decode()
    assert f'name="version" value="{written.content_version}"' in page
    assert "Rent vatten i två kommuner" in page

    answer = browser.post(here(written), sent(written, robertsfors, code), follow=True)

    assert Approval.objects.get().signatory == signatory
    assert "Your approval is noted." in answer.content.decode()
    assert "has approved" in answer.content.decode()


def test_a_wrong_or_used_code_approves_nothing_and_keeps_the_statement(
    written, signatory, robertsfors, code, signed_in
):
    browser = signed_in(signatory, "en")
    wrong = browser.post(here(written), sent(written, robertsfors, "000000"))
    assert (wrong.status_code, Approval.objects.count()) == (422, 0)
    assert 'value="Jag godkänner."' in wrong.content.decode()
    empty = browser.post(here(written), sent(written, robertsfors, ""))
    assert (empty.status_code, Approval.objects.count()) == (422, 0)


def test_guessing_codes_is_throttled(written, signatory, robertsfors, code, signed_in):
    browser = signed_in(signatory, "en")
    for _guess in range(12):
        browser.post(here(written), sent(written, robertsfors, "000000"))

    browser.post(here(written), sent(written, robertsfors, code))

    assert not Approval.objects.exists()


def test_a_text_changed_since_it_was_opened_is_read_again(
    written, signatory, coordinator, robertsfors, code, signed_in
):
    facts = sent(written, robertsfors, code)
    with editing(written, by=coordinator) as draft:
        draft.title_sv = "En annan titel"
        draft.save()

    answer = signed_in(signatory, "en").post(here(written), facts, follow=True)

    assert "Read it again" in answer.content.decode()
    assert not Approval.objects.exists()


def test_a_signatory_without_second_factor_is_led_to_set_it_up(written, signatory, signed_in):
    page = signed_in(signatory, "en").get(here(written)).content.decode()

    assert 'href="/account/two-factor/"' in page
    assert 'id="approve"' not in page


def test_an_unfinished_draft_is_not_approved(
    partnership, coordinator, signatory, robertsfors, code, signed_in
):
    draft = cases.empty_draft(partnership, by=coordinator)
    browser = signed_in(signatory, "en")
    assert "Something is still missing." in browser.get(here(draft)).content.decode()

    assert browser.post(here(draft), sent(draft, robertsfors, code)).status_code == 422
    assert not Approval.objects.exists()


def test_nobody_else_approves(
    written, robertsfors, machakos, coordinator, member, signatory, stranger, officer, signed_in
):
    for person, organisation, status in (
        (coordinator, robertsfors, 403),
        (member, robertsfors, 403),
        (signatory, machakos, 403),
        (stranger, robertsfors, 404),
        (officer, robertsfors, 404),
    ):
        answer = signed_in(person).post(here(written), sent(written, organisation, "123456"))
        assert answer.status_code == status, person
    assert signed_in(stranger).get(here(written)).status_code == 404
    assert not Approval.objects.exists()


def test_the_case_page_names_who_is_awaited_and_reminds(
    written, coordinator, partner_signatory, member, stranger, signed_in
):
    browser = signed_in(coordinator, "en")
    assert partner_signatory.name in browser.get(written.get_absolute_url()).content.decode()

    answer = browser.post(here(written, "remind"), follow=True)

    assert f"A reminder is on its way to {partner_signatory.name}" in answer.content.decode()
    again = browser.post(here(written, "remind"), follow=True)
    assert "less than a day ago" in again.content.decode()
    assert signed_in(member).post(here(written, "remind")).status_code == 403
    assert signed_in(stranger).post(here(written, "remind")).status_code == 404


def test_opening_again_asks_once_and_shows_the_old_receipt_no_more(
    partnership, coordinator, stranger, officer, signed_in
):
    case = cases.submitted(partnership, by=coordinator)
    browser = signed_in(coordinator, "en")
    assert "Open it again" in browser.get(case.get_absolute_url()).content.decode()
    for person in (stranger, officer):
        signed_in(person).post(here(case, "reopen"), {"sure": "yes"})
    browser.post(here(case, "reopen"))
    assert Application.objects.get().status == Status.SUBMITTED

    page = browser.post(here(case, "reopen"), {"sure": "yes"}, follow=True).content.decode()

    assert Application.objects.get().status == Status.DRAFT
    assert case.reference in page
    assert "The application is open again." in page
