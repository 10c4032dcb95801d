"""Making cases for tests by walking the real workflow."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from applications import agreement_content, approvals, workflow
from applications.drafting import editing, save_answer
from applications.models import (
    Activity,
    Agreement,
    AgreementSignature,
    Application,
    CooperationArea,
    CoreArea,
    Decision,
    Goal,
    Indicator,
    Outcome,
    PendingDecision,
    Question,
    QuestionKind,
    Result,
    Risk,
    Round,
)
from finance.models import BudgetLine
from icld_portal.demo import assessing
from icld_portal.models import Factor
from partnerships.models import Organisation, Partnership, Role, User
from tests.factories.parties import make_partnership, make_person


def open_round(at: datetime | None = None) -> Round:
    """Return a round that is open at ``at`` (now)."""
    day = timezone.localtime(at).date()
    found, _made = Round.objects.get_or_create(
        deadline_on=day + timedelta(days=20), defaults={"opens_on": day - timedelta(days=10)}
    )
    return found


def empty_draft(
    partnership: Partnership, *, by: User, grant_type: str = "project", language: str = "sv"
) -> Application:
    """Return a draft as it is when it has just been begun.

    A partnership has one draft of a kind in a round: for another one, the same parties
    begin in a partnership more.
    """
    if workflow.draft_of(partnership, grant_type, open_round()):
        parties = partnership.parties.order_by("pk").select_related("organisation__kind")
        partnership = make_partnership(*(party.organisation for party in parties))
    return workflow.start_application(partnership, grant_type, by=by, language=language)


def ready_draft(
    partnership: Partnership,
    *,
    by: User,
    grant_type: str = "project",
    sek: int = 100_000,
    years: int = 1,
) -> Application:
    """Return a draft that both have approved; ``sek`` is asked for each year."""
    draft = written_draft(partnership, by=by, grant_type=grant_type, sek=sek, years=years)
    approve_by_both(draft)
    return Application.objects.get(pk=draft.pk)


def written_draft(
    partnership: Partnership, *, by: User, grant_type: str = "project", **amounts: int
) -> Application:
    """Return a complete draft that nobody has approved."""
    draft = empty_draft(partnership, by=by, grant_type=grant_type)
    fill(draft, by=by, **amounts)
    return Application.objects.get(pk=draft.pk)


def fill(application: Application, *, by: User, sek: int = 100_000, years: int = 1) -> None:
    """Answer everything that is asked for."""
    with editing(application, by=by) as draft:
        draft.title_sv, draft.title_en = "Rent vatten i två kommuner", "Clean water in two towns"
        draft.start_on, draft.end_on = date(2027, 7, 1), date(2027 + years, 6, 30)
        draft.save()
        draft.budget.years = years
        draft.budget.save()
        draft.core_areas.add(CoreArea.objects.first())
        draft.cooperation_areas.add(CooperationArea.objects.first())
        draft.goals.add(Goal.objects.first())
        for party in draft.case_parties.all():
            party.contact_name, party.contact_email = "Test Kontaktsson", "contact@example.org"
            party.save()
        answer_everything(draft, by=by)
        plan(draft)
        for year in range(1, years + 1):
            add_cost(draft, sek, year=year)


def answer_everything(draft: Application, *, by: User) -> None:
    """Write a short, valid answer to every question of the case's set."""
    questions = Question.objects.filter(
        section__question_set=draft.sheet.question_set
    ).prefetch_related("options")
    for question in questions:
        text = reply(question, "Parterna vill lära av varandra.")
        save_answer(draft, question, text, by=by)


def reply(question: Question, text: str) -> str:
    """Return a valid answer: ``text`` within the word limit, where words are asked for."""
    if question.kind == QuestionKind.CHOICE:
        return question.options.all()[0].value
    if question.kind == QuestionKind.YES_NO:
        return "yes"
    if question.kind == QuestionKind.NUMBER:
        return "8"
    return " ".join(text.split()[: question.word_limit or None])


def plan(draft: Application) -> None:
    """One result with an indicator, one activity, one risk."""
    result = Result.objects.create(application=draft, text="Fler hushåll har rent vatten.")
    Indicator.objects.create(
        result=result, text="Andel hushåll", baseline="40 %", target="60 %", source="Mätning"
    )
    grantee = draft.case_parties.get(is_grantee=True).organisation
    Activity.objects.create(application=draft, year=1, organisation=grantee, text="Studiebesök")
    Risk.objects.create(
        application=draft, text="Val", probability=2, consequence=3, measure="Plan", owner="Båda"
    )


