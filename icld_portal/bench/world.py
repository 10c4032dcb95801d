"""Who measures and on which cases: people with a session, and the addresses they open."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count

from applications import approvals, workflow
from applications.models import (
    AnswerSheet,
    Application,
    ApplicationPaper,
    CaseParty,
    Outcome,
    PaperKind,
    Purpose,
    QuestionSet,
    Report,
    ReportKind,
    ReportStatus,
    SavedView,
)
from applications.papers import make_papers
from finance import statements
from finance.budgets import accounting_years
from finance.models import AccountLine, Grant
from icld_portal.bench import drafts
from icld_portal.bench.browser import sign_in
from icld_portal.demo import assessing
from icld_portal.models import Factor
from partnerships.models import Membership, Organisation, Partnership, Party, Role, User

# The accounts of a large project.
ACCOUNT_LINES = 300


@dataclass(frozen=True)
class World:
    """Cases to open and sessions to open them in.

    ``spare`` are complete drafts of a partnership of its own, to save in and to submit.
    """

    applicant: str
    decider: str
    submitter: str
    draft: Application
    decided: Application
    assessed: Application
    report: Report
    accountant: str
    controlled: Report
    spare: list[Application]
    stored_paper: ApplicationPaper
    view: SavedView


def build(*, spare: int) -> World:
    """Add the measuring people and their cases to a database full of applications.

    The applicant belongs to the organisation with the most cases, as the slowest home has.
    """
    office = Organisation.objects.get(name="ICLD")
    decider = person("Test Beslutsson", office, Role.OFFICER, Role.DECIDER)
    busiest, quietest = organisations_by_cases()
    applicant = person("Test Samordnarsson", busiest, Role.COORDINATOR)
    submitter = person("Test Inlämnarsson", quietest, Role.COORDINATOR)
    model = drafts.write_draft(partnership_of(quietest), by=submitter)
    decided = decide(hand_in(busiest, by=applicant), by=decider)
    report = open_report(decided)
    make_papers(decided.pk, PaperKind.RECEIPT)
    return World(
        applicant=sign_in(applicant),
        decider=sign_in(decider),
        submitter=sign_in(submitter),
        draft=drafts.write_draft(partnership_of(busiest), by=applicant),
        decided=decided,
        assessed=assess(hand_in(busiest, by=applicant), by=decider),
        report=report,
        accountant=sign_in(account_at_length(report)),
        controlled=handed_in_report(report),
        spare=[approve_by_both(copy) for copy in drafts.copies(model, spare)],
        view=SavedView.objects.create(
            owner=decider,
            name="Att fördela",
            query="status=submitted&sort=country",
            columns=["title", "country", "asked", "officer", "end"],
        ),
        stored_paper=ApplicationPaper.objects.filter(application=decided).latest("pk"),
    )


def open_report(case: Application) -> Report:
    """Open the report of the first year of an approved case, as the job does on its day."""
    grant = Grant.objects.get(reference=case.reference)
    [year] = accounting_years(grant.start_on, grant.end_on, [1])
    form = QuestionSet.objects.all().in_force(case.grant_type, Purpose.REPORT)
    return Report.objects.create(
        application=case,
        grant=grant,
        kind=ReportKind.YEAR,
        year=year.number,
        first_on=year.first,
        last_on=year.last,
        due_on=year.last + timedelta(days=60),
        sheet=AnswerSheet.objects.create(question_set=form),
        statement=statements.open_statement(grant, year, case.budget.guideline),
        language=case.language,
    )


def handed_in_report(otherwise: Report) -> Report:
    """Return the newest report in control, or an approved one; among few cases there is none."""
    handed_in = Report.objects.exclude(statement=None).exclude(status=ReportStatus.DRAFT)
    found = handed_in.select_related("application", "statement", "grant__grantee")
    return found.order_by("-status", "-due_on", "-pk").first() or otherwise


def account_at_length(report: Report) -> User:
    """Fill the accounts of a report that is being written; return who accounts for it."""
    statement = report.statement
    assert statement is not None  # noqa: S101 - ``open_report`` gives it
    grantee = report.grant.grantee
    category = statement.guideline.categories.filter(is_salary=False).first()
    AccountLine.objects.bulk_create(
        AccountLine(
            statement=statement,
            organisation=grantee,
            category=category,
            voucher=f"B {number + 1}",
            booked_on=statement.first_on,
            text=drafts.SENTENCE[:100],
            amount=Decimal("123.45"),
        )
        for number in range(ACCOUNT_LINES)
    )
    return person("Test Redovisarsson", grantee, Role.COORDINATOR)


def person(name: str, organisation: Organisation, *roles: Role) -> User:
    """Make somebody who cannot sign in by password: the sessions are made for them."""
    address = f"{name.split()[-1].lower()}@bench.example.org"
    user = User.objects.create_user(address, name=name)
    Membership.objects.bulk_create(
        Membership(user=user, organisation=organisation, role=role) for role in roles
    )
    return user


def organisations_by_cases() -> tuple[Organisation, Organisation]:
    """Return the grantees with the most and the fewest applications."""
    counted = (
        CaseParty.objects.filter(is_grantee=True, application__country__is_open=True)
        .order_by()
        .values_list("organisation")
        .annotate(number=Count("pk"))
        .order_by("number", "organisation")
    )
    found = [organisation for organisation, _number in counted]
    by_id = Organisation.objects.in_bulk([found[0], found[-1]])
    return by_id[found[-1]], by_id[found[0]]


def partnership_of(organisation: Organisation) -> Partnership:
    """Return a new partnership of ``organisation``, with the partners of its newest case.

    A partnership has one draft of a kind in a round; a new one has no draft in the way.
    """
    case = CaseParty.objects.filter(
        organisation=organisation, is_grantee=True, application__country__is_open=True
    ).latest("pk")
    parties = list(case.application.partnership.parties.all())
    made = Partnership.objects.create(name=case.application.partnership.name)
    Party.objects.bulk_create(
        Party(
            partnership=made,
            organisation_id=party.organisation_id,
            side=party.side,
            is_grantee=party.is_grantee,
        )
        for party in parties
    )
    return made


def hand_in(organisation: Organisation, *, by: User) -> Application:
    """Write, approve and submit a project of ``organisation``."""
    draft = drafts.write_draft(partnership_of(organisation), by=by)
    return workflow.submit(approve_by_both(draft), by=by)


def approve_by_both(draft: Application) -> Application:
    """Let each party's signatory, made where there is none, approve what is written."""
    version = Application.objects.get(pk=draft.pk).content_version
    for party in draft.case_parties.select_related("organisation"):
        approvals.approve(
            draft,
            by=signatory_of(party.organisation),
            organisation=party.organisation_id,
            statement="Vi godkänner ansökan.",
            version=version,
            method=Factor.TOTP,
        )
    return draft


