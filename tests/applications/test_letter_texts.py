"""The letters of decisions are written by the text in force when they were decided."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from applications import letter_texts, papers, workflow
from applications.models import Application, ProgrammeText, TextKind
from applications.text_kinds import KINDS, kinds_of
from icld_portal.models import Letter
from icld_portal.wording import field_problems, fields_in
from partnerships.models import Role
from tests.factories import cases
from tests.factories.parties import make_person
from tests.reading_pdf import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(partnership, coordinator, officer, machakos) -> Application:
    make_person("Test Reader", machakos, Role.COORDINATOR, language="en")
    return cases.in_assessment(partnership, by=coordinator, officer=officer)


def new_version(kind: str, *, at=None, **texts) -> ProgrammeText:
    last = ProgrammeText.objects.filter(kind=kind).latest("version")
    facts = {name: getattr(last, name) for name in ("subject_sv", "subject_en", "body_sv")}
    return ProgrammeText.objects.create(
        kind=kind,
        version=last.version + 1,
        published_at=at or timezone.now(),
        **({"body_en": last.body_en} | facts | texts),
    )


def test_every_kind_is_described_loaded_and_in_order():
    assert set(KINDS) == set(TextKind.values)
    for text in ProgrammeText.objects.all():
        terms = KINDS[text.kind]
        for language in ("sv", "en"):
            body, subject = getattr(text, f"body_{language}"), getattr(text, f"subject_{language}")
            assert field_problems(body, terms.fields) == []
            assert field_problems(subject, terms.fields, is_subject=True) == []
            assert terms.must <= fields_in(body), text.kind
            assert bool(subject) == terms.has_subject
    loaded = set(ProgrammeText.objects.values_list("kind", flat=True))
    assert {*kinds_of("letters"), *kinds_of("help")} == loaded == set(KINDS)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE applications_programmetext SET body_sv = 'x'",
        "UPDATE applications_programmetext SET published_at = NULL",
        "DELETE FROM applications_programmetext",
        "TRUNCATE applications_programmetext",
    ],
)
def test_the_database_refuses_every_change_of_a_published_text(sql):
    with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
        connection.cursor().execute(sql)


def test_the_database_refuses_a_text_that_is_published_in_one_language():
    with pytest.raises(IntegrityError, match="in_both_languages"), transaction.atomic():
        new_version("about", body_en="")


def test_the_version_in_force_is_the_newest_by_then_and_the_first_before_it():
    now = timezone.now()
    second = new_version("about", at=now - timedelta(days=2))
    third = new_version("about", at=now + timedelta(days=2))

    def version(days: int) -> int:
        at = now + timedelta(days=days)
        return letter_texts.texts_in_force(["about"], at)["about"].version

    assert version(-3) == 1
    assert version(0) == second.version
    assert version(3) == third.version


def test_a_field_without_a_value_is_no_letter(case):
    facts = letter_texts.case_facts(case, "sv")
    with pytest.raises(KeyError, match="reason"):
        letter_texts.render("mail_rejected", "sv", facts)


def test_the_mail_of_a_decision_is_written_by_the_text_in_force_and_keeps_its_version(
    case, decider
):
    new_version(
        "mail_rejected",
        subject_en="No: {{reference}}",
        body_en="To {{organisation}}: {{reason}}",
        subject_sv="Nej: {{reference}}",
        body_sv="Till {{organisation}}: {{reason}}",
    )
    cases.decide(case, by=decider, outcome="rejected", reason="Too <vague>.")

    letters = list(Letter.objects.filter(kind="rejected").order_by("pk"))
    assert {letter.wording for letter in letters} == {"mail_rejected/2"}
    assert {letter.language for letter in letters} == {"sv", "en"}
    for letter in letters:
        word, to = ("Nej", "Till") if letter.language == "sv" else ("No", "To")
        assert letter.subject == f"{word}: {case.reference}"
        assert letter.body.startswith(f"{to} ")
        assert letter.body.endswith(": Too <vague>.\n")


def test_the_paper_holds_the_text_of_the_day_and_keeps_its_version(case, decider):
    cases.decide(case, by=decider, outcome="rejected", reason="Målet är oklart.")
    # Published after the decision, before the job that makes the paper.
    new_version("decision_rejected", body_en="Something else. {{reason}}")
    papers.make_papers(case.pk, "decision")

    made = papers.newest(Application.objects.get(pk=case.pk), "decision", "en")
    assert made.wording == "decision_rejected/1"
    shown = words_of(made.file.read())
    assert "Something else" not in shown
    assert "Reason Målet är oklart." in shown


def test_the_letters_of_a_release_tell_the_conditions(case, officer, decider):
    meeting = workflow.meeting_of(case.round)
    wanted = workflow.Wanted("Name a deputy.", timezone.localdate() + timedelta(days=90))
    pending = workflow.propose(
        meeting,
        case,
        by=officer,
        outcome="approved",
        reason="Good.",
        amounts={1: 100_000},
        conditions=[wanted],
    )
    workflow.confirm(meeting, case, by=decider, version=pending.version)
    workflow.order_release(meeting, by=decider, held_on=timezone.localdate())
    workflow.release(meeting.pk)

    letter = Letter.objects.filter(kind="approved", language="en").first()
    assert f"Conditions\n- Name a deputy. (to be met by {wanted.due_on})" in letter.body
    assert "Approved sum\n- Year 1: 100\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}kr" in letter.body
