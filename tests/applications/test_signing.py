"""The agreement: made from the decision, signed once by each side, frozen, never rewritten."""

import hashlib
import json
from datetime import timedelta

import pgtrigger
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from applications import agreement_content, agreements, papers, workflow
from applications.agreement_content import ReportDates
from applications.models import (
    Agreement,
    AgreementPaper,
    AgreementReminder,
    AgreementSignature,
    AgreementStatus,
    Application,
    Condition,
    SignedCopy,
)
from finance import versions as guidelines
from finance.budgets import accounting_years, shared_by_weight
from finance.models import Guideline
from icld_portal.events import events_of
from icld_portal.models import Factor, FileScan, Letter, ScanState
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import Membership, Role
from tests.applications.test_parallel import at_once
from tests.factories import cases
from tests.factories.parties import make_person
from tests.reading_pdf import failures, words_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 signed by hand %%EOF"


@pytest.fixture
def approved(partnership, coordinator, decider, signatory, partner_signatory) -> Application:
    return cases.approved(partnership, by=coordinator, decider=decider)


@pytest.fixture
def made(approved, officer) -> Agreement:
    """An agreement that ICLD, Robertsfors and Machakos are to sign."""
    return cases.agreement(approved, by=officer)


@pytest.fixture
def signed(made, robertsfors, machakos, icld, signatory, partner_signatory, decider) -> Agreement:
    cases.sign(made, by=signatory, organisation=robertsfors)
    cases.sign(made, by=decider, organisation=icld)
    cases.sign(made, by=partner_signatory, organisation=machakos)
    return Agreement.objects.get(pk=made.pk)


