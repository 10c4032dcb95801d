"""The whole journey in a real browser: two parties apply, ICLD decides, everyone gets the PDF."""

import re
from io import BytesIO
from time import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from pikepdf import Pdf
from playwright.sync_api import Page

from applications.models import Application, DecisionYear, Status
from finance.models import BudgetLine, Grant, GrantYear
from icld_portal.localize import money
from icld_portal.models import Letter
from partnerships.models import User
from tests.e2e.conftest import Visitor
from tests.factories import cases
from tests.reading_pdf import text_of
from tests.worker import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BUDGET = [  # category, description, days, day cost, amount; year 1, then year 2
    ("salary", "Projektledare", "31,25", "4 800", ""),
    ("travel", "Resor", "", "", "120 000"),
]


def test_two_parties_apply_and_icld_decides(
    visit,
    partnership,
    coordinator,
    partner_coordinator,
    signatory,
    partner_signatory,
    officer,
    decider,
    second_factor,
):
    cases.open_round()
    home, abroad, office = visit(), visit(width=390), visit()

    home.sign_in(coordinator)
    address = begin(home)
    fill_sections(home, address)

    abroad.sign_in(partner_coordinator)
    answer_partners_part(abroad, address)
    abroad.page.goto(abroad.address + address)
    abroad.assert_accessible()

    for person in (signatory, partner_signatory):
        approve(visit(), person, second_factor(person), address)
    reference = check_and_submit(home, address)
    work()
    case = Application.objects.get(reference=reference)
    asked = sum(BudgetLine.objects.filter(budget=case.budget).values_list("amount_sek", flat=True))
    assert asked == 2 * 120_000 + 150_000
    receipt = open_paper(home, "Kvitto på svenska (PDF)")
    assert case.content_sha256 in receipt.replace("\n", "")
    assert money(asked) in plain(receipt)
    told = set(Letter.objects.filter(kind="submitted").values_list("to_email", flat=True))
    assert told >= {coordinator.email, partner_coordinator.email}

    office.sign_in(officer, second_factor(officer))
    assess(office, reference)
    propose(office, reference)
    chief = visit()
    chief.sign_in(decider, second_factor(decider))
    decide(chief, reference)
    work()

    case.refresh_from_db()
    granted = list(
        DecisionYear.objects.filter(decision__application=case).values_list("amount_sek", flat=True)
    )
    assert (case.status, granted) == (Status.APPROVED, [200_000, 120_000])
    grant = Grant.objects.get(reference=reference)
    assert (
        list(GrantYear.objects.filter(grant=grant).values_list("decided_sek", flat=True)) == granted
    )
    for visitor, link in (
        (home, "Beslutsbrev på svenska (PDF)"),
        (abroad, "Decision letter in English (PDF)"),
    ):
        visitor.open(address)
        visitor.assert_accessible()
        letter = plain(open_paper(visitor, link))
        for amount in (*granted, sum(granted)):
            assert money(amount) in letter


def test_the_whole_journey_without_javascript(
    visit,
    partnership,
    coordinator,
    partner_coordinator,
    signatory,
    partner_signatory,
    officer,
    decider,
    second_factor,
):
    cases.open_round()
    windows = [visit(java_script_enabled=False) for _person in range(6)]
    home, abroad, office, chief, *signing = windows
    for window in windows:
        window.assert_accessible = lambda: None  # axe is itself a script

    home.sign_in(coordinator)
    address = begin(home)
    fill_sections(home, address, budget=write_budget)
    abroad.sign_in(partner_coordinator)
    answer_partners_part(abroad, address)
    for window, person in zip(signing, (signatory, partner_signatory), strict=True):
        approve(window, person, second_factor(person), address)
    reference = check_and_submit(home, address)
    office.sign_in(officer, second_factor(officer))
    assess(office, reference)
    propose(office, reference)
    chief.sign_in(decider, second_factor(decider))
    decide(chief, reference)
    work()

    case = Application.objects.get(reference=reference)
    granted = DecisionYear.objects.filter(decision__application=case)
    assert case.status == Status.APPROVED
    assert list(granted.values_list("amount_sek", flat=True)) == [200_000, 120_000]
    home.open(address)
    assert money(320_000) in plain(open_paper(home, "Beslutsbrev på svenska (PDF)"))