def add_cost(
    draft: Application, sek: int, *, year: int = 1, category: str = "travel"
) -> BudgetLine:
    """Add one expense of the grantee, whole SEK."""
    return BudgetLine.objects.create(
        budget=draft.budget,
        year=year,
        organisation=draft.case_parties.get(is_grantee=True).organisation,
        category=draft.budget.guideline.categories.get(code=category),
        description="Resor",
        amount_sek=sek,
    )


def approve_by_both(application: Application, at: datetime | None = None) -> None:
    """Let a signatory of each party approve what is written; one is made where none is."""
    for party in application.case_parties.select_related("organisation"):
        approvals.approve(
            application,
            by=signatory_of(party.organisation),
            organisation=party.organisation_id,
            statement="Vi godkänner ansökan.",
            version=Application.objects.get(pk=application.pk).content_version,
            method=Factor.TOTP,
            at=at,
        )


def signatory_of(organisation: Organisation) -> User:
    """Return somebody who signs for ``organisation``."""
    found = User.objects.filter(
        memberships__organisation=organisation, memberships__role=Role.SIGNATORY
    ).first()
    return found or make_person(f"Signs for {organisation.name}", organisation, Role.SIGNATORY)


def submitted(partnership: Partnership, *, by: User, **options) -> Application:
    """Return a case that has just been handed in."""
    return workflow.submit(ready_draft(partnership, by=by, **options), by=by)


def in_assessment(partnership: Partnership, *, by: User, officer: User, **options) -> Application:
    """Return a case that ``officer`` has taken up."""
    return workflow.take_up(submitted(partnership, by=by, **options), by=officer)


def agreed(
    case: Application, *, by: User, outcome: Outcome = Outcome.APPROVED, text: str = "Stark."
) -> Application:
    """Let ``by`` write the common assessment of a case and close it."""
    assessing.agree(case, by=by, outcome=outcome, text=text)
    return Application.objects.get(pk=case.pk)


def asked(case: Application, *, by: User, role: Role = Role.ASSESSOR) -> User:
    """Return somebody new who is asked to assess and has declared no conflict of interest."""
    assessor = make_person("Test Tillfrågad", by.memberships.first().organisation, role)
    workflow.give(case, to=assessor, by=by)
    workflow.declare(case, by=assessor, has_conflict=False)
    return assessor


def scored(case: Application, *, by: User, text: str = "") -> None:
    """Let ``by``, who has been asked and has declared, hand in a complete assessment."""
    workflow.save_assessment(
        case,
        by=by,
        texts=assessing.texts(case, Outcome.APPROVED),
        text=text,
        recommendation=Outcome.APPROVED,
    )
    workflow.hand_in(case, by=by)


def propose(case: Application, **facts) -> PendingDecision:
    """Let somebody new at ICLD propose a decision outside a meeting."""
    icld = Organisation.objects.get(name="ICLD")
    return workflow.propose_alone(
        case, by=make_person("Test Föredragare", icld, Role.OFFICER), **facts
    )


def decide(case: Application, *, by: User, at: datetime | None = None, **facts) -> Decision:
    """Let ``by`` take a decision that somebody else has proposed."""
    proposal = propose(case, **facts, at=at)
    return workflow.decide(case, by=by, version=proposal.version, at=at)


def approved(partnership: Partnership, *, by: User, decider: User, **options) -> Application:
    """Return a case that ``decider`` has approved with what was asked for."""
    case = in_assessment(partnership, by=by, officer=decider, **options)
    decide(
        case,
        by=decider,
        outcome=Outcome.APPROVED,
        reason="En stark ansökan.",
        amounts={1: options.get("sek", 100_000)},
    )
    return Application.objects.get(pk=case.pk)


def agreement(case: Application, *, by: User, at: datetime | None = None) -> Agreement:
    """Return the agreement of an approved case, with the usual days for its reports."""
    years = agreement_content.years_of(case, case.decision)
    dates = agreement_content.usual_dates(case, years)
    return workflow.make_agreement(case, by=by, dates=dates, at=at)


def sign(made: Agreement, *, by: User, organisation: Organisation) -> AgreementSignature:
    """Let ``by`` sign for ``organisation``."""
    return workflow.sign(
        made,
        by=by,
        organisation=organisation.pk,
        statement="Jag undertecknar.",
        sha256=made.content_sha256,
        method=Factor.TOTP,
    )
