"""Whatever the parties do, in any order: nothing is submitted that both have not approved."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from applications import approvals, workflow
from applications.approvals import ChangedSinceRead
from applications.drafting import editing, save_answer
from applications.fingerprints import fingerprint
from applications.models import (
    Application,
    Approval,
    PartKind,
    Question,
    QuestionKind,
    Status,
    Supplement,
)
from icld_portal.models import Factor
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from tests.factories import cases

pytestmark = pytest.mark.django_db
SIDES = st.sampled_from(["home", "abroad"])
TEXTS = st.sampled_from(["Vi lär av varandra.", "We learn from each other.", "Maji safi."])


class Parties(RuleBasedStateMachine):
    """Two sides and one draft; each run begins with it as nobody has approved it."""

    case_id: int
    people: dict
    organisations: dict
    officer: User

    def __init__(self):
        super().__init__()
        self.run = transaction.atomic()
        self.run.__enter__()
        self.signed: dict[str, str] = {}
        self.submitted_as = ""

    def teardown(self):
        transaction.set_rollback(True)
        self.run.__exit__(None, None, None)

    @property
    def case(self) -> Application:
        return Application.objects.get(pk=self.case_id)

    @rule(side=SIDES, text=TEXTS)
    def edit(self, side, text):
        case = self.case
        question = Question.objects.filter(
            section__question_set=case.sheet.question_set, kind=QuestionKind.LONG_TEXT
        ).first()
        place = (PartKind.QUESTION, question.pk)
        try:
            with editing(case, by=self.people[side, "writer"], within=[place]) as draft:
                save_answer(draft, question, text, by=self.people[side, "writer"])
        except WrongStatus:
            assert case.status != Status.DRAFT
            assert not case.supplements.open().exists()

    @rule(side=SIDES, behind=st.integers(0, 1))
    def approve(self, side, behind):
        case = self.case
        try:
            approvals.approve(
                case,
                by=self.people[side, "signatory"],
                organisation=self.organisations[side],
                statement="Ja.",
                version=case.content_version - behind,
                method=Factor.TOTP,
            )
        except WrongStatus:
            assert case.status != Status.DRAFT
            assert not case.supplements.open().exists()
        except ChangedSinceRead:
            assert behind
        else:
            self.signed[side] = fingerprint(case)

    @rule()
    def submit(self):
        case = self.case
        now = fingerprint(case)
        try:
            workflow.submit(case, by=self.people["home", "writer"])
        except WrongStatus:
            assert case.status != Status.DRAFT
        except NotReady:
            lapsed = Approval.objects.filter(application=case, lapsed_at=None).count() < 2
            assert lapsed
        else:
            assert self.signed == {"home": now, "abroad": now}

    @rule()
    def withdraw(self):
        try:
            workflow.withdraw(self.case, by=self.people["home", "writer"])
        except WrongStatus:
            assert self.case.status in {Status.DRAFT, Status.WITHDRAWN}
        else:
            self.count_what_is_signed()

    @rule()
    def reopen(self):
        try:
            workflow.reopen(self.case, by=self.people["home", "writer"])
        except WrongStatus:
            assert self.case.status == Status.DRAFT
        except NotReady:
            assert self.case.supplements.pending().exists()

    @rule()
    def ask_for_a_supplement(self):
        case = self.case
        question = Question.objects.filter(
            section__question_set=case.sheet.question_set, kind=QuestionKind.LONG_TEXT
        ).first()
        asked = [workflow.Asked("question", question.pk, "Tydligare.")]
        due_on = timezone.localdate() + timedelta(days=9)
        try:
            workflow.ask_supplement(case, asked, due_on=due_on, by=self.officer)
        except WrongStatus:
            assert case.status != Status.SUBMITTED or case.supplements.open().exists()

    @rule(answer=st.sampled_from(["", "Det stod där."]))
    def hand_in_the_supplement(self, answer):
        case = self.case
        supplement = case.supplements.open().first()
        if supplement is None:
            return
        now = fingerprint(case)
        try:
            workflow.hand_in_supplement(supplement, by=self.people["home", "writer"], answer=answer)
        except NotReady:
            given = Approval.objects.filter(application=case, content_sha256=now, lapsed_at=None)
            assert given.count() < 2 or (now == case.content_sha256 and not answer)
        else:
            assert self.signed == {"home": now, "abroad": now}

    @rule(accepted=st.booleans())
    def end_the_supplement(self, accepted):
        pending = self.case.supplements.pending().first()
        if pending is None:
            return
        try:
            if accepted:
                workflow.accept_supplement(pending, by=self.officer)
            else:
                workflow.close_supplement(pending, reason="Inget svar.", by=self.officer)
        except WrongStatus:
            state = Supplement.objects.get(pk=pending.pk).state
            assert state == ("open" if accepted else "handed_in")
        else:
            self.count_what_is_signed()

    def count_what_is_signed(self):
        """What was written meanwhile and never handed in is no longer the content."""
        now = fingerprint(self.case)
        signed = Approval.objects.filter(
            application=self.case, content_sha256=now, lapsed_at=None
        ).values_list("organisation", flat=True)
        names = {pk: side for side, pk in self.organisations.items()}
        self.signed = {names[pk]: now for pk in signed}

    @invariant()
    def a_submitted_case_has_two_approvals_of_exactly_its_content(self):
        case = self.case
        valid = list(Approval.objects.filter(application=case, lapsed_at=None))
        now = fingerprint(case)
        known = {now, case.content_sha256} if case.supplements.open().exists() else {now}
        assert {approval.content_sha256 for approval in valid} <= known
        if case.status == Status.SUBMITTED:
            bound = [one for one in valid if one.content_sha256 == case.content_sha256]
            assert {one.organisation_id for one in bound} == set(self.organisations.values())
            if not case.supplements.open().exists():
                assert case.content_sha256 == now

    @invariant()
    def the_reference_stays(self):
        self.submitted_as = self.submitted_as or self.case.reference or ""
        assert (self.case.reference or "") == self.submitted_as


def test_no_submitted_case_without_two_approvals_of_its_content(
    partnership,
    robertsfors,
    machakos,
    coordinator,
    partner_coordinator,
    signatory,
    partner_signatory,
    officer,
):
    draft = cases.empty_draft(partnership, by=coordinator)
    cases.fill(draft, by=coordinator)

    class Case(Parties):
        pass

    Case.case_id = draft.pk
    Case.officer = officer
    Case.people = {
        ("home", "writer"): coordinator,
        ("abroad", "writer"): partner_coordinator,
        ("home", "signatory"): signatory,
        ("abroad", "signatory"): partner_signatory,
    }
    Case.organisations = {"home": robertsfors.pk, "abroad": machakos.pk}
    run_state_machine_as_test(
        Case,
        settings=settings(
            max_examples=40,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