def signatory_of(organisation: Organisation) -> User:
    """Return somebody who signs for ``organisation``."""
    found = User.objects.filter(
        memberships__organisation=organisation, memberships__role=Role.SIGNATORY
    ).first()
    return found or person(f"Test Signatory{organisation.pk}", organisation, Role.SIGNATORY)


def assess(application: Application, *, by: User) -> Application:
    """Take the application up, agree on an assessment, and leave one's own to be written."""
    workflow.take_up(application, by=by)
    workflow.give(application, to=by, by=by)
    workflow.declare(application, by=by, has_conflict=False)
    text = drafts.SENTENCE * 20
    assessing.agree(application, by=by, outcome=Outcome.APPROVED, text=text)
    return Application.objects.get(pk=application.pk)


def decide(application: Application, *, by: User) -> Application:
    """Assess and approve with the first year's sum."""
    assess(application, by=by)
    proposer = person("Test Föredragandesson", Organisation.objects.get(name="ICLD"), Role.OFFICER)
    proposal = workflow.propose_alone(
        application,
        by=proposer,
        outcome=Outcome.APPROVED,
        reason=drafts.SENTENCE,
        amounts={1: 100_000},
    )
    workflow.decide(application, by=by, version=proposal.version)
    return Application.objects.get(pk=application.pk)
