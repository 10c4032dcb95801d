"""A round of twelve in a real browser: from the check to released decisions and agreements.

Each kind of deed is done on its pages at least once; the rest of the twelve follow by the same
functions that the pages call.
"""

from time import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import timezone

from applications import workflow
from applications.models import (
    Agreement,
    AgreementSignature,
    Application,
    DecisionYear,
    Meeting,
    Outcome,
    PendingDecision,
    Pot,
    Question,
    Status,
    Supplement,
)
from applications.protocols import protocol_of
from finance.models import Grant
from icld_portal.localize import money
from icld_portal.models import Letter
from partnerships.models import Role, User
from tests.e2e.conftest import Visitor
from tests.e2e.test_journey import plain
from tests.factories import cases
from tests.factories.parties import make_person
from tests.reading_pdf import text_of
from tests.worker import work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TWELVE = 12
ASKED_SEK, LOWERED_SEK = 100_000, 60_000
# Nine as asked for and one lowered.
GRANTED_SEK = 9 * ASKED_SEK + LOWERED_SEK
# Their places among the twelve.
SUPPLEMENTED, SCORED, WITH_CONFLICT, LOWERED, REJECTED, POSTPONED = 0, 1, 2, 3, 10, 11


def test_a_round_of_twelve(
    visit,
    partnership,
    coordinator,
    signatory,
    partner_signatory,
    officer,
    decider,
    assessor,
    office_administrator,
    second_factor,
):
    round_of = [cases.submitted(partnership, by=coordinator) for _number in range(TWELVE)]
    office, chief, home = visit(), visit(), visit(width=390)
    office.sign_in(officer, second_factor(officer))

    give_out(office, officer)
    for case in round_of:
        take_up(office, case)
    assert set(Application.objects.values_list("status", "officer")) == {
        (Status.IN_ASSESSMENT, officer.pk)
    }
    home.sign_in(coordinator)
    supplement(office, home, visit, round_of[SUPPLEMENTED], second_factor)
    keep_out(visit(), assessor, second_factor(assessor), round_of[WITH_CONFLICT], officer)
    score(visit(), round_of[SCORED], officer, second_factor)
    assess_all(office, round_of, officer)

    chief.sign_in(decider, second_factor(decider))
    keeper = visit()
    keeper.sign_in(office_administrator, second_factor(office_administrator))
    deadline = round_of[0].round.deadline_on.isoformat()
    propose_all(office, deadline, round_of, officer)
    set_pot(keeper, deadline, GRANTED_SEK - 1)
    page = office.open(f"/office/meetings/{deadline}/")
    assert page.locator("tr.over-pot").count() == 1
    set_pot(keeper, deadline, GRANTED_SEK)
    confirm_all(chief, deadline, round_of, decider)
    release(chief, deadline)

    work()
    approved = check_decisions(chief, deadline, round_of)
    sign_on_their_pages(office, visit, approved[0], second_factor, decider)
    for case in approved[1:]:
        sign_the_rest(case, officer=officer, decider=decider)
    work()
    assert Agreement.objects.filter(status="signed").count() == len(approved) == 10
    check_agreement(home, approved[0])


