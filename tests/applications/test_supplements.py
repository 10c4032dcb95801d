"""A supplement: named parts of a handed-in case, until a day, approved anew by both."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from applications import approvals, papers, snapshots, workflow
from applications.before_after import changes_in
from applications.documents import documents_of
from applications.drafting import editing, save_answer
from applications.fingerprints import fingerprint
from applications.models import (
    Activity,
    Answer,
    Application,
    Approval,
    Attachment,
    Indicator,
    Outcome,
    PaperKind,
    PartKind,
    Question,
    QuestionKind,
    Result,
    Risk,
    Status,
    Supplement,
    SupplementState,
)
from applications.unlocking import TooLate
from applications.workflow import Asked
from finance.models import BudgetLine
from icld_portal.events import events_of
from icld_portal.models import Factor, Letter
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from tests.factories import cases, long_cases

pytestmark = pytest.mark.django_db
WHOLE = ["results", "activities", "risks", "budget"]


@pytest.fixture
def case(partnership, coordinator, officer) -> Application:
    """A case in assessment, asked 100 000 kr."""
    return cases.in_assessment(partnership, by=coordinator, officer=officer)


def questions(case: Application) -> list[Question]:
    """Two questions that are answered in words."""
    found = Question.objects.filter(
        section__question_set=case.sheet.question_set, kind=QuestionKind.LONG_TEXT
    )
    return list(found.order_by("section__sort_order", "sort_order")[:2])


def ask(case: Application, *places, by, days: int = 14, at=None) -> Supplement:
    """Ask for ``places``, to be answered within ``days``."""
    asked = [Asked(str(kind), pk, "Tydligare, tack.") for kind, pk in places]
    due_on = timezone.localdate() + timedelta(days=days)
    return workflow.ask_supplement(case, asked, due_on=due_on, by=by, at=at)


def write(case: Application, question: Question, text: str, *, by, at=None) -> None:
    place = (PartKind.QUESTION, question.pk)
    with editing(case, by=by, within=[place], at=at) as held:
        save_answer(held, question, text, by=by)


def approve(case: Application, at=None) -> None:
    for party in case.case_parties.select_related("organisation"):
        approvals.approve(
            case,
            by=cases.signatory_of(party.organisation),
            organisation=party.organisation_id,
            statement="Ja.",
            version=Application.objects.get(pk=case.pk).content_version,
            method=Factor.TOTP,
            at=at,
        )


def test_only_the_named_parts_can_be_written(case, coordinator, officer):
    asked, locked = questions(case)
    ask(case, (PartKind.QUESTION, asked.pk), by=officer)

    write(case, asked, "Nu tydligare.", by=coordinator)
    with pytest.raises(WrongStatus):
        write(case, locked, "Nej.", by=coordinator)
    with pytest.raises(WrongStatus), editing(case, by=coordinator):
        pass
    with pytest.raises(WrongStatus), editing(case, by=coordinator, within=[("budget", 0)]):
        pass
    assert Answer.objects.get(question=asked, sheet=case.sheet).text == "Nu tydligare."


def raw(statement: str, *facts) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, facts)


def writes_of(case: Application) -> dict[tuple[str, int], list[tuple[str, list]]]:
    """Raw SQL that writes each kind of part, by place."""
    asked, other = questions(case)
    result = Result.objects.get(application=case)
    answer = "UPDATE applications_answer SET text = 'x' WHERE sheet_id = %s AND question_id = %s"
    file = Attachment.objects.get(application=case)
    return {
        ("question", asked.pk): [(answer, [case.sheet_id, asked.pk])],
        ("question", other.pk): [(answer, [case.sheet_id, other.pk])],
        ("results", 0): [
            ("UPDATE applications_result SET text = 'x' WHERE id = %s", [result.pk]),
            ("UPDATE applications_indicator SET target = 'x' WHERE result_id = %s", [result.pk]),
            (
                "INSERT INTO applications_result (application_id, text) VALUES (%s, 'x')",
                [case.pk],
            ),
        ],
        ("activities", 0): [
            ("UPDATE applications_activity SET text = 'x' WHERE application_id = %s", [case.pk])
        ],
        ("risks", 0): [
            ("UPDATE applications_risk SET text = 'x' WHERE application_id = %s", [case.pk])
        ],
        ("budget", 0): [
            ("UPDATE finance_budgetline SET amount_sek = 1 WHERE budget_id = %s", [case.budget_id]),
            (
                "UPDATE finance_budget SET frozen_at = NULL, guide_reason = 'x' WHERE id = %s",
                [case.budget_id],
            ),
        ],
        ("slot", file.slot_id): [
            ("UPDATE applications_attachment SET file_name = 'x' WHERE id = %s", [file.pk])
        ],
    }


@pytest.fixture
def with_letter(partnership, coordinator, officer) -> Application:
    """A case in assessment with an attachment."""
    draft = cases.written_draft(partnership, by=coordinator)
    with editing(draft, by=coordinator) as held:
        long_cases.letter_of_intent(held, "avsikt.pdf")
    cases.approve_by_both(draft)
    case = workflow.submit(draft, by=coordinator)
    return workflow.take_up(case, by=officer)


@pytest.mark.parametrize("number", range(7))
def test_postgres_refuses_every_write_outside_the_named_part(with_letter, officer, number):
    case = with_letter
    writes = writes_of(case)
    place = list(writes)[number]
    for found in writes.values():
        for statement, facts in found:
            with pytest.raises(DatabaseError, match="pgtrigger"):
                raw(statement, *facts)
    ask(case, place, by=officer)

    for other, found in writes.items():
        for statement, facts in found:
            if other == place:
                raw(statement, *facts)
            else:
                with pytest.raises(DatabaseError, match="pgtrigger"):
                    raw(statement, *facts)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM applications_supplement",
        "DELETE FROM applications_supplementpart",
        "UPDATE applications_supplementpart SET reason = 'x'",
        "UPDATE applications_supplement SET state = 'accepted'",
        "UPDATE applications_answersheet SET frozen_at = NULL",
        "DELETE FROM applications_attachment",
        "UPDATE applications_application SET content_sha256 = repeat('a', 64)",
        "UPDATE applications_application SET received_at = now()",
        "TRUNCATE applications_supplementpart",
    ],
)
def test_postgres_holds_the_supplement(with_letter, officer, statement):
    slot = with_letter.attachments.get().slot_id
    ask(with_letter, ("slot", slot), by=officer)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError, match="pgtrigger"):
        raw(statement)


def test_both_parties_are_told_what_is_asked_and_why(case, officer, coordinator):
    cases.signatory_of(case.case_parties.get(is_grantee=False).organisation)
    Letter.objects.all().delete()
    question = questions(case)[0]

    supplement = ask(case, (PartKind.QUESTION, question.pk), ("budget", 0), by=officer)

    letters = Letter.objects.filter(kind="supplement_asked")
    assert {letter.language for letter in letters} == {"sv"}
    told = {letter.to_user_id for letter in letters}
    assert coordinator.pk in told
    assert len(told) >= 2
    body = letters.get(to_user_id=coordinator.pk).body
    assert str(question.text_sv) in body
    assert body.count("Tydligare, tack.") == 2
    assert f"/supplements/{supplement.number}/" in body


def test_who_may_ask_and_when(case, coordinator, reader, officer, partnership):
    place = ("budget", 0)
    for person in (coordinator, reader):
        with pytest.raises(PermissionDenied):
            ask(case, place, by=person)
    with pytest.raises(NotReady):
        ask(case, place, by=officer, days=-1)
    with pytest.raises(NotReady):
        ask(case, by=officer)
    with pytest.raises(NotReady):
        ask(case, ("question", 0), by=officer)
    ask(case, place, by=officer)
    with pytest.raises(WrongStatus):
        ask(case, place, by=officer)
    draft = cases.empty_draft(partnership, by=coordinator)
    with pytest.raises(PermissionDenied if draft.status != Status.DRAFT else WrongStatus):
        ask(draft, place, by=officer)


def test_an_answer_is_approved_by_both_and_makes_a_new_edition(case, coordinator, officer):
    question = questions(case)[0]
    received_at, before = case.received_at, case.content_sha256
    supplement = ask(case, (PartKind.QUESTION, question.pk), by=officer)
    write(case, question, "Nu tydligare.", by=coordinator)

    with pytest.raises(NotReady) as stopped:
        workflow.hand_in_supplement(supplement, by=coordinator)
    assert {problem.page for problem in stopped.value.problems} == {"approval"}
    approve(case)
    workflow.hand_in_supplement(supplement, by=coordinator)

    case.refresh_from_db()
    assert (case.status, case.edition, case.received_at) == ("in_assessment", 2, received_at)
    assert case.content_sha256 == fingerprint(case) != before
    valid = Approval.objects.filter(application=case, lapsed_at=None)
    assert {one.content_sha256 for one in valid} == {case.content_sha256}
    assert valid.count() == 2
    assert Approval.objects.filter(application=case, content_sha256=before).count() == 2
    with pytest.raises(WrongStatus):
        write(case, question, "För sent.", by=coordinator)
    verbs = [event.verb for event in events_of(case)]
    assert verbs[-3:] == ["lapse", "lapse", "hand_in_supplement"]
    kinds = set(Letter.objects.values_list("kind", flat=True))
    assert {"supplement_handed_in", "supplement_arrived"} <= kinds


def test_what_was_handed_in_stays_approved_until_the_answer_comes(case, coordinator, officer):
    question = questions(case)[0]
    ask(case, (PartKind.QUESTION, question.pk), by=officer)
    write(case, question, "Ett.", by=coordinator)
    approve(case)
    write(case, question, "Två.", by=coordinator)

    valid = Approval.objects.filter(application=case, lapsed_at=None)
    assert {one.content_sha256 for one in valid} == {case.content_sha256}
    handed_in = approvals.of_parties(Application.objects.get(pk=case.pk))
    assert all(state.approval for state in handed_in)
    anew = approvals.of_parties(Application.objects.get(pk=case.pk), supplemented=True)
    assert not any(state.is_given for state in anew)
    assert Letter.objects.filter(kind="lapsed").exists()


def test_the_answer_may_be_that_nothing_is_changed(case, coordinator, officer):
    supplement = ask(case, ("budget", 0), by=officer)

    with pytest.raises(NotReady) as stopped:
        workflow.hand_in_supplement(supplement, by=coordinator)
    assert [problem.anchor for problem in stopped.value.problems] == ["answer"]
    workflow.hand_in_supplement(supplement, by=coordinator, answer="Den stämmer.")

    supplement.refresh_from_db()
    assert (supplement.state, supplement.answer) == (SupplementState.HANDED_IN, "Den stämmer.")
    assert BudgetLine.objects.filter(budget=case.budget).count() == 1
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        BudgetLine.objects.filter(budget=case.budget).update(amount_sek=1)


def test_one_second_after_the_day_nothing_is_written_approved_or_handed_in(
    case, coordinator, officer, signatory, robertsfors
):
    question = questions(case)[0]
    supplement = ask(case, (PartKind.QUESTION, question.pk), by=officer)
    last, late = supplement.due_at - timedelta(seconds=1), supplement.due_at
    write(case, question, "I sista sekunden.", by=coordinator, at=last)

    with pytest.raises(TooLate):
        write(case, question, "För sent.", by=coordinator, at=late)
    with pytest.raises(WrongStatus):
        approve(case, at=late)
    with pytest.raises(TooLate):
        workflow.hand_in_supplement(supplement, by=coordinator, answer="Ja.", at=late)
    assert Answer.objects.get(question=question, sheet=case.sheet).text == "I sista sekunden."

    later = supplement.due_on + timedelta(days=3)
    workflow.prolong_supplement(supplement, due_on=later, by=officer, at=late)
    write(case, question, "Mer tid.", by=coordinator, at=late)


def change_everything(case: Application, supplement: Supplement, *, by) -> None:
    """Write, add and remove in every part that is unlocked."""
    places = [part.place for part in supplement.parts.all()]
    with editing(case, by=by, within=places) as held:
        for kind, pk in places:
            if kind == "question":
                save_answer(held, Question.objects.get(pk=pk), "Något annat.", by=by)
        Indicator.objects.filter(result__application=held).delete()
        Result.objects.filter(application=held).update(text="Ett annat resultat.")
        Result.objects.create(application=held, text="Ett resultat till.")
        Activity.objects.filter(application=held).delete()
        Risk.objects.filter(application=held).update(measure="En annan plan")
        held.budget.lines.all().delete()
        cases.add_cost(held, 250_000)
        held.budget.guide_reason = "Dyrare resor."
        held.budget.save()
        file = held.attachments.get()
        file.set_aside_at = timezone.now()
        file.save()
        long_cases.letter_of_intent(held, "ny.pdf")


def everything(case: Application) -> list[tuple[str, int]]:
    asked = [("question", question.pk) for question in questions(case)]
    slots = [("slot", file.slot_id) for file in case.attachments.all()]
    return [*asked, *((kind, 0) for kind in WHOLE), *slots]


@pytest.mark.parametrize("end", ["close", "withdraw"])
def test_without_an_answer_the_case_is_again_what_was_handed_in(
    with_letter, coordinator, officer, end
):
    case, before = with_letter, with_letter.content_sha256
    supplement = ask(case, *everything(case), by=officer)
    change_everything(case, supplement, by=coordinator)
    assert fingerprint(Application.objects.get(pk=case.pk)) != before

    if end == "close":
        with pytest.raises(NotReady):
            workflow.close_supplement(supplement, reason=" ", by=officer)
        workflow.close_supplement(supplement, reason="Inget svar.", by=officer)
    else:
        workflow.withdraw(case, by=coordinator)

    case = Application.objects.get(pk=case.pk)
    assert fingerprint(case) == before == case.content_sha256
    supplement.refresh_from_db()
    assert supplement.state == ("closed" if end == "close" else "withdrawn")
    valid = Approval.objects.filter(application=case, lapsed_at=None)
    assert {one.content_sha256 for one in valid} == {before}
    assert valid.count() == 2
    assert case.attachments.get().file_name == "avsikt.pdf"


def test_icld_reads_what_was_handed_in_until_the_answer_comes(with_letter, coordinator, officer):
    case = with_letter
    supplement = ask(case, *everything(case), by=officer)
    change_everything(case, supplement, by=coordinator)

    def read(by) -> Application:
        found = Application.objects.all().with_content().get(pk=case.pk)
        return snapshots.for_reader(found, by)

    shown, own = read(officer), read(coordinator)
    assert [one.text for one in shown.results.all()] == ["Fler hushåll har rent vatten."]
    assert len(shown.results.all()[0].indicators.all()) == 1
    assert len(own.results.all()) == 2
    assert len(shown.activities.all()) == 1
    assert not own.activities.all()
    assert [line.amount_sek for line in shown.budget.lines.all()] == [100_000]
    assert [one.file_name for one in shown.attachments.all()] == ["avsikt.pdf"]
    assert "Något annat." not in {one.text for one in shown.sheet.answers.all()}

    def papers_seen(by) -> set[str]:
        found = documents_of(Application.objects.get(pk=case.pk), by)
        return {one.name for one in found if one.name in {"avsikt.pdf", "ny.pdf"}}

    assert (papers_seen(officer), papers_seen(coordinator)) == ({"avsikt.pdf"}, {"ny.pdf"})
    assert snapshots.asked_sums([case.budget_id]) == {case.budget_id: 100_000}


def test_the_officer_sees_before_and_after(with_letter, coordinator, officer):
    case = with_letter
    supplement = ask(case, *everything(case), by=officer)
    change_everything(case, supplement, by=coordinator)
    now = {one.part.kind: one for one in changes_in(case, Supplement.objects.get(pk=supplement.pk))}

    assert all(one.is_changed for one in now.values())
    assert [(pair.what, pair.before) for pair in now["activities"].pairs] == [
        ("removed", "Studiebesök\nRobertsfors kommun")
    ]
    sums = [(one.year, one.before_sek, one.after_sek) for one in now["budget"].sums]
    assert sums == [(1, 100_000, 250_000), (0, 100_000, 250_000)]
    assert {pair.what for pair in now["slot"].pairs} == {"added", "removed"}


def test_a_case_is_not_decided_while_a_supplement_is_not_done_with(
    case, coordinator, officer, decider
):
    decision = {"outcome": Outcome.REJECTED, "reason": "Nej."}
    proposal = cases.propose(case, **decision)
    supplement = ask(case, ("risks", 0), by=officer)
    with pytest.raises(NotReady):
        cases.propose(case, **decision)
    with pytest.raises(NotReady):
        workflow.decide(case, by=decider, version=proposal.version)
    workflow.hand_in_supplement(supplement, by=coordinator, answer="Inget att ändra.")
    with pytest.raises(NotReady):
        workflow.decide(case, by=decider, version=proposal.version)

    workflow.accept_supplement(supplement, by=officer)
    assert workflow.decide(case, by=decider, version=proposal.version).outcome == "rejected"


def test_asking_again_ends_the_answer_that_came(case, coordinator, officer):
    first = ask(case, ("risks", 0), by=officer)
    workflow.hand_in_supplement(first, by=coordinator, answer="Inget att ändra.")
    second = ask(case, ("risks", 0), by=officer)

    first.refresh_from_db()
    assert (first.state, second.number, second.state) == ("again", 2, "open")
    with pytest.raises(WrongStatus):
        workflow.accept_supplement(first, by=officer)


def test_the_receipt_gets_a_new_edition(case, coordinator, officer):
    papers.make_papers(case.pk, PaperKind.RECEIPT)
    question = questions(case)[0]
    supplement = ask(case, (PartKind.QUESTION, question.pk), by=officer)
    write(case, question, "Nu tydligare.", by=coordinator)
    approve(case)
    workflow.hand_in_supplement(supplement, by=coordinator)
    papers.make_papers(case.pk, PaperKind.RECEIPT)

    made = case.papers.filter(kind=PaperKind.RECEIPT, language="sv").order_by("edition")
    assert [paper.edition for paper in made] == [1, 2]
    assert made[0].sha256 != made[1].sha256


def test_a_submitted_case_with_a_supplement_is_not_opened_again(partnership, coordinator, officer):
    case = cases.submitted(partnership, by=coordinator)
    ask(case, ("risks", 0), by=officer)

    with pytest.raises(NotReady):
        workflow.reopen(case, by=coordinator)
    workflow.withdraw(case, by=coordinator)
    assert workflow.reopen(case, by=coordinator).status == Status.DRAFT


def test_the_parties_are_reminded_seven_days_and_one_day_before(case, officer):
    supplement = ask(case, ("risks", 0), by=officer, days=14)

    def on(days: int) -> int:
        at = supplement.due_at - timedelta(days=days, hours=12)
        return workflow.remind_of_supplements(at=at)

    assert [on(8), on(7), on(7), on(3), on(1), on(1), on(0)] == [0, 1, 0, 0, 1, 0, 0]
    assert Letter.objects.filter(kind="supplement_reminder").exists()
    later = supplement.due_on + timedelta(days=14)
    workflow.prolong_supplement(supplement, due_on=later, by=officer)
    supplement.refresh_from_db()
    assert on(7) == 1


def test_what_is_asked_for_late_is_not_reminded_of_a_threshold_before(case, officer):
    supplement = ask(case, ("risks", 0), by=officer, days=3)
    assert workflow.remind_of_supplements() == 0
    assert workflow.remind_of_supplements(at=supplement.due_at - timedelta(hours=30)) == 1
