"""The pages of the agreement: prepare, read, sign with a code, send copies, cancel."""

from time import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from applications import workflow
from applications.models import (
    Agreement,
    AgreementSignature,
    AgreementStatus,
    Application,
    SignedCopy,
)
from icld_portal.models import FileScan, ScanState
from tests.factories import cases

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25


@pytest.fixture(autouse=True)
def fresh_throttle(db):
    cache.clear()


@pytest.fixture
def approved(partnership, coordinator, decider, signatory, partner_signatory) -> Application:
    return cases.approved(partnership, by=coordinator, decider=decider)


@pytest.fixture
def made(approved, officer) -> Agreement:
    return cases.agreement(approved, by=officer)


def code_of(person) -> str:
    """A one-time code of ``person`` that counts now."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return format_hotp_value(hotp_value(secret, int(time()) // 30))


def here(case: Application, name: str = "agreement", *more) -> str:
    return reverse(f"applications:{name}", args=[case.handle, *more])


def sent(made: Agreement, organisation, code: str, **other) -> dict:
    facts = {
        "sha256": made.content_sha256,
        "organisation": organisation.pk,
        "statement": "Jag undertecknar.",
        "code": code,
    }
    return facts | other


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("kopia.pdf", b"%PDF-1.7 signed by hand %%EOF")


def test_an_officer_makes_the_agreement_from_the_case_page(approved, officer, signed_in):
    browser = signed_in(officer, "en")
    page = browser.get(approved.get_absolute_url()).content.decode()
    assert here(approved, "prepare_agreement") in page
    form = browser.get(here(approved, "prepare_agreement")).content.decode()
    assert 'value="2028-08-29"' in form

    facts = {"year-1": "2028-09-15", "final_on": "2028-12-01"}
    answer = browser.post(here(approved, "prepare_agreement"), facts, follow=True)

    made = Agreement.objects.get()
    assert (made.content["years"][0]["report_on"], made.content["final_on"]) == tuple(
        facts.values()
    )
    assert "The agreement is made." in answer.content.decode()
    again = browser.get(here(approved, "prepare_agreement"))
    assert again.url == here(approved)


def test_a_report_before_its_year_has_ended_is_refused_beside_the_field(
    approved, officer, signed_in
):
    facts = {"year-1": "2028-06-30", "final_on": "2028-12-01"}
    answer = signed_in(officer, "en").post(here(approved, "prepare_agreement"), facts)

    assert answer.status_code == 422
    assert 'href="#id_year-1"' in answer.content.decode()
    assert not Agreement.objects.exists()


def test_a_signatory_reads_and_signs_with_a_code(
    made, approved, signatory, robertsfors, signed_in, django_assert_max_num_queries
):
    code = code_of(signatory)
    browser = signed_in(signatory, "en")
    case_page = browser.get(approved.get_absolute_url()).content.decode()
    assert "Sign the agreement" in case_page
    with django_assert_max_num_queries(MOST_QUERIES):
        page = browser.get(here(approved)).content.decode()
    assert f'value="{made.content_sha256}"' in page
    assert "Avtal om bidrag för" in page

    answer = browser.post(here(approved), sent(made, robertsfors, code), follow=True)

    signature = AgreementSignature.objects.get()
    assert (signature.signatory, signature.statement) == (signatory, "Jag undertecknar.")
    shown = answer.content.decode()
    assert "Your signature is noted." in shown
    assert 'id="sign"' not in shown


def test_a_wrong_or_missing_code_or_statement_signs_nothing(
    made, approved, signatory, robertsfors, signed_in
):
    code = code_of(signatory)
    browser = signed_in(signatory, "en")
    for facts in (
        sent(made, robertsfors, "000000"),
        sent(made, robertsfors, ""),
        sent(made, robertsfors, code, statement=""),
        sent(made, robertsfors, code, statement="x" * 100_000),
    ):
        assert browser.post(here(approved), facts).status_code == 422
    assert not AgreementSignature.objects.exists()


def test_the_other_party_s_or_icld_s_side_is_refused(
    made, approved, signatory, machakos, icld, signed_in
):
    code = code_of(signatory)
    browser = signed_in(signatory)
    for organisation in (machakos, icld):
        answer = browser.post(here(approved), sent(made, organisation, code))
        assert answer.status_code == 403
    assert not AgreementSignature.objects.exists()


def test_a_signatory_without_second_factor_is_led_to_set_it_up(
    made, approved, signatory, signed_in
):
    page = signed_in(signatory, "en").get(here(approved)).content.decode()

    assert 'href="/account/two-factor/"' in page
    assert 'id="sign"' not in page


def test_a_page_opened_before_the_agreement_was_cancelled_signs_nothing(
    made, approved, signatory, robertsfors, officer, signed_in
):
    facts = sent(made, robertsfors, code_of(signatory))
    browser = signed_in(signatory, "en")
    workflow.cancel_agreement(made, by=officer, reason="Fel belopp.")

    answer = browser.post(here(approved), facts, follow=True)
    assert "Nothing was saved." in answer.content.decode()
    assert "Fel belopp." in answer.content.decode()

    cases.agreement(approved, by=officer)
    answer = browser.post(here(approved), facts, follow=True)
    assert "Read it again." in answer.content.decode()
    assert not AgreementSignature.objects.exists()


def test_a_removed_signatory_with_an_open_page_is_refused_and_nothing_is_written(
    made, approved, signatory, robertsfors, signed_in
):
    facts = sent(made, robertsfors, code_of(signatory))
    browser = signed_in(signatory)
    assert browser.get(here(approved)).status_code == 200
    signatory.memberships.all().delete()

    assert browser.post(here(approved), facts).status_code == 404
    assert not AgreementSignature.objects.exists()


def test_a_declared_conflict_hides_the_agreement(made, approved, icld, signed_in, reader):
    browser = signed_in(reader)
    assert browser.get(here(approved)).status_code == 200

    workflow.declare(approved, by=reader, has_conflict=True, reason="Gift.")

    for address in (
        here(approved),
        here(approved, "agreement_paper", 1, "to-sign", "sv"),
        f"/grants/{approved.reference}/",
    ):
        assert browser.get(address).status_code == 404


def test_the_text_is_read_in_either_language_and_says_which_is_signed(
    made, approved, coordinator, signed_in
):
    browser = signed_in(coordinator, "en")
    signed = browser.get(here(approved)).content.decode()
    translated = browser.get(here(approved), {"text": "en"}).content.decode()

    assert "This is the text that is signed." in signed
    assert '<div lang="sv">' in signed
    assert "This is a translation for reading." in translated
    assert "Annex: the decided budget" in translated
    assert browser.get(here(approved), {"text": "de"}).status_code == 404


def test_a_copy_is_sent_read_and_accepted(made, approved, coordinator, officer, signed_in):
    ours = signed_in(coordinator, "en")
    facts = {"party": "all", "signed_names": "A, B och C", "file": pdf()}
    answer = ours.post(here(approved, "send_copy"), facts, follow=True)
    assert "The copy is sent." in answer.content.decode()
    copy = SignedCopy.objects.get()
    stored = ours.get(here(approved, "agreement_copy", copy.pk))
    assert b"".join(stored.streaming_content).startswith(b"%PDF-1.7 signed by hand")

    theirs = signed_in(officer, "en")
    there = here(approved, "answer_copy", copy.pk)
    assert "Write why" in theirs.post(there, {"answer": "refuse"}, follow=True).content.decode()
    answer = theirs.post(there, {"answer": "accept"}, follow=True)

    assert Agreement.objects.get().status == AgreementStatus.SIGNED
    assert "All have signed" in answer.content.decode()
    late = theirs.post(there, {"answer": "refuse", "reason": "Nej."}, follow=True)
    assert "Nothing was saved." in late.content.decode()


def test_a_copy_needs_a_file_and_names_and_bad_files_leave_no_row(
    made, approved, coordinator, signed_in
):
    browser = signed_in(coordinator, "en")
    page = SimpleUploadedFile("kopia.pdf", b"<html>not a pdf</html>")
    for facts in (
        {"party": "all", "signed_names": "A"},
        {"party": "all", "file": pdf()},
        {"party": "999999", "signed_names": "A", "file": pdf()},
        {"party": "all", "signed_names": "A", "file": page},
    ):
        answer = browser.post(here(approved, "send_copy"), facts)
        assert answer.status_code == 422
    assert not SignedCopy.objects.exists()


def test_a_copy_of_another_case_is_not_found(
    made, approved, partnership, coordinator, decider, officer, signed_in
):
    copy = workflow.send_copy(
        made, pdf(), party=None, signed_names="A", by=coordinator, at=timezone.now()
    )
    other = cases.approved(partnership, by=coordinator, decider=decider)
    cases.agreement(other, by=officer)
    browser = signed_in(officer)

    assert browser.get(here(other, "agreement_copy", copy.pk)).status_code == 404
    answer = browser.post(here(other, "answer_copy", copy.pk), {"answer": "accept"})
    assert answer.status_code == 404


def test_a_harmful_copy_is_handed_out_to_nobody(made, approved, coordinator, signed_in):
    copy = workflow.send_copy(
        made, pdf(), party=None, signed_names="A", by=coordinator, at=timezone.now()
    )
    FileScan.objects.create(file=copy.file.name, state=ScanState.INFECTED, found="Eicar")

    answer = signed_in(coordinator, "en").get(
        here(approved, "agreement_copy", copy.pk), follow=True
    )

    assert "cannot be opened" in answer.content.decode()


def test_icld_reminds_and_cancels_with_a_reason(made, approved, officer, signed_in):
    browser = signed_in(officer, "en")
    first = browser.post(here(approved, "remind_to_sign"), follow=True)
    assert "A reminder is on its way" in first.content.decode()
    second = browser.post(here(approved, "remind_to_sign"), follow=True)
    assert "less than a day ago" in second.content.decode()

    there = here(approved, "cancel_agreement")
    assert browser.post(there, {"reason": ""}).status_code == 422
    answer = browser.post(there, {"reason": "Fel belopp."}, follow=True)

    assert "The agreement is cancelled" in answer.content.decode()
    assert here(approved, "prepare_agreement") in answer.content.decode()


def test_before_there_is_one_the_parties_are_told_and_the_page_is_not_found(
    approved, coordinator, signed_in
):
    browser = signed_in(coordinator, "en")

    assert (
        "ICLD prepares the agreement" in browser.get(approved.get_absolute_url()).content.decode()
    )
    assert browser.get(here(approved)).status_code == 404


def test_a_case_that_is_not_approved_says_nothing_of_an_agreement(
    partnership, coordinator, officer, signed_in
):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    for person in (coordinator, officer):
        page = signed_in(person, "en").get(case.get_absolute_url()).content.decode()
        assert 'id="agreement"' not in page
