"""The agreement in real browsers: made, signed by both parties and ICLD, frozen as a PDF."""

from time import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from applications.models import Agreement, AgreementPaper, AgreementStatus
from tests.factories import cases
from tests.reading_pdf import amounts_of, words_of
from tests.worker import work

pytestmark = pytest.mark.django_db(transaction=True)


def sign(window, case, secret: str, statement: str) -> None:
    """Go from the case's page to the agreement and sign it, as a person does."""
    page = window.open(case.get_absolute_url())
    page.get_by_role("link", name="Read and sign").click()
    page.get_by_label("What you state by signing").fill(statement)
    # The next half minute's code: that of the sign-in is used up.
    page.get_by_label("One-time code").fill(
        format_hotp_value(hotp_value(secret, int(time()) // 30 + 1))
    )
    page.get_by_role("button", name="Sign with the code").click()
    expect(page.get_by_text("Your signature is noted.")).to_be_visible()


def test_both_parties_and_icld_sign_and_the_paper_says_what_the_database_says(
    visit, partnership, coordinator, signatory, partner_signatory, decider, second_factor
):
    case = cases.approved(partnership, by=coordinator, decider=decider, sek=123_456)
    people = {decider: "I sign for ICLD.", signatory: "I sign.", partner_signatory: "I agree."}
    windows, secrets = {}, {}
    for person in people:
        windows[person], secrets[person] = visit(), second_factor(person)
        windows[person].sign_in(person, secrets[person])
        windows[person].context.add_cookies(
            [{"name": "language", "value": "en", "url": windows[person].address}]
        )
    office = windows[decider].open(case.get_absolute_url())
    office.get_by_role("link", name="Prepare the agreement").click()
    office.get_by_role("button", name="Make the agreement and ask for signatures").click()
    expect(office.get_by_text("The agreement is made.")).to_be_visible()

    for person, statement in people.items():
        sign(windows[person], case, secrets[person], statement)
    work()

    agreement = Agreement.objects.get()
    assert agreement.status == AgreementStatus.SIGNED
    page = windows[partner_signatory].page
    page.reload()
    expect(page.get_by_role("heading", name="All have signed")).to_be_visible()
    href = page.get_by_role("link", name="Signed agreement (Swedish, PDF)").get_attribute("href")
    stored = windows[partner_signatory].context.request.get(windows[decider].address + href)
    paper = AgreementPaper.objects.get(stage="signed", language="sv")
    assert stored.body() == paper.file.read()
    text = words_of(stored.body())
    for signature in agreement.signatures.select_related("party__organisation"):
        assert signature.name in text
        assert signature.statement in text
        assert signature.party.organisation.name in text
    assert agreement.content_sha256 in text.replace(" ", "")
    sums = [row["amount_sek"] for row in agreement.content["budget"]]
    years = [row["amount_sek"] for row in agreement.content["years"]]
    total = agreement.content["total_sek"]
    # In the text each year and the total, in the annex each line, each year and the total.
    assert amounts_of(stored.body()) == [*years, total, *sums, *years, total]
    assert total == sum(case.decision.years.values_list("amount_sek", flat=True)) == 123_456
