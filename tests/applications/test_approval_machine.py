"""Whatever the parties do, in any order: nothing is submitted that both have not approved."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from applications import approvals, workflow
from applications.approvals import ChangedSinceRead
from applications.drafting import editing, save_answer
from applications.fingerprints import fingerprint
from applications.models import Application, Approval, Factor, Question, QuestionKind, Status
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from tests.factories import cases

pytestmark = pytest.mark.django_db
SIDES = st.sampled_from(["home", "abroad"])
TEXTS = st.sampled_from(["Vi lär av varandra.", "We learn from each other.", "Maji safi."])


class Parties(RuleBasedStateMachine):
    """Two sides and one draft; each run begins with it as nobody has approved it."""

    case_id: int
    people: dict
    organisations: dict

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
        try:
            with editing(case, by=self.people[side, "writer"]) as draft:
                save_answer(draft, question, text, by=self.people[side, "writer"])
        except WrongStatus:
            assert case.status != Status.DRAFT

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

    @rule()
    def reopen(self):
        try:
            workflow.reopen(self.case, by=self.people["home", "writer"])
        except WrongStatus:
            assert self.case.status == Status.DRAFT

    @invariant()
    def a_submitted_case_has_two_approvals_of_exactly_its_content(self):
        case = self.case
        valid = list(Approval.objects.filter(application=case, lapsed_at=None))
        now = fingerprint(case)
        assert {approval.content_sha256 for approval in valid} <= {now}
        if case.status == Status.SUBMITTED:
            assert case.content_sha256 == now
            assert {one.organisation_id for one in valid} == set(self.organisations.values())

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
):
    draft = cases.empty_draft(partnership, by=coordinator)
    cases.fill(draft, by=coordinator)

    class Case(Parties):
        pass

    Case.case_id = draft.pk
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
