"""Approval by both parties: of one exact content, until somebody changes it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from applications import approvals, workflow
from applications.approvals import ChangedSinceRead
from applications.drafting import editing
from applications.fingerprints import fingerprint
from applications.models import Application, Approval, LetterAnswer, Outcome, Status
from icld_portal.events import events_of
from icld_portal.models import Factor, Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from tests.applications.test_parallel import at_once
from tests.factories import cases, long_cases

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(partnership, coordinator) -> Application:
    """A complete draft that nobody has approved."""
    return cases.written_draft(partnership, by=coordinator)


def approve(draft: Application, by, organisation, **other) -> Approval:
    facts = {
        "statement": "Jag godkänner.",
        "version": draft.content_version,
        "method": Factor.TOTP,
    }
    return approvals.approve(draft, by=by, organisation=organisation.pk, **(facts | other))


def change(draft: Application, by, title: str = "En annan titel") -> None:
    with editing(draft, by=by) as locked:
        locked.title_sv = title
        locked.save()


def test_an_approval_keeps_who_what_and_how(written, signatory, robertsfors):
    approval = approve(written, signatory, robertsfors)

    assert (approval.name, approval.role) == ("Test Undertecknarsson", "behörig undertecknare")
    assert approval.content_sha256 == fingerprint(written)
    assert (approval.content_version, approval.method) == (written.content_version, "totp")
    assert [event.verb for event in events_of(written)] == ["start", "sign"]


def test_only_a_signatory_of_that_party_approves(
    written, robertsfors, machakos, signatory, coordinator, member, partner_signatory, stranger
):
    for person, organisation in (
        (coordinator, robertsfors),
        (member, robertsfors),
        (signatory, machakos),
        (partner_signatory, robertsfors),
        (stranger, robertsfors),
    ):
        with pytest.raises(PermissionDenied):
            approve(written, person, organisation)
    assert not Approval.objects.exists()


def test_a_changed_text_has_to_be_read_again(written, signatory, robertsfors, coordinator):
    change(written, coordinator)

    with pytest.raises(ChangedSinceRead):
        approve(written, signatory, robertsfors)


def test_any_change_lapses_both_says_what_and_tells_once(
    written, signatory, partner_signatory, robertsfors, machakos, coordinator
):
    approve(written, signatory, robertsfors)
    approve(written, partner_signatory, machakos)
    Letter.objects.all().delete()

    change(written, coordinator)
    change(written, coordinator, "En tredje titel")

    lapsed = Approval.objects.values_list("lapsed_by", "lapsed_reason")
    assert set(lapsed) == {(coordinator.name, "title_sv")}
    told = Letter.objects.filter(kind="lapsed").values_list("to_email", flat=True)
    assert sorted(told) == sorted([signatory.email, partner_signatory.email, coordinator.email])
    state = approvals.of_parties(Application.objects.get(pk=written.pk))[0]
    with translation.override("sv"):
        assert (state.approval, state.changed) == (None, "titeln")


def test_a_save_that_changes_nothing_lapses_nothing(written, signatory, robertsfors, coordinator):
    approve(written, signatory, robertsfors)

    change(written, coordinator, written.title_sv)

    assert Approval.objects.get().lapsed_at is None


def test_without_both_approvals_nothing_is_submitted(
    written, signatory, partner_signatory, robertsfors, machakos, coordinator
):
    approve(written, signatory, robertsfors)
    assert partner_signatory.roles
    with pytest.raises(NotReady) as stopped:
        workflow.submit(written, by=coordinator)
    assert [problem.anchor for problem in stopped.value.problems] == [f"party-{machakos.pk}"]

    approve(written, partner_signatory, machakos)
    assert workflow.submit(written, by=coordinator).status == Status.SUBMITTED


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM applications_approval",
        "TRUNCATE applications_approval CASCADE",
        "UPDATE applications_approval SET name = 'Somebody else'",
        "UPDATE applications_application SET status = 'submitted', reference = '2027-9999', "
        "received_at = now(), content_sha256 = repeat('a', 64)",
    ],
)
def test_postgres_holds_the_approvals(written, signatory, robertsfors, statement):
    approve(written, signatory, robertsfors)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(DatabaseError, match="pgtrigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_letter_stands_in_only_for_a_partner_without_signatory(
    written, signatory, robertsfors, machakos, coordinator, decider
):
    for organisation in (robertsfors, machakos):
        with editing(written, by=coordinator) as draft:
            letter = long_cases.letter_of_intent(draft, f"{organisation.name}.pdf")
            letter.organisation = organisation
            letter.save()
    written.refresh_from_db()
    home, abroad = approvals.of_parties(written)
    assert (home.stands_in, abroad.stands_in) == (False, True)

    approve(written, signatory, robertsfors)
    case = workflow.submit(written, by=coordinator)
    workflow.take_up(case, by=decider)

    decision = {"outcome": Outcome.APPROVED, "reason": "Stark.", "amounts": {1: 1_000}}
    with pytest.raises(NotReady):
        cases.decide(case, by=decider, **decision)
    with pytest.raises(NotReady):
        approvals.answer_letter(case, by=decider, organisation=machakos.pk, accepted=False)
    with pytest.raises(PermissionDenied):
        approvals.answer_letter(case, by=coordinator, organisation=machakos.pk, accepted=True)
    approvals.answer_letter(
        case, by=decider, organisation=machakos.pk, accepted=False, reason="Ingen namnteckning."
    )
    with pytest.raises(NotReady):
        cases.decide(case, by=decider, **decision)
    approvals.answer_letter(case, by=decider, organisation=machakos.pk, accepted=True)
    cases.decide(case, by=decider, **decision)
    assert LetterAnswer.objects.count() == 2


def test_who_reads_the_case_sees_who_has_approved_and_what_stands_in(
    written, signatory, robertsfors, machakos, coordinator, officer, signed_in
):
    with editing(written, by=coordinator) as draft:
        letter = long_cases.letter_of_intent(draft, "avsikt.pdf")
        letter.organisation = machakos
        letter.save()
    written.refresh_from_db()
    approve(written, signatory, robertsfors)
    case = workflow.submit(written, by=coordinator)
    there = reverse("applications:read", args=[case.handle])

    for person in (coordinator, officer):
        page = signed_in(person, "en").get(there).content.decode()
        home, _party, abroad = page.partition(f'id="party-{machakos.pk}"')
        assert f"{signatory.name}, " in home.partition('id="approvals"')[2]
        words, _link, rest = abroad.partition("<a href=")
        assert "A signed letter of intent stands in for a signatory:" in words
        assert reverse("applications:attachment", args=[case.handle, letter.pk]) in rest
        assert "letter instead" in rest


def test_the_awaited_are_reminded_once_a_day(
    written, signatory, partner_signatory, robertsfors, coordinator, stranger
):
    approve(written, signatory, robertsfors)
    now = timezone.now()

    assert approvals.remind(written, by=coordinator, at=now) == [partner_signatory]
    with pytest.raises(NotReady):
        approvals.remind(written, by=coordinator, at=now + timedelta(hours=23))
    approvals.remind(written, by=coordinator, at=now + timedelta(hours=25))

    assert (
        list(Letter.objects.filter(kind="approve").values_list("to_email", flat=True))
        == [partner_signatory.email] * 2
    )
    with pytest.raises(PermissionDenied):
        approvals.remind(written, by=stranger)


@pytest.mark.django_db(transaction=True)
def test_approving_while_somebody_saves_leaves_a_true_record_in_either_order(
    written, signatory, robertsfors, coordinator
):
    for number in range(4):
        draft = Application.objects.get(pk=written.pk)

        def deed(place, draft=draft, number=number):
            if place:
                return change(draft, coordinator, f"Titel {number}")
            try:
                return approve(draft, signatory, robertsfors)
            except ChangedSinceRead:
                return "read again"

        at_once(2, deed)
        now = fingerprint(Application.objects.get(pk=written.pk))
        assert not Approval.objects.all().valid().exclude(content_sha256=now).exists()
        assert not Approval.objects.all().valid().exists()


# --- Opening again ---------------------------------------------------------------------


def test_a_reopened_case_keeps_reference_and_approvals_until_it_is_changed(
    partnership, coordinator, officer
):
    case = cases.submitted(partnership, by=coordinator)
    reference = case.reference

    draft = workflow.reopen(case, by=coordinator)

    assert (draft.status, draft.reference, draft.received_at) == (Status.DRAFT, reference, None)
    assert not Application.objects.all().visible_to(officer).exists()
    assert Approval.objects.all().valid().count() == 2
    again = workflow.submit(draft, by=coordinator)
    assert (again.reference, again.edition) == (reference, 2)

    draft = workflow.reopen(again, by=coordinator)
    change(draft, coordinator)
    with pytest.raises(NotReady):
        workflow.submit(draft, by=coordinator)


def test_a_withdrawn_case_is_opened_again_before_the_deadline(partnership, coordinator):
    case = workflow.withdraw(cases.submitted(partnership, by=coordinator), by=coordinator)

    assert workflow.reopen(case, by=coordinator).status == Status.DRAFT


def test_after_the_deadline_a_case_can_only_be_withdrawn(partnership, coordinator):
    case = cases.submitted(partnership, by=coordinator)
    closes = case.round.closes_at

    with pytest.raises(NotReady):
        workflow.reopen(case, by=coordinator, at=closes)
    workflow.withdraw(case, by=coordinator, at=closes)
    with pytest.raises(NotReady):
        workflow.reopen(case, by=coordinator, at=closes)
    assert workflow.reopen(case, by=coordinator, at=closes - timedelta(seconds=1))


def test_what_icld_has_taken_up_is_not_opened_again(partnership, coordinator, officer):
    case = cases.in_assessment(partnership, by=coordinator, officer=officer)
    with pytest.raises(WrongStatus):
        workflow.reopen(case, by=coordinator)
    workflow.withdraw(case, by=coordinator)
    with pytest.raises(NotReady):
        workflow.reopen(case, by=coordinator)


@pytest.mark.parametrize("who", ["member", "partner_coordinator", "stranger", "officer"])
def test_only_who_hands_in_opens_again(partnership, coordinator, who, request):
    case = cases.submitted(partnership, by=coordinator)
    with pytest.raises(PermissionDenied):
        workflow.reopen(case, by=request.getfixturevalue(who))