def upload(name: str = "signed.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF)


def send(made, *, by, party=None, names="Anna Andersson, kommunchef") -> SignedCopy:
    return workflow.send_copy(
        made, upload(), party=party, signed_names=names, by=by, at=timezone.now()
    )


def test_the_agreement_says_what_was_decided(made, approved, robertsfors, machakos, icld):
    content = made.content

    assert content["years"] == [
        {
            "year": 1,
            "first": "2027-07-01",
            "last": "2028-06-30",
            "amount_sek": 100_000,
            "report_on": "2028-08-29",
        }
    ]
    assert content["final_on"] == "2028-09-28"
    assert [row["amount_sek"] for row in content["budget"]] == [100_000]
    assert [party["name"] for party in content["parties"]] == [
        icld.name,
        robertsfors.name,
        machakos.name,
    ]
    assert made.language == approved.language
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert made.content_sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert {"sv", "en"} == set(content["text"])


def test_the_order_of_signatures_is_free_and_the_last_one_ends_it(
    made, robertsfors, machakos, icld, signatory, partner_signatory, decider
):
    cases.sign(made, by=partner_signatory, organisation=machakos)
    cases.sign(made, by=decider, organisation=icld)
    assert Agreement.objects.get().status == AgreementStatus.OPEN
    Letter.objects.all().delete()

    last = cases.sign(made, by=signatory, organisation=robertsfors)

    agreement = Agreement.objects.get()
    assert (agreement.status, agreement.signed_at) == (AgreementStatus.SIGNED, last.signed_at)
    assert (last.name, last.role, last.method) == (
        signatory.name,
        "behörig undertecknare",
        Factor.TOTP,
    )
    assert last.content_sha256 == made.content_sha256
    told = set(Letter.objects.filter(kind="agreement_signed").values_list("to_email", flat=True))
    assert {signatory.email, partner_signatory.email, decider.email} <= told
    verbs = [event.verb for event in events_of(made.application)]
    assert verbs[-4:] == ["sign_agreement"] * 3 + ["agreement_signed"]


def test_everybody_who_can_sign_is_asked_in_their_language(made, signatory, partner_signatory):
    asked = Letter.objects.filter(kind="agreement_to_sign")

    assert dict(asked.values_list("to_email", "language")) == {
        signatory.email: "sv",
        partner_signatory.email: "en",
        **{person.email: "sv" for person in deciders()},
    }


def deciders():
    return [one.user for one in Membership.objects.filter(role=Role.DECIDER)]


def test_nobody_signs_for_a_side_that_is_not_theirs(
    made, robertsfors, machakos, icld, signatory, partner_signatory, coordinator, officer, stranger
):
    for person, organisation in (
        (signatory, machakos),
        (signatory, icld),
        (partner_signatory, robertsfors),
        (coordinator, robertsfors),
        (officer, icld),
        (stranger, robertsfors),
    ):
        with pytest.raises(PermissionDenied):
            cases.sign(made, by=person, organisation=organisation)
    assert not AgreementSignature.objects.exists()


def test_nobody_signs_for_icld_and_a_party(made, icld, robertsfors):
    both = make_person("Test Båda", icld, Role.DECIDER)
    Membership.objects.create(user=both, organisation=robertsfors, role=Role.SIGNATORY)

    with pytest.raises(PermissionDenied):
        cases.sign(made, by=both, organisation=icld)

    cases.sign(made, by=both, organisation=robertsfors)
    assert AgreementSignature.objects.get().signatory == both


def test_who_has_signed_for_one_party_cannot_sign_for_the_other(
    made, robertsfors, machakos, signatory
):
    Membership.objects.create(user=signatory, organisation=machakos, role=Role.SIGNATORY)
    signatory.stands_anew()
    cases.sign(made, by=signatory, organisation=robertsfors)

    with pytest.raises(PermissionDenied):
        cases.sign(made, by=signatory, organisation=machakos)


def test_a_decision_maker_with_a_conflict_neither_signs_nor_is_asked(
    approved, officer, icld, signatory
):
    biased = make_person("Test Jävig", icld, Role.DECIDER)
    workflow.declare(approved, by=biased, has_conflict=True, reason="Gift.")

    made = cases.agreement(approved, by=officer)

    assert not Letter.objects.filter(to_email=biased.email).exists()
    assert not Agreement.objects.all().visible_to(biased).exists()
    biased.stands_anew()
    with pytest.raises(PermissionDenied):
        cases.sign(made, by=biased, organisation=icld)


def test_a_removed_signatory_signs_nothing(made, robertsfors, signatory):
    assert signatory.roles
    signatory.memberships.all().delete()
    signatory.stands_anew()

    with pytest.raises(PermissionDenied):
        cases.sign(made, by=signatory, organisation=robertsfors)
    assert not Agreement.objects.all().visible_to(signatory).exists()


def test_a_signature_of_something_else_is_refused(made, robertsfors, signatory):
    with pytest.raises(NotReady):
        workflow.sign(
            made,
            by=signatory,
            organisation=robertsfors.pk,
            statement="Ja.",
            sha256="0" * 64,
            method=Factor.TOTP,
        )
    assert not AgreementSignature.objects.exists()


def test_signing_twice_leaves_the_first_signature(made, robertsfors, signatory):
    first = cases.sign(made, by=signatory, organisation=robertsfors)

    assert cases.sign(made, by=signatory, organisation=robertsfors) == first


def test_a_cancelled_agreement_is_signed_by_nobody_and_made_anew(
    made, approved, officer, robertsfors, signatory
):
    cases.sign(made, by=signatory, organisation=robertsfors)
    workflow.cancel_agreement(made, by=officer, reason="Fel belopp.")

    with pytest.raises(WrongStatus):
        cases.sign(made, by=signatory, organisation=robertsfors)
    again = cases.agreement(approved, by=officer)

    assert (again.edition, again.signatures.count()) == (2, 0)
    assert again.content_sha256 != made.content_sha256
    assert "Fel belopp." in Letter.objects.filter(kind="agreement_cancelled")[0].body


def test_a_case_has_one_agreement_at_a_time_and_only_once_approved(
    made, approved, officer, partnership, coordinator
):
    other = cases.in_assessment(partnership, by=coordinator, officer=officer)
    for case in (approved, other):
        with pytest.raises(WrongStatus):
            workflow.make_agreement(case, by=officer, dates=ReportDates({}, timezone.localdate()))


def test_cancelling_needs_a_reason_and_somebody_who_may(made, officer, reader, signatory):
    with pytest.raises(NotReady):
        workflow.cancel_agreement(made, by=officer, reason=" ")
    for person in (reader, signatory):
        with pytest.raises(PermissionDenied):
            workflow.cancel_agreement(made, by=person, reason="Nej.")


def test_a_signed_agreement_is_not_cancelled(signed, officer):
    with pytest.raises(WrongStatus):
        workflow.cancel_agreement(signed, by=officer, reason="Ångrat.")


def test_a_report_is_due_after_its_year_and_the_final_one_last(approved, officer):
    years = agreement_content.years_of(approved, approved.decision)
    last = years[-1].last
    for dates in (
        ReportDates({1: last}, last + timedelta(days=9)),
        ReportDates({1: last + timedelta(days=9)}, last + timedelta(days=8)),
    ):
        with pytest.raises(NotReady):
            workflow.make_agreement(approved, by=officer, dates=dates)
    dates = ReportDates({1: last + timedelta(days=1)}, last + timedelta(days=1))
    assert workflow.make_agreement(approved, by=officer, dates=dates).pk


@pytest.fixture
def quicker_reports(approved):
    """Guidelines of the case under which reports come after 30 and 45 days."""
    budget = approved.budget
    with pgtrigger.ignore("finance.Guideline:published_is_frozen"):
        Guideline.objects.filter(pk=budget.guideline_id).update(
            report_days=30, final_report_days=45
        )
    guidelines.PUBLISHED.clear()
    yield
    guidelines.PUBLISHED.clear()


def test_the_case_s_own_guidelines_suggest_when_reports_are_due(approved, quicker_reports):
    years = agreement_content.years_of(approved, approved.decision)

    dates = agreement_content.usual_dates(Application.objects.get(pk=approved.pk), years)

    assert {number: on.isoformat() for number, on in dates.of_years.items()} == {1: "2028-07-30"}
    assert dates.final_on.isoformat() == "2028-08-14"


def test_less_than_asked_is_shared_over_the_lines_to_the_krona():
    assert shared_by_weight(100, [1, 1, 1]) == [34, 33, 33]
    assert shared_by_weight(99_999, [50_000, 30_000, 20_001]) == [49_999, 29_999, 20_001]
    assert shared_by_weight(7, [7, 0]) == [7, 0]
    assert shared_by_weight(5, [0, 0]) == [0, 0]
    assert shared_by_weight(0, []) == []


def test_accounting_years_are_counted_from_the_start_and_end_with_the_case():
    from datetime import date

    years = accounting_years(date(2028, 2, 29), date(2030, 1, 31), [2, 1])

    assert [(year.number, year.first, year.last) for year in years] == [
        (1, date(2028, 2, 29), date(2029, 2, 28)),
        (2, date(2029, 3, 1), date(2030, 1, 31)),
    ]


def test_conditions_are_part_of_the_agreement(approved, officer):
    Condition.objects.create(
        application=approved, text="Utse\n- en expert", due_on="2027-09-01", is_released=True
    )

    made = cases.agreement(approved, by=officer)

    lines = [line for block in made.content["text"]["sv"]["blocks"] for line in block["lines"]]
    assert "Utse\n- en expert (ska vara uppfyllt senast 2027-09-01)" in lines


# --- Copies signed by hand ----------------------------------------------------------


def test_an_accepted_copy_binds_its_party(made, machakos, officer, decider, partner_coordinator):
    party = made.parties.get(organisation=machakos)
    copy = send(made, by=partner_coordinator, party=party, names="Jane Doe, County Secretary")
    assert Letter.objects.filter(kind="agreement_copy", to_email=decider.email).exists()

    workflow.answer_copy(copy, by=officer, accepted=True)

    signature = party.signature
    assert (signature.name, signature.signatory, signature.copy) == (
        "Jane Doe, County Secretary",
        None,
        copy,
    )
    assert Agreement.objects.get().status == AgreementStatus.OPEN


def test_a_copy_signed_by_all_ends_it(made, officer, coordinator, robertsfors, signatory):
    cases.sign(made, by=signatory, organisation=robertsfors)
    copy = send(made, by=coordinator)

    workflow.answer_copy(copy, by=officer, accepted=True)

    assert Agreement.objects.get().status == AgreementStatus.SIGNED
    assert AgreementSignature.objects.filter(copy=copy).count() == 2
    assert AgreementSignature.objects.get(signatory=signatory)


def test_a_refused_copy_binds_nobody_and_says_why(made, officer, coordinator):
    copy = send(made, by=coordinator)
    with pytest.raises(NotReady):
        workflow.answer_copy(copy, by=officer, accepted=False)

    workflow.answer_copy(copy, by=officer, accepted=False, reason="Sida 2 saknas.")

    assert not AgreementSignature.objects.exists()
    letter = Letter.objects.get(kind="agreement_copy_refused")
    assert (letter.to_email, "Sida 2 saknas." in letter.body) == (coordinator.email, True)
    with pytest.raises(WrongStatus):
        workflow.answer_copy(copy, by=officer, accepted=True)


def test_only_the_own_party_s_copy_is_sent_and_only_icld_answers(
    made, machakos, coordinator, member, stranger, partner_coordinator
):
    party = made.parties.get(organisation=machakos)
    for person, side in ((coordinator, party), (member, None), (stranger, None)):
        with pytest.raises(PermissionDenied):
            send(made, by=person, party=side)
    copy = send(made, by=partner_coordinator, party=party)
    with pytest.raises(PermissionDenied):
        workflow.answer_copy(copy, by=partner_coordinator, accepted=True)


def test_a_file_that_waits_for_the_scanner_is_not_accepted(made, officer, coordinator):
    copy = send(made, by=coordinator)
    FileScan.objects.create(file=copy.file.name, state=ScanState.INFECTED, found="Eicar")

    with pytest.raises(NotReady):
        workflow.answer_copy(copy, by=officer, accepted=True)
    assert not AgreementSignature.objects.exists()


def test_a_copy_comes_too_late_for_a_party_that_has_signed(
    made, robertsfors, signatory, coordinator, officer
):
    party = made.parties.get(organisation=robertsfors)
    copy = send(made, by=coordinator, party=party)
    cases.sign(made, by=signatory, organisation=robertsfors)

    with pytest.raises(NotReady):
        workflow.answer_copy(copy, by=officer, accepted=True)
    with pytest.raises(NotReady):
        send(made, by=coordinator, party=party)


# --- Reminders ----------------------------------------------------------------------


def test_each_week_s_reminder_goes_out_once_to_those_awaited(
    made, robertsfors, signatory, partner_signatory
):
    cases.sign(made, by=signatory, organisation=robertsfors)
    week = made.made_at + timedelta(days=7)
    Letter.objects.all().delete()

    assert workflow.remind_of_agreements(at=week - timedelta(seconds=1)) == 0
    assert workflow.remind_of_agreements(at=week) == 1
    assert workflow.remind_of_agreements(at=week + timedelta(hours=3)) == 0

    told = set(Letter.objects.values_list("to_email", flat=True))
    assert told == {partner_signatory.email, *(person.email for person in deciders())}
    assert workflow.remind_of_agreements(at=week + timedelta(days=21)) == 1
    assert list(AgreementReminder.objects.values_list("weeks", flat=True)) == [1, 4]


def test_nobody_is_reminded_of_what_is_signed(signed):
    assert workflow.remind_of_agreements(at=signed.made_at + timedelta(days=30)) == 0


def test_icld_reminds_at_most_once_a_day(made, officer, reader):
    told = workflow.remind_to_sign(made, by=officer)
    assert len(told) == 2 + len(deciders())
    with pytest.raises(NotReady):
        workflow.remind_to_sign(made, by=officer)
    with pytest.raises(PermissionDenied):
        workflow.remind_to_sign(made, by=reader)


# --- What Postgres holds ------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM applications_agreementsignature",
        "UPDATE applications_agreementsignature SET name = 'Somebody else'",
        "TRUNCATE applications_agreementsignature CASCADE",
        "UPDATE applications_agreementparty SET side = 'partner'",
        "DELETE FROM applications_agreement",
        "UPDATE applications_agreement SET content = '{}'",
        "UPDATE applications_agreement SET content_sha256 = repeat('a', 64)",
        "UPDATE applications_agreement SET status = 'signed', signed_at = now()",
    ],
)
def test_postgres_holds_what_is_signed_so_far(made, robertsfors, signatory, statement):
    cases.sign(made, by=signatory, organisation=robertsfors)

    refused(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE applications_agreement SET status = 'open', signed_at = NULL",
        "UPDATE applications_agreement SET signed_at = now()",
        "UPDATE applications_agreement SET status = 'cancelled', signed_at = NULL, "
        "cancelled_at = now(), cancelled_reason = 'x', cancelled_by_id = made_by_id",
        "INSERT INTO applications_agreement (application_id, edition, language, status, content, "
        "content_sha256, made_at, made_by_id, cancelled_reason, signed_at) SELECT application_id, "
        "9, 'sv', 'signed', '{}', repeat('a', 64), now(), made_by_id, '', now() "
        "FROM applications_agreement",
    ],
)
def test_postgres_holds_a_signed_agreement(signed, statement):
    refused(statement)