def begin(visitor: Visitor) -> str:
    """Begin a project and return its address."""
    page = visitor.open("/home/")
    visitor.assert_accessible()
    page.goto(visitor.address + "/applications/new/")
    page.get_by_label(re.compile("^Projekt")).check()
    page.get_by_label("Svenska").check()
    visitor.assert_accessible()
    page.get_by_role("button", name="Börja").click()
    visitor.assert_accessible()
    return page.url.removeprefix(visitor.address)


def fill_sections(visitor: Visitor, address: str, **other_fillers) -> None:
    """Fill every section, going on from one to the next as the buttons lead."""
    page = visitor.page
    page.locator(".task-list a").first.click()
    fillers = {
        "basics": fill_basics,
        "areas": fill_areas,
        "results": fill_results,
        "activities": fill_activities,
        "risks": fill_risks,
        "budget": fill_budget,
        **other_fillers,
    }
    for key in section_keys():
        assert f"/sections/{key}/" in page.url
        if key in fillers:
            fillers[key](page)
        if key != "partner_party":
            answer_questions(page, "Parterna vill lära av varandra.")
        visitor.assert_accessible()
        page.get_by_role("button", name="Spara och fortsätt").click()


def section_keys() -> list[str]:
    sheet = Application.objects.get().sheet
    return list(sheet.question_set.sections.values_list("key", flat=True))


def answer_questions(page: Page, text: str) -> None:
    """Write ``text`` in every open question, and choose the first of every choice."""
    for field in page.locator("[id^=question-]:is(textarea, input[type=text])").all():
        if not field.input_value():
            field.fill("4" if field.get_attribute("inputmode") == "decimal" else text)
    for group in page.locator("fieldset:has(input[type=radio][name^=question-])").all():
        group.locator("input[type=radio]").first.check()


def fill_basics(page: Page) -> None:
    page.fill("#title_sv", "Rent vatten i två kommuner")
    page.fill("#title_en", "Clean water in two towns")
    page.fill("#start_on", "2027-07-01")
    page.fill("#end_on", "2029-06-30")
    for contact in page.locator("fieldset[id^=contact-]").all():
        contact.get_by_label("Kontaktperson").fill("Test Kontaktsson")
        contact.get_by_label("E-postadress").fill("contact@example.org")


def fill_areas(page: Page) -> None:
    for name in ("core_areas", "cooperation_areas", "goals"):
        page.locator(f"input[name={name}]").first.check()


def fill_results(page: Page) -> None:
    page.fill("#results-0-text", "Fler hushåll har rent vatten.")
    for field, text in (
        ("text", "Andel hushåll"),
        ("baseline", "40 %"),
        ("target", "60 %"),
        ("source", "Mätning"),
    ):
        page.fill(f"#results-0-indicators-0-{field}", text)


def fill_activities(page: Page) -> None:
    page.fill("#activities-0-text", "Studiebesök i båda kommunerna.")


def fill_risks(page: Page) -> None:
    page.fill("#risks-0-text", "Ett val ändrar majoriteten.")
    page.fill("#risks-0-measure", "Styrgruppen har båda blocken.")
    page.fill("#risks-0-owner", "Samordnaren")


def fill_budget(page: Page) -> None:
    """Write the budget and see it added up while it is written."""
    write_budget(page)
    total = page.locator("#sums .sum-total .money, #sums strong.money").last
    total.get_by_text("390 000 kr".replace(" ", "\u00a0")).wait_for()


