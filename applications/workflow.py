"""The life of an application: one function per deed, and the table they follow."""

from datetime import date, datetime, timedelta
from typing import cast

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import approvals, completeness, jobs, notices, rules
from applications.drafting import editing
from applications.fingerprints import fingerprint
from applications.models import (
    AnswerSheet,
    Application,
    Assessment,
    Bundle,
    CaseParty,
    Decision,
    DecisionYear,
    GrantTypeSetting,
    Outcome,
    QuestionSet,
    Round,
    Status,
)
from applications.references import next_reference
from finance import budgets, caps, grants
from finance.models import GrantType
from icld_portal import events
from icld_portal.localize import STOCKHOLM, money
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.workflow import Transition, WrongStatus, begin, complete
from partnerships.models import Partnership, Party, PartySide, User

SUBMIT = Transition(
    "submit",
    frozenset({Status.DRAFT}),
    Status.SUBMITTED,
    rules.may_submit,
    gettext_lazy("Submit"),
    notices.tell_submitted,
)
TAKE_UP = Transition(
    "take_up",
    frozenset({Status.SUBMITTED}),
    Status.IN_ASSESSMENT,
    rules.may_take_up,
    gettext_lazy("Take up for assessment"),
)
APPROVE = Transition(
    "approve",
    frozenset({Status.IN_ASSESSMENT}),
    Status.APPROVED,
    rules.may_decide,
    gettext_lazy("Approve"),
    notices.tell_decided,
)
REJECT = Transition(
    "reject",
    frozenset({Status.IN_ASSESSMENT}),
    Status.REJECTED,
    rules.may_decide,
    gettext_lazy("Reject"),
    notices.tell_decided,
)
WITHDRAW = Transition(
    "withdraw",
    frozenset({Status.SUBMITTED, Status.IN_ASSESSMENT}),
    Status.WITHDRAWN,
    rules.may_withdraw,
    gettext_lazy("Withdraw"),
    notices.tell_withdrawn,
)
REOPEN = Transition(
    "reopen",
    frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
    Status.DRAFT,
    rules.may_reopen,
    gettext_lazy("Open again"),
    notices.tell_reopened,
)
TRANSITIONS = (SUBMIT, TAKE_UP, APPROVE, REJECT, WITHDRAW, REOPEN)
# A double click, or a second try on a slow line.
SENT_TWICE_WITHIN = timedelta(minutes=1)


class AlreadyBegun(NotReady):
    """The partnership has a draft of this kind in this round: ``draft``."""

    def __init__(self, draft: Application) -> None:
        self.draft = draft
        text = _("The partnership has a draft of this kind already. Continue with that one.")
        super().__init__([Problem(text, anchor="partnership")])


@transaction.atomic
def start_application(
    partnership: Partnership,
    grant_type: str,
    *,
    by: User,
    at: datetime | None = None,
    language: str = "sv",
    bundle: Bundle | None = None,
    copied_from: Application | None = None,
) -> Application:
    """Begin a case of ``partnership``: an empty draft under today's versions of the rules.

    Raises PermissionDenied if ``by`` does not write for one of its parties, NotReady
    when nothing is open or the parties are not what the programme asks for, AlreadyBegun
    when the partnership has such a draft in the round.
    """
    at = at or timezone.now()
    if not rules.may_start(by, partnership):
        raise PermissionDenied("start")
    # Two who begin at once, or one who clicks twice, make one draft.
    Partnership.objects.select_for_update().get(pk=partnership.pk)
    parties = list(partnership.parties.select_related("organisation__country"))
    partners = [party for party in parties if party.side == PartySide.PARTNER]
    found = [*_party_problems(parties, partners)]
    application_round, round_found = open_round(grant_type, at=at)
    if found or round_found:
        raise NotReady([*found, *round_found])
    if begun := draft_of(partnership, grant_type, application_round):
        raise AlreadyBegun(begun)
    question_set = QuestionSet.objects.all().in_force(grant_type)
    application = Application.objects.create(
        partnership=partnership,
        country=partners[0].organisation.country,
        grant_type=grant_type,
        round=application_round,
        bundle=bundle,
        copied_from=copied_from,
        language=language,
        sheet=AnswerSheet.objects.create(question_set=question_set),
        budget=budgets.open_budget(grant_type, parties, on=at.astimezone(STOCKHOLM).date()),
        created_at=at,
        created_by=by,
    )
    _copy_parties(application, parties)
    events.record(application, "start", by=by, at=at, to_status=Status.DRAFT)
    return application