def refused(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(DatabaseError, match="pgtrigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("wrong", ["cancelled", "fingerprint", "party"])
def test_postgres_takes_no_signature_that_is_not_to_be_given(
    made, approved, officer, robertsfors, signatory, wrong
):
    facts = {
        "agreement": made,
        "party": made.parties.get(organisation=robertsfors),
        "signatory": signatory,
        "name": "X",
        "role": "X",
        "statement": "X",
        "method": Factor.TOTP,
        "content_sha256": made.content_sha256,
    }
    if wrong == "fingerprint":
        facts["content_sha256"] = "a" * 64
    else:
        workflow.cancel_agreement(made, by=officer, reason="Fel.")
    if wrong == "party":
        facts["agreement"] = cases.agreement(approved, by=officer)
        facts["content_sha256"] = facts["agreement"].content_sha256

    with pytest.raises(DatabaseError, match="not to be signed"), transaction.atomic():
        AgreementSignature.objects.create(**facts)


def test_postgres_lets_one_agreement_stand(made, approved, officer):
    with pytest.raises(IntegrityError, match="agreement_one_stands"), transaction.atomic():
        Agreement.objects.create(
            application=approved,
            edition=2,
            language="sv",
            content={},
            content_sha256="a" * 64,
            made_by=officer,
        )


# --- Two at once --------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_all_signing_at_once_and_twice_is_one_signature_each(
    made, robertsfors, machakos, icld, signatory, partner_signatory, decider
):
    sides = [(signatory, robertsfors), (partner_signatory, machakos), (decider, icld)] * 2

    def sign(place):
        person, organisation = sides[place]
        try:
            return cases.sign(made, by=person, organisation=organisation).pk
        except WrongStatus:
            return None

    at_once(6, sign)

    assert Agreement.objects.get().status == AgreementStatus.SIGNED
    assert AgreementSignature.objects.count() == 3
    assert [e.verb for e in events_of(made.application)].count("agreement_signed") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_signed_last_or_cancelled_at_once_is_one_true_record(
    turn, made, officer, robertsfors, machakos, icld, signatory, partner_signatory, decider
):
    cases.sign(made, by=signatory, organisation=robertsfors)
    cases.sign(made, by=decider, organisation=icld)

    def deed(place):
        try:
            if place:
                workflow.cancel_agreement(made, by=officer, reason="Fel.")
                return "cancelled"
            cases.sign(made, by=partner_signatory, organisation=machakos)
        except WrongStatus:
            return "told"
        return "signed"

    answers = set(at_once(2, deed))

    status = Agreement.objects.get().status
    assert answers == {status, "told"}
    assert AgreementSignature.objects.count() == (3 if status == "signed" else 2)


@pytest.mark.django_db(transaction=True)
def test_two_officers_make_one_agreement(approved, officer, decider):
    def make(place):
        try:
            return cases.agreement(approved, by=[officer, decider][place]).edition
        except WrongStatus:
            return "told"

    assert sorted(map(str, at_once(2, make))) == ["1", "told"]
    assert Agreement.objects.count() == 1


# --- Papers -------------------------------------------------------------------------


def test_the_signed_paper_is_frozen_once_in_both_languages_and_lists_who_signed(
    signed, signatory, partner_signatory, decider
):
    for _run in range(2):
        papers.make_agreement_papers(signed.pk, "signed")

    made = AgreementPaper.objects.order_by("language")
    assert [paper.language for paper in made] == ["en", "sv"]
    for paper in made:
        content = paper.file.read()
        assert paper.sha256 == hashlib.sha256(content).hexdigest()
        text = words_of(content)
        for person in (signatory, partner_signatory, decider):
            assert person.name in text
        assert signed.content_sha256 in text.replace(" ", "")
        assert "100 000 kr" in text.replace("\xa0", " ")
        assert failures(content) == set()
    english, swedish = (words_of(paper.file.open("rb").read()) for paper in made)
    assert "translation for reading" in english
    assert "Det här är texten som undertecknas" in swedish


def test_the_paper_to_sign_has_room_for_each_side(made, robertsfors, machakos):
    papers.make_agreement_papers(made.pk, "to-sign")

    content = AgreementPaper.objects.get(language="sv").file.read()
    text = words_of(content)
    assert text.count("Ort och datum") == 3
    assert failures(content) == set()
    with pytest.raises(papers.NotDue):
        papers.make_agreement_papers(made.pk, "signed")


# --- Reading ------------------------------------------------------------------------


def test_who_sees_it_and_for_whom_it_waits(
    made, coordinator, member, stranger, outsider, reader, signatory, decider, officer
):
    everything = Agreement.objects.all()
    for person in (coordinator, member, reader, officer):
        assert everything.visible_to(person).exists()
        assert not agreements.awaiting(person).exists()
    for person in (stranger, outsider):
        assert not everything.visible_to(person).exists()
    for person in (signatory, decider):
        assert agreements.awaiting(person).get() == made
