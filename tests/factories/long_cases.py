"""A project with text and figures enough for a paper of some eight pages."""

from datetime import date, datetime, timedelta

from applications import workflow
from applications.drafting import editing, save_answer
from applications.models import (
    Application,
    Attachment,
    CooperationArea,
    CoreArea,
    Goal,
    Outcome,
    Question,
    Round,
)
from finance.models import BudgetLine
from icld_portal.localize import STOCKHOLM
from partnerships.models import Partnership, User
from tests.factories.cases import approve_by_both, decide, reply

OPENS_ON, DEADLINE_ON = date(2027, 2, 15), date(2027, 3, 15)
STARTED_AT = datetime(2027, 2, 20, 9, 0, tzinfo=STOCKHOLM)
RECEIVED_AT = datetime(2027, 3, 15, 23, 59, 7, tzinfo=STOCKHOLM)
DECIDED_AT = datetime(2027, 5, 28, 10, 30, tzinfo=STOCKHOLM)
SENTENCE = "Båda kommunerna prövar öppna budgetmöten där invånarna frågar först. "
# Year 1: 31.25 days at 4 800 are 150 000. Each year ends at the ceiling of 500 000.
LINES = (
    (1, "swedish", "salary", "Projektledning och förankring", "31.25", 4_800, 150_000),
    (1, "swedish", "travel", "Resor för åtta personer", None, None, 120_000),
    (1, "swedish", "audit", "", None, None, 30_000),
    (1, "partner", "board-lodging", "Two workshops in Machakos", None, None, 140_000),
    (1, "partner", "interpreters", "Kikamba and English", None, None, 60_000),
    (2, "swedish", "salary", "Projektledning", "25", 4_800, 120_000),
    (2, "partner", "travel", "Study visit to Robertsfors", None, None, 180_000),
    (2, "partner", "board-lodging", "Study visit to Robertsfors", None, None, 200_000),
)


def long_draft(
    partnership: Partnership, *, by: User, answer: str = SENTENCE * 18, **kept: str
) -> Application:
    """Return a project ready to hand in; ``kept`` are answers by the question's key."""
    Round.objects.get_or_create(deadline_on=DEADLINE_ON, defaults={"opens_on": OPENS_ON})
    started = workflow.start_application(partnership, "project", by=by, at=STARTED_AT)
    with editing(started, by=by) as draft:
        _basics(draft)
        for question in Question.objects.filter(section__question_set=draft.sheet.question_set):
            text = kept.get(question.key) or reply(question, answer)
            save_answer(draft, question, text, by=by)
        _plan(draft)
        _budget(draft)
    return Application.objects.get(pk=started.pk)


def _basics(draft: Application) -> None:
    draft.title_sv, draft.title_en = "Öppna budgetar i två kommuner", "Open budgets in two towns"
    draft.start_on, draft.end_on = date(2027, 7, 1), date(2029, 6, 30)
    draft.save()
    draft.core_areas.set(CoreArea.objects.all()[:2])
    draft.cooperation_areas.set(CooperationArea.objects.all()[:2])
    draft.goals.set(Goal.objects.all()[:3])
    for number, party in enumerate(draft.case_parties.all()):
        party.contact_name = ("Åsa Exempelsson", "Invented Mutua")[number]
        party.contact_email = f"contact-{number}@example.org"
        party.save()


def _plan(draft: Application) -> None:
    parties = [party.organisation for party in draft.case_parties.all()]
    for number in (1, 2):
        result = draft.results.create(text=f"Resultat {number}: fler invånare deltar. {SENTENCE}")
        for target in ("400 invånare", "12 möten"):
            result.indicators.create(
                text="Antal som deltar", baseline="0", target=target, source="Protokoll"
            )
    for year in (1, 2):
        for organisation in parties:
            draft.activities.create(year=year, organisation=organisation, text=SENTENCE * 2)
    for probability in (2, 4):
        draft.risks.create(
            text="Valet ger nya politiker",
            probability=probability,
            consequence=3,
            measure="Styrgruppen får en introduktion",
            owner="Samordnaren",
        )


def _budget(draft: Application) -> None:
    draft.budget.years = 2
    draft.budget.save()
    parties = {party.side: party.organisation for party in draft.case_parties.all()}
    categories = {category.code: category for category in draft.budget.guideline.categories.all()}
    for year, side, category, description, days, day_cost, amount in LINES:
        BudgetLine.objects.create(
            budget=draft.budget,
            year=year,
            organisation=parties[side],
            category=categories[category],
            description=description,
            days=days,
            day_cost_sek=day_cost,
            amount_sek=amount,
        )


def letter_of_intent(draft: Application, file_name: str) -> Attachment:
    """The row of an uploaded letter; a paper needs nothing of its bytes."""
    return Attachment.objects.create(
        application=draft,
        slot=draft.sheet.question_set.slots.get(key="letter_of_intent"),
        organisation=draft.case_parties.get(is_grantee=True).organisation,
        file="attachments/0.pdf",
        file_name=file_name,
        content_type="application/pdf",
        size_bytes=20_480,
        sha256="ab" * 32,
    )


def handed_in(draft: Application, *, by: User) -> Application:
    """Hand in 53 seconds before the deadline, approved by both an hour earlier."""
    approve_by_both(draft, at=RECEIVED_AT - timedelta(hours=1))
    return workflow.submit(draft, by=by, at=RECEIVED_AT)


def decided(
    draft: Application,
    *,
    by: User,
    decider: User,
    outcome: str = Outcome.APPROVED,
    reason: str = "Väl förankrat.\nResorna år 2 är räknade för högt.",
) -> Application:
    """Hand in and decide; an approval gives 67 000 less than was asked for year 2."""
    application = handed_in(draft, by=by)
    workflow.take_up(application, by=decider, at=DECIDED_AT - timedelta(days=30))
    decide(
        application,
        by=decider,
        outcome=outcome,
        reason=reason,
        amounts={1: 500_000, 2: 433_000} if outcome == Outcome.APPROVED else None,
        at=DECIDED_AT,
    )
    return Application.objects.get(pk=application.pk)