@transaction.atomic
def start_once(
    partnership: Partnership, grant_type: str, *, by: User, at: datetime, language: str
) -> Application:
    """As ``start_application``, but a form that was sent twice makes one draft.

    A draft cannot be thrown away, so a double click would stay in the list for ever.
    """
    Partnership.objects.select_for_update().get(pk=partnership.pk)
    untouched = Application.objects.filter(
        partnership=partnership,
        grant_type=grant_type,
        language=language,
        status=Status.DRAFT,
        content_version=1,
        created_by=by,
        created_at__gte=at - SENT_TWICE_WITHIN,
    )
    twin = untouched.order_by("pk").first()
    return twin or start_application(partnership, grant_type, by=by, at=at, language=language)


def _copy_parties(application: Application, parties: list[Party]) -> None:
    CaseParty.objects.bulk_create(
        CaseParty(
            application=application,
            organisation=party.organisation,
            side=party.side,
            is_grantee=party.is_grantee,
            contact_name=party.organisation.contact_name,
            contact_email=party.organisation.contact_email,
            contact_phone=party.organisation.contact_phone,
        )
        for party in parties
    )


def draft_of(
    partnership: Partnership, grant_type: str, application_round: Round | None
) -> Application | None:
    """Return the draft of this kind that the partnership has in the round, the newest one."""
    drafts = Application.objects.filter(
        partnership=partnership,
        grant_type=grant_type,
        round=application_round,
        status=Status.DRAFT,
    )
    return drafts.order_by("-pk").first()


def open_round(grant_type: str, *, at: datetime) -> tuple[Round | None, list[Problem]]:
    """Return the round that takes ``grant_type`` at ``at``; none for a type open all year.

    The second value says why nothing is open, with the next opening day.
    """
    if GrantTypeSetting.objects.filter(grant_type=grant_type, open_all_year=True).exists():
        return None, []
    if found := Round.objects.all().open_at(at).order_by("deadline_on").first():
        return found, []
    coming = Round.objects.all().coming_at(at).first()
    text = (
        _("No application round is open. The next one opens on %(day)s.")
        % {"day": coming.opens_on.isoformat()}
        if coming
        else _("No application round is open, and no coming round is published yet.")
    )
    return None, [Problem(text, anchor="grant_type")]


@transaction.atomic
def move_to_open_round(
    application: Application, *, by: User, at: datetime | None = None
) -> Application:
    """Carry a draft that missed its deadline over to what is open now, content and all.

    It keeps the guidelines and the questions it began with. Raises WrongStatus when it is
    no draft or its own round is still open, NotReady when nothing is open, PermissionDenied
    if ``by`` does not write for a party.
    """
    at = at or timezone.now()
    with editing(application, by=by) as draft:
        if draft.closes_at is None or at < draft.closes_at:
            raise WrongStatus("move_to_open_round")
        # As when a case is begun: one draft of a kind in a round.
        Partnership.objects.select_for_update().get(pk=draft.partnership_id)
        draft.round, found = open_round(draft.grant_type, at=at)
        if found:
            raise NotReady(found)
        if begun := draft_of(draft.partnership, draft.grant_type, draft.round):
            raise AlreadyBegun(begun)
        draft.own_deadline_on = None
        draft.save(update_fields=["round", "own_deadline_on"])
        deadline = draft.round.deadline_on.isoformat() if draft.round else ""
        events.record(draft, "move_to_open_round", by=by, at=at, deadline_on=deadline)
    return draft