def code(secret: str) -> str:
    """The next half minute's code: the one before was used to sign in."""
    return format_hotp_value(hotp_value(secret, int(time()) // 30 + 1))


def give_out(office: Visitor, officer: User) -> None:
    """The officer finds twelve applications and takes them all, in two steps."""
    page = office.open("/office/applications/")
    assert page.locator("tbody input[name=pick]").count() == TWELVE
    page.check("#picked input[name=all]")
    page.locator("#picked button[formaction]").click()
    page.check(f"input[name=officer][value='{officer.pk}']")
    page.locator("button[name=propose]").click()
    page.locator("form[method=post] button.btn-primary").click()
    page.wait_for_url(lambda url: "assign" not in url)


def take_up(office: Visitor, case: Application) -> None:
    page = office.open(case.get_absolute_url())
    page.locator("form[action$='/take-up/'] button").click()
    page.locator("form[action$='/take-up/']").wait_for(state="detached")


# --- The supplement -------------------------------------------------------------------


def supplement(office: Visitor, home: Visitor, visit, case: Application, second_factor) -> None:
    """ICLD asks for one answer; the parties write, approve the change and hand it in."""
    question = Question.objects.filter(
        section__question_set=case.sheet.question_set, kind="long_text"
    ).first()
    page = office.open(f"{case.get_absolute_url()}supplements/ask/")
    page.check(f"#choose-question-{question.pk}")
    page.locator("button[name=next]").click()
    page.fill(f"#id_reason-question-{question.pk}, [name='reason-question-{question.pk}']", "Vem?")
    page.locator("form[method=post] button.btn-primary").click()
    page.wait_for_url(lambda url: url.endswith("/supplements/1/"))

    page = home.open(f"{case.get_absolute_url()}supplement/")
    page.locator(".asked-list a").click()
    page.fill(f"#question-{question.key}", "Den nya samordnaren gör det.")
    page.locator("main form button.btn-primary[type=submit]").first.click()
    page.wait_for_url(lambda url: "/supplement" in url)
    for party in case.case_parties.select_related("organisation"):
        person = make_person("Test Signerare", party.organisation, Role.SIGNATORY)
        secret = second_factor(person)
        window = visit()
        window.sign_in(person, secret)
        approval = window.open(f"{case.get_absolute_url()}approval/")
        assert "Den nya samordnaren gör det." in approval.locator("main").inner_text()
        approval.fill("#id_statement", "Vi godkänner ändringen.")
        approval.fill("#id_code", code(secret))
        approval.locator("#approve button[type=submit]").click()
        approval.wait_for_url(lambda url: "/approval/" not in url)
    page = home.open(f"{case.get_absolute_url()}supplement/")
    page.locator("form[action$='/hand-in/'] button").click()
    page.wait_for_url(lambda url: "/hand-in/" not in url)

    page = office.open(f"{case.get_absolute_url()}supplements/1/")
    assert "Den nya samordnaren gör det." in page.locator("main").inner_text()
    page.locator("form[action$='/accept/'] button").click()
    page.wait_for_url(lambda url: "/accept/" not in url)
    assert Supplement.objects.get().state == "accepted"
    case.refresh_from_db()
    assert case.edition == 2


# --- Assessing ------------------------------------------------------------------------


def keep_out(
    visitor: Visitor, assessor: User, secret: str, case: Application, officer: User
) -> None:
    """An assessor declares a conflict of interest: from then on the case is not there."""
    workflow.give(case, to=assessor, by=officer)
    visitor.sign_in(assessor, secret)
    page = visitor.open(f"{case.get_absolute_url()}interest/")
    page.check("input[name=answer][value=yes]")
    page.fill("[name=reason]", "Min syster leder projektet.")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/interest/" not in url)
    page = visitor.open("/office/applications/")
    assert page.locator("tbody input[name=pick]").count() == TWELVE - 1
    assert case.reference not in page.locator("main").inner_text()
    assert visitor.page.goto(visitor.address + case.get_absolute_url()).status == 404


def score(visitor: Visitor, case: Application, officer: User, second_factor) -> None:
    """Another assessor declares no conflict, scores every criterion and hands in."""
    person = cases.asked(case, by=officer)
    visitor.sign_in(person, second_factor(person))
    page = visitor.open(f"{case.get_absolute_url()}assessment/")
    for criterion in page.locator("section.criterion").all():
        criterion.locator("input[value='5']").check()
        criterion.locator("textarea").first.fill("Tydligt för båda parter.")
    page.check("input[name=recommendation][value=approved]")
    page.locator("button[name=then][value=hand_in]").click()
    page.locator("button[name=then]").first.wait_for(state="detached")
    assert case.assessments.exclude(handed_in_at=None).count() == 1


def assess_all(office: Visitor, round_of: list[Application], officer: User) -> None:
    """The common assessment of all: one on its page, and one that says no."""
    page = office.open(f"{round_of[SCORED].get_absolute_url()}consensus/")
    for criterion in page.locator("section.criterion").all():
        criterion.locator("input[value='4']").check()
        criterion.locator("textarea").first.fill("Båda parter beskriver det konkret.")
    page.fill("textarea[name=text]", "Tydlig problembild och rimlig budget.")
    page.check("input[name=recommendation][value=approved]")
    page.locator("button[name=then][value=agree]").click()
    page.locator("button[name=then]").first.wait_for(state="detached")
    for place, case in enumerate(round_of):
        if place != SCORED:
            outcome = Outcome.REJECTED if place == REJECTED else Outcome.APPROVED
            cases.agreed(case, by=officer, outcome=outcome)


# --- The meeting ----------------------------------------------------------------------


def set_pot(keeper: Visitor, deadline: str, amount_sek: int) -> None:
    page = keeper.open(f"/office/meetings/{deadline}/pot/")
    page.fill("[name=all]", str(amount_sek))
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: not url.endswith("/pot/"))
    assert plain(money(amount_sek)) in plain(page.locator("main").inner_text())


def propose_all(office: Visitor, deadline: str, round_of: list[Application], officer: User) -> None:
    """Four proposals on their page: as asked, with a lower sum and a condition, no, and later."""
    on_their_page = {
        SUPPLEMENTED: ("approved", ASKED_SEK),
        LOWERED: ("approved", LOWERED_SEK),
        REJECTED: ("rejected", 0),
        POSTPONED: ("postponed", 0),
    }
    for place, (outcome, amount_sek) in on_their_page.items():
        page = office.open(f"/office/meetings/{deadline}/cases/{round_of[place].reference}/")
        page.check(f"input[name=outcome][value={outcome}]")
        page.fill("[name='year-1']", str(amount_sek) if amount_sek else "")
        page.fill("textarea[name=reason]", "Så föreslår handläggaren.")
        if place == LOWERED:
            page.locator("#conditions summary").click()
            page.fill("[name='condition-1']", "Utse en expert.")
            page.fill("[name='due-1']", "2027-09-01")
        page.locator("main form button.btn-primary").last.click()
        page.wait_for_url(lambda url: "/cases/" not in url)
    meeting = Meeting.objects.get()
    for place, case in enumerate(round_of):
        if place not in on_their_page:
            workflow.propose(
                meeting,
                case,
                by=officer,
                outcome="approved",
                reason="En stark ansökan.",
                amounts={1: ASKED_SEK},
            )


def confirm_all(chief: Visitor, deadline: str, round_of: list[Application], decider: User) -> None:
    """Somebody else than the proposer confirms each; two of them on their page."""
    for place, case in enumerate(round_of):
        pending = PendingDecision.objects.get(application=case)
        if place in (SUPPLEMENTED, LOWERED):
            page = chief.open(f"/office/meetings/{deadline}/cases/{case.reference}/")
            page.locator("form[action$='/confirm/'] button").click()
            page.wait_for_url(lambda url: "/confirm/" not in url)
        else:
            workflow.confirm(pending.meeting, case, by=decider, version=pending.version)
    assert not PendingDecision.objects.filter(confirmed_by=None).exists()


def release(chief: Visitor, deadline: str) -> None:
    """Read who gets which letter, then send all at once."""
    page = chief.open(f"/office/meetings/{deadline}/release/")
    assert page.locator("tbody tr").count() == TWELVE
    page.fill("[name=held_on]", timezone.localdate().isoformat())
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: not url.endswith("/release/"))