def write_budget(page: Page) -> None:
    """Two years; the first also has a salary line at exactly the day rate."""
    for year in (1, 2):
        lines = BUDGET if year == 1 else BUDGET[1:]
        for place, (category, description, days, cost, amount) in enumerate(lines):
            row = f"#lines-{year}-{place}"
            names = {"salary": "Lönekompensation (arbetsinsatser)", "travel": "Resor"}
            page.select_option(f"{row}-category", label=names[category])
            page.fill(f"{row}-description", description)
            page.fill(f"{row}-days", days)
            page.fill(f"{row}-day_cost_sek", cost)
            page.fill(f"{row}-amount_sek", amount)


def answer_partners_part(visitor: Visitor, address: str) -> None:
    """The partner writes its own part, on a phone and in English."""
    page = visitor.open(f"{address}sections/partner_party/")
    assert page.locator("html").get_attribute("lang") == "en"
    answer_questions(page, "Our wells are dry in the dry season.")
    visitor.assert_accessible()
    page.get_by_role("button", name="Save", exact=True).click()


def approve(visitor: Visitor, person: User, secret: str, address: str) -> None:
    """A signatory signs in, reads everything, and approves with the next one-time code."""
    visitor.sign_in(person, secret)
    page = visitor.open(f"{address}approval/")
    visitor.assert_accessible()
    page.fill("#id_statement", "Jag godkänner.")
    page.fill("#id_code", format_hotp_value(hotp_value(secret, int(time()) // 30 + 1)))
    page.locator("#approve button[type=submit]").click()
    page.wait_for_url(visitor.address + address)


def check_and_submit(visitor: Visitor, address: str) -> str:
    """See that nothing is missing, hand in, and return the reference."""
    page = visitor.open(f"{address}check/")
    visitor.assert_accessible()
    page.get_by_role("button", name="Lämna in till ICLD").click()
    visitor.assert_accessible()
    return page.url.rstrip("/").rsplit("/", 1)[1]


def assess(visitor: Visitor, reference: str) -> None:
    """The officer finds the case, takes it up and writes the common assessment."""
    page = visitor.open("/office/applications/")
    visitor.assert_accessible()
    page.get_by_role("link", name=reference).click()
    visitor.assert_accessible()
    page.get_by_role("button", name="Ta upp till bedömning").click()
    page.get_by_role("link", name="Skriv den samlade bedömningen").first.click()
    for criterion in page.locator("section.criterion").all():
        criterion.locator("input[value='4']").check()
        criterion.locator("textarea").fill("Båda parter beskriver det konkret.")
    page.fill("textarea[name=text]", "Tydlig problembild och rimlig budget.")
    page.check("input[name=recommendation][value=approved]")
    visitor.assert_accessible()
    page.get_by_role("button", name="Spara och fastställ").click()


def propose(visitor: Visitor, reference: str) -> None:
    """The officer proposes less in the first year than was asked for."""
    page = visitor.open(f"/applications/{reference}/decision/")
    visitor.assert_accessible()
    page.check("input[name=outcome][value=approved]")
    page.get_by_label("År 1").fill("200 000")
    page.fill("textarea[name=reason]", "En stark ansökan med tydlig nytta för båda.")
    page.locator("button[name=check]").click()
    visitor.assert_accessible()
    page.locator("button[name=propose]").click()
    visitor.assert_accessible()
    assert page.locator("button[name=decide]").count() == 0


def decide(visitor: Visitor, reference: str) -> None:
    """The decision maker reads what the officer has proposed, and takes the decision."""
    page = visitor.open(f"/applications/{reference}/decision/")
    visitor.assert_accessible()
    page.locator("button[name=decide]").click()
    visitor.assert_accessible()


def open_paper(visitor: Visitor, link: str) -> str:
    """Fetch the PDF behind ``link`` as this person, and return its text."""
    href = visitor.page.get_by_role("link", name=link).get_attribute("href")
    answer = visitor.context.request.get(visitor.address + href)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    body = answer.body()
    assert len(Pdf.open(BytesIO(body)).pages) >= 1
    return text_of(body)


def plain(text: str) -> str:
    """Write every kind of narrow or no-break space as a no-break space, as on our pages."""
    return re.sub(r"[\u202f\u2009\u00a0 ]+", "\u00a0", text)