def _party_problems(parties: list[Party], partners: list[Party]) -> list[Problem]:
    texts = []
    if not any(party.is_grantee for party in parties):
        texts.append(_("The partnership has no Swedish party that can receive a grant."))
    if not partners:
        texts.append(_("The partnership has no cooperation partner."))
    texts += [
        _("%(country)s is not open for new applications.") % {"country": party.organisation.country}
        for party in partners
        if not party.organisation.country.is_open
    ]
    return [Problem(text, anchor="partnership") for text in texts]


@transaction.atomic
def submit(application: Application, *, by: User, at: datetime | None = None) -> Application:
    """Hand in ``application``: freeze it, give it its reference, tell both parties.

    Each party must have approved exactly this content, or have a letter stand in for it;
    a reopened case keeps its reference. ``at`` is when the request reached us. Raises
    NotReady with every blocking problem, WrongStatus if it has been handed in already,
    PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    application = begin(SUBMIT, application, by=by)
    # Under the lock, one query per kind of row.
    application = Application.objects.all().with_content().get(pk=application.pk)
    sha256 = fingerprint(application)
    found = completeness.problems(application, at=at)
    found += approvals.problems(approvals.of_parties(application), sha256=sha256)
    if stops := blocking(found):
        raise NotReady(stops)
    application.received_at = at
    application.submitted_by = by
    application.content_sha256 = sha256
    _freeze(application, at=at)
    asked_sek = caps.totals(application.budget).total_sek
    jobs.make_receipt.defer(application_id=application.pk)
    application.reference = application.reference or next_reference(at.astimezone(STOCKHOLM).year)
    return complete(SUBMIT, application, by=by, at=at, asked_sek=asked_sek)


def _freeze(application: Application, *, at: datetime) -> None:
    application.sheet.frozen_at = at
    application.sheet.save(update_fields=["frozen_at"])
    budgets.freeze(application.budget, at=at)


@transaction.atomic
def take_up(application: Application, *, by: User, at: datetime | None = None) -> Application:
    """Begin the assessment; whoever takes it up is its programme officer."""
    application = begin(TAKE_UP, application, by=by)
    application.officer = application.officer or by
    return complete(TAKE_UP, application, by=by, at=at)


@transaction.atomic
def assign(
    application: Application, *, to: User | None, by: User, at: datetime | None = None
) -> Application:
    """Make ``to`` the programme officer of the case, or nobody.

    Raises PermissionDenied if ``by`` may not assign or ``to`` is no officer, WrongStatus
    for a draft.
    """
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if application.status == Status.DRAFT:
        raise WrongStatus("assign")
    if not rules.may_assign(by, application) or (to and not rules.may_assess(to, application)):
        raise PermissionDenied("assign")
    application.officer = to
    application.save(update_fields=["officer"])
    events.record(application, "assign", by=by, at=at, officer_id=to.pk if to else None)
    return application


@transaction.atomic
def write_assessment(
    application: Application,
    *,
    by: User,
    text: str,
    recommendation: str,
    at: datetime | None = None,
) -> Assessment:
    """Keep the written assessment of ``by``; their earlier text stays in the history.

    Raises WrongStatus when the case is not in assessment, PermissionDenied if ``by``
    may not assess it.
    """
    at = at or timezone.now()
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if application.status != Status.IN_ASSESSMENT:
        raise WrongStatus("write_assessment")
    if not rules.may_assess(by, application):
        raise PermissionDenied("write_assessment")
    assessment, _created = Assessment.objects.update_or_create(
        application=application,
        author=by,
        defaults={"text": text, "recommendation": recommendation, "written_at": at},
    )
    events.record(application, "write_assessment", by=by, at=at, recommendation=recommendation)
    return assessment


@transaction.atomic
def decide(
    application: Application,
    *,
    by: User,
    outcome: str,
    reason: str,
    amounts: dict[int, int] | None = None,
    at: datetime | None = None,
) -> Decision:
    """Decide: ``amounts`` are whole SEK per year of the case, for an approval only.

    An approval opens the grant; both parties get the letter. Raises NotReady when the
    sums or the reason are not in order, WrongStatus when somebody has decided already,
    PermissionDenied if ``by`` is not a decision maker.
    """
    at = at or timezone.now()
    transition = APPROVE if outcome == Outcome.APPROVED else REJECT
    application = begin(transition, application, by=by)
    amounts = amounts or {}
    found = decision_problems(application, outcome=outcome, reason=reason, amounts=amounts)
    if found := [*found, *approvals.letter_problems(application, outcome=outcome)]:
        raise NotReady(found)
    decision = Decision.objects.create(
        application=application,
        outcome=outcome,
        reason=reason.strip(),
        decided_by=by,
        decided_at=at,
    )
    if outcome == Outcome.APPROVED:
        _promise(application, decision, amounts, by=by, at=at)
    jobs.make_decision_letter.defer(application_id=application.pk)
    complete(transition, application, by=by, at=at, granted_sek=sum(amounts.values()))
    return decision


def decision_problems(
    application: Application, *, outcome: str, reason: str, amounts: dict[int, int]
) -> list[Problem]:
    """Return what stops a decision: no reason, or sums that were not asked for."""
    found = []
    if not reason.strip():
        found.append(Problem(_("Write the reason for the decision."), anchor="reason"))
    if outcome == Outcome.REJECTED:
        if amounts:
            found.append(Problem(_("A rejection has no amounts."), anchor="year-1"))
        return found
    asked = caps.totals(application.budget).by_year
    if not sum(amounts.values()):
        found.append(Problem(_("An approval needs an amount."), anchor="year-1"))
    for year, amount in amounts.items():
        if amount < 0 or amount > asked.get(year, 0):
            found.append(
                Problem(
                    _("Year %(year)d: %(amount)s is not between 0 and the %(asked)s asked for.")
                    % {
                        "year": year,
                        "amount": money(amount),
                        "asked": money(asked.get(year, 0)),
                    },
                    anchor=f"year-{year}",
                )
            )
    return found


def _promise(
    application: Application,
    decision: Decision,
    amounts: dict[int, int],
    *,
    by: User,
    at: datetime,
) -> None:
    DecisionYear.objects.bulk_create(
        DecisionYear(decision=decision, year=year, amount_sek=amount)
        for year, amount in sorted(amounts.items())
    )
    grantee = application.case_parties.select_related("organisation").get(is_grantee=True)
    grants.open_grant(
        reference=str(application.reference),
        title=application.title_sv,
        grant_type=GrantType(application.grant_type),
        partnership=application.partnership,
        grantee=grantee.organisation,
        start_on=cast(date, application.start_on),
        end_on=cast(date, application.end_on),
        amounts=amounts,
        by=by,
        at=at,
    )


@transaction.atomic
def withdraw(application: Application, *, by: User, at: datetime | None = None) -> Application:
    """Take back an application that is not decided yet; it stays readable."""
    application = begin(WITHDRAW, application, by=by)
    return complete(WITHDRAW, application, by=by, at=at)


@transaction.atomic
def reopen(application: Application, *, by: User, at: datetime | None = None) -> Application:
    """Make a draft of it again, under the same reference, until the deadline.

    Approvals stand until the content is changed. Raises NotReady when the round is closed
    or ICLD has taken it up, WrongStatus or PermissionDenied as every deed.
    """
    at = at or timezone.now()
    application = begin(REOPEN, application, by=by)
    if found := reopen_problems(application, at=at):
        raise NotReady(found)
    application.sheet.frozen_at = None
    application.sheet.save(update_fields=["frozen_at"])
    budgets.unfreeze(application.budget)
    application.received_at = None
    application.submitted_by = None
    application.content_sha256 = ""
    application.edition += 1
    return complete(REOPEN, application, by=by, at=at, edition=application.edition)


def reopen_problems(application: Application, *, at: datetime) -> list[Problem]:
    """Return what forbids to open a handed-in case again at the moment ``at``."""
    found = list(completeness.round_problems(application, at))
    if events.events_of(application).filter(verb=TAKE_UP.verb).exists():
        found.append(Problem(_("ICLD has taken up the application; it can only be withdrawn.")))
    return found
