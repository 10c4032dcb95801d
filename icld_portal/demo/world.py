"""The demo world: every case walks the real workflow, deed by deed."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from applications import approvals, commenting, drafting, workflow, workspace
from applications.models import (
    Activity,
    Application,
    CooperationArea,
    CoreArea,
    Goal,
    Indicator,
    Outcome,
    Part,
    Question,
    Result,
    Risk,
)
from finance import caps
from finance.models import CostCategory, LimitKind
from icld_portal.demo import (
    assessing,
    attachments,
    citations,
    meetings,
    minutes,
    office,
    parties,
    people,
    rounds,
    steering,
    supplements,
    talk,
)
from icld_portal.demo.agreements import make_agreements
from icld_portal.demo.budgets import Costs
from icld_portal.demo.plans import (
    ASSESSMENT,
    COMMENT,
    DEFAULT_AREA,
    GOALS,
    GUIDE_REASON,
    REASON,
    STATEMENT,
    Plan,
    plans,
)
from icld_portal.demo.texts import Writer
from icld_portal.localize import STOCKHOLM
from icld_portal.models import Factor
from partnerships.models import Membership, Organisation, Partnership, PartySide, Role, User


def is_empty() -> bool:
    """Return whether nobody has used this database yet."""
    return not (User.objects.exists() or Partnership.objects.exists())


@transaction.atomic
def seed(now: datetime | None = None) -> bool:
    """Make the demo world in an empty database; return whether there was anything to do.

    All or nothing: a seed that is interrupted leaves the database empty.
    """
    call_command("load_programme")
    if not is_empty():
        return False
    World(now or timezone.now()).make()
    return True


class World:
    """Makes the cases; keeps what many of them share, so that it is read once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.rounds = rounds.make_rounds(now)
        self.partnerships = parties.make_partnerships()
        self.areas = {
            row["id"]: row["cooperation_area_code"] or DEFAULT_AREA for row in parties.known_rows()
        }
        used = {plan.partnership for plan in plans()}
        people.make_people(parties.organisations_of(self.partnerships[key] for key in used))

    @cached_property
    def writers(self) -> dict[int, User]:
        """The coordinator of each organisation, by its id."""
        return {
            membership.organisation_id: membership.user
            for user in User.objects.prefetch_related("memberships__user")
            for membership in user.memberships.all()
            if membership.role == Role.COORDINATOR
        }

    @cached_property
    def signatories(self) -> dict[int, User]:
        """The authorised signatory of each organisation, by its id."""
        memberships = Membership.objects.filter(role=Role.SIGNATORY).select_related("user")
        return {membership.organisation_id: membership.user for membership in memberships}

    @cached_property
    def officers(self) -> list[User]:
        """ICLD's programme officers."""
        return list(User.objects.filter(memberships__role=Role.OFFICER).order_by("pk"))

    @cached_property
    def decider(self) -> User:
        """ICLD's decision maker."""
        return User.objects.get(memberships__role=Role.DECIDER)

    def make(self) -> None:
        """Walk every case, the oldest round first."""
        for name, demo_round in self.rounds.items():
            cases = [plan for plan in plans() if plan.round == name]
            for place, plan in enumerate(cases):
                part = (place + 0.5) / len(cases)
                self.walk(plan, demo_round, part, place)
        talk.make_talk(self.now)
        meetings.prepare_meeting(self.now)
        supplements.ask_for_one(self.now)
        make_agreements(self.now, signatories=self.signatories, decider=self.decider)
        group = steering.make_steering(self.now, self.partnerships[steering.STEERED])
        minutes.make_minutes(self.now, group)
        citations.begin_backed(self.now, group)
        office.share_views()
        office.add_partner()
        office.begin_letter()

    def walk(self, plan: Plan, demo_round: rounds.DemoRound, part: float, number: int) -> None:
        """Take one case from its beginning to where it ends."""
        partnership = self.partnerships[plan.partnership]
        by = self.writers[partnership.parties.get(is_grantee=True).organisation_id]
        written = demo_round.written
        application = workflow.start_application(
            partnership, plan.grant_type, by=by, at=written.at(part * 0.5), language=plan.language
        )
        self.write(application, plan, by=by, number=number)
        if plan.ends_as != "gaps":
            attachments.attach_letters(application, by=by, at=written.at(part * 0.5))
        if plan.ends_as in {"draft", "gaps"}:
            self.work_together(application, by=by)
            return
        submitted_at = written.at(0.5 + part * 0.5)
        self.approve(application, at=submitted_at)
        workflow.submit(application, by=by, at=submitted_at)
        self.handle(application, plan, demo_round.handled, part, by=by, number=number)

    def work_together(self, application: Application, *, by: User) -> None:
        """Share out two parts of a draft, mark one as ready, and ask the partner something."""
        sections = list(application.sheet.question_set.sections.all())
        partner = self.writers[application.case_parties.get(is_grantee=False).organisation_id]
        chosen = {sections[0].pk: by.pk, sections[1].pk: partner.pk}
        workspace.assign(application, chosen, by=by)
        workspace.mark_ready(application, sections[0], by=by)
        text = COMMENT[application.language]
        commenting.open_thread(application, sections[1], text, by=by, tell=partner)

    def approve(self, application: Application, *, at: datetime) -> None:
        """Let a signatory of each party approve what is written."""
        version = Application.objects.get(pk=application.pk).content_version
        for party in application.case_parties.select_related("organisation"):
            approvals.approve(
                application,
                by=self.signatories[party.organisation_id],
                organisation=party.organisation_id,
                statement=STATEMENT[application.language] % party.organisation.name,
                version=version,
                method=Factor.TOTP,
                at=at,
            )

    def handle(
        self,
        application: Application,
        plan: Plan,
        handled: rounds.Span,
        part: float,
        *,
        by: User,
        number: int,
    ) -> None:
        """Do what ICLD, or a party that withdraws, has done since."""
        if plan.ends_as == "submitted":
            return
        officer = self.officers[number % len(self.officers)]
        workflow.take_up(application, by=officer, at=handled.at(part * 0.3))
        if plan.ends_as == "withdrawn":
            workflow.withdraw(application, by=by, at=handled.at(0.3 + part * 0.2))
            return
        rejected = plan.ends_as == "rejected"
        outcome = Outcome.REJECTED if rejected else Outcome.APPROVED
        assessed_at = handled.at(0.3 + part * 0.5)
        if plan.ends_as == "in_assessment" and number % 2:
            colleague = next(one for one in self.officers if one != officer)
            assessing.ask_several(application, officer, colleague=colleague, at=assessed_at)
            return
        text = ASSESSMENT[outcome]
        assessing.agree(application, by=officer, outcome=outcome, text=text, at=assessed_at)
        if plan.ends_as != "in_assessment":
            proposal = workflow.propose_alone(
                application,
                by=officer,
                outcome=outcome,
                reason=REASON[outcome],
                amounts={} if rejected else caps.totals(application.budget).by_year,
                at=handled.at(0.9 + part * 0.05),
            )
            decided_at = handled.at(0.95 + part * 0.05)
            workflow.decide(application, by=self.decider, version=proposal.version, at=decided_at)
            if rejected:
                workflow.share_assessment(application, by=officer, at=decided_at)

    # --- Writing ----------------------------------------------------------------------

    def write(self, application: Application, plan: Plan, *, by: User, number: int) -> None:
        """Fill in the form as its parties would; a case with gaps is left half done."""
        with drafting.editing(application, by=by) as draft:
            organisations = self.contacts(draft)
            grantee, partners = organisations[0], organisations[1:]
            writer = Writer(
                plan.language,
                self.areas[plan.partnership],
                grantee.name,
                " / ".join(partner.name for partner in partners),
                number,
            )
            self.facts(draft, plan, writer)
            questions = questions_of(draft)
            if plan.ends_as == "gaps":
                questions = questions[: len(questions) // 2]
            for question in questions:
                drafting.save_answer(draft, question, writer.answer(question.key), by=by)
            self.plan_rows(draft, organisations, writer, gaps=plan.ends_as == "gaps")
            self.money(draft, plan, organisations)

    def contacts(self, draft: Application) -> list[Organisation]:
        """Name the coordinators as contacts; return the organisations, the grantee first."""
        found = []
        for party in draft.case_parties.select_related("organisation"):
            coordinator = self.writers[party.organisation_id]
            party.contact_name = coordinator.name
            party.contact_email = coordinator.email
            party.save(update_fields=["contact_name", "contact_email"])
            found.append(party.organisation)
        return found

    def facts(self, draft: Application, plan: Plan, writer: Writer) -> None:
        """Titles, dates, areas and goals. A case begins the year after its round."""
        year = timezone.localtime(draft.created_at, STOCKHOLM).year + 1
        draft.title_sv, draft.title_en = plan.title_sv, plan.title_en
        draft.start_on = date(year, 1, 1)
        draft.end_on = date(year + plan.years - 1, 12, 31)
        draft.save(update_fields=["title_sv", "title_en", "start_on", "end_on"])
        draft.core_areas.set(CoreArea.objects.order_by("pk")[: 1 + writer.number % 3])
        draft.cooperation_areas.set(CooperationArea.objects.filter(code=writer.area))
        if plan.ends_as != "gaps":
            draft.goals.set(Goal.objects.filter(code__in=[GOALS[writer.area], "17"]))

    def plan_rows(
        self, draft: Application, organisations: list[Organisation], writer: Writer, *, gaps: bool
    ) -> None:
        """Results with indicators, activities per year and party, risks, where asked for."""
        asked = set(draft.sheet.question_set.sections.values_list("part", flat=True))
        years = years_of(draft)
        if Part.RESULTS in asked:
            for text, measure in writer.results():
                result = Result.objects.create(application=draft, text=text)
                if not gaps:
                    Indicator.objects.create(result=result, **measure)
        if Part.ACTIVITIES in asked:
            Activity.objects.bulk_create(activities(draft, organisations, writer, years))
        if Part.RISKS in asked and not gaps:
            risks = [Risk(application=draft, **risk) for risk in writer.plan["risks"]]
            Risk.objects.bulk_create(risks)

    def money(self, draft: Application, plan: Plan, organisations: list[Organisation]) -> None:
        """The budget; above a guide value with the reason, except where there are gaps."""
        budget = draft.budget
        budget.years = plan.years
        costs = Costs(
            limit=caps.limit_for(budget),
            categories=self.categories,
            swedish_id=organisations[0].pk,
            partner_ids=[organisation.pk for organisation in organisations[1:]],
            language=plan.language,
        )
        above = plan.share > 100 and costs.limit.kind == LimitKind.GUIDE
        if above and plan.ends_as != "gaps":
            budget.guide_reason = GUIDE_REASON
        budget.save(update_fields=["years", "guide_reason"])
        budget.lines.bulk_create(costs.lines(budget, share=plan.share))

    @cached_property
    def categories(self) -> dict[str, CostCategory]:
        """The closed list of costs by code; the demo has one version of the guidelines."""
        return {category.code: category for category in CostCategory.objects.all()}


def questions_of(application: Application) -> list[Question]:
    """Return the questions of the case's form in reading order."""
    return list(
        Question.objects.filter(section__question_set=application.sheet.question_set_id).order_by(
            "section__sort_order", "sort_order"
        )
    )


def years_of(application: Application) -> int:
    """Return the number of calendar years from start to end."""
    start, end = application.start_on, application.end_on
    return end.year - start.year + 1 if start and end else 1


def activities(
    application: Application, organisations: list[Organisation], writer: Writer, years: int
) -> Iterator[Activity]:
    """Plan one activity a year for each party."""
    for year in range(1, years + 1):
        for organisation in organisations:
            side = PartySide.SWEDISH if organisation == organisations[0] else PartySide.PARTNER
            yield Activity(
                application=application,
                year=year,
                organisation=organisation,
                text=writer.activity(str(side), year),
            )


def listing() -> dict[str, list[Any]]:
    """Return what ``seed_demo --json`` prints."""
    return {
        "people": [
            {
                "email": person.email,
                "password": people.PASSWORD,
                "totp_secret": person.totp_secret,
                "roles": list(person.roles),
                "organisation": person.organisation,
            }
            for person in people.demo_people()
        ],
        "applications": list(
            Application.objects.order_by("pk").values("reference", "status", "grant_type")
        ),
    }