def check_decisions(
    chief: Visitor, deadline: str, round_of: list[Application]
) -> list[Application]:
    """Hold the released decisions and the minutes against the database; return the approved."""
    cases_now = [Application.objects.get(pk=case.pk) for case in round_of]
    assert cases_now[POSTPONED].status == Status.IN_ASSESSMENT
    assert cases_now[REJECTED].status == Status.REJECTED
    approved = [case for case in cases_now if case.status == Status.APPROVED]
    granted = DecisionYear.objects.filter(decision__application__in=approved)
    assert sum(granted.values_list("amount_sek", flat=True)) == GRANTED_SEK
    assert Pot.objects.get().granted_sek == GRANTED_SEK
    assert cases_now[LOWERED].conditions.get().text == "Utse en expert."
    assert Grant.objects.count() == len(approved)
    letters = Letter.objects.filter(kind__in=["approved", "rejected", "postponed"])
    told = {(letter.about_id, letter.to_email) for letter in letters}
    assert len(told) == letters.count()
    assert {about for about, _address in told} == {case.pk for case in cases_now}

    answer = chief.context.request.get(f"{chief.address}/office/meetings/{deadline}/protocol/sv/")
    minutes = plain(text_of(answer.body()).replace("\n", " "))
    protocol = protocol_of(Meeting.objects.get())
    for amount in (protocol.asked_sek, protocol.granted_sek, Pot.objects.get().amount_sek):
        assert plain(money(amount)) in minutes
    assert protocol.granted_sek == GRANTED_SEK
    for _about, address in told:
        assert address in minutes
    return approved


# --- The agreements -------------------------------------------------------------------


def sign_on_their_pages(
    office: Visitor, visit, case: Application, second_factor, decider: User
) -> None:
    """ICLD makes the agreement; both parties and ICLD sign it with their second factor."""
    address = case.get_absolute_url()
    page = office.open(f"{address}agreement/prepare/")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: "/prepare/" not in url)
    for party in case.case_parties.select_related("organisation"):
        person = make_person("Test Avtalsson", party.organisation, Role.SIGNATORY)
        sign(visit(width=390), person, second_factor(person), f"{address}agreement/")
    person = make_person("Test Chefsson", decider.memberships.get().organisation, Role.DECIDER)
    sign(visit(), person, second_factor(person), f"{address}agreement/")


def sign(window: Visitor, person: User, secret: str, address: str) -> None:
    window.sign_in(person, secret)
    page = window.open(address)
    page.fill("#sign [name=statement]", "Jag undertecknar avtalet.")
    page.fill("#sign [name=code]", code(secret))
    page.locator("#sign button[type=submit]").click()
    page.locator("#sign").wait_for(state="detached")


def sign_the_rest(case: Application, *, officer: User, decider: User) -> None:
    made = cases.agreement(case, by=officer)
    cases.sign(made, by=decider, organisation=decider.memberships.get().organisation)
    for party in case.case_parties.select_related("organisation"):
        organisation = party.organisation
        cases.sign(made, by=cases.signatory_of(organisation), organisation=organisation)


def check_agreement(home: Visitor, case: Application) -> None:
    """The coordinator reads the signed agreement: the sum, the names and the content's mark."""
    home.open(case.get_absolute_url())
    page = home.open(f"{case.get_absolute_url()}agreement/")
    link = page.locator("ul.papers a").first.get_attribute("href")
    paper = plain(text_of(home.context.request.get(home.address + link).body()).replace("\n", " "))
    made = Agreement.objects.get(application=case)
    assert plain(money(ASKED_SEK)) in paper
    assert made.content_sha256 in paper.replace("\u00a0", "")
    signatures = AgreementSignature.objects.filter(agreement=made)
    assert signatures.count() == 3
    for signature in signatures:
        assert plain(signature.name) in paper
