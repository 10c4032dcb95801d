"""The common view: an officer writes it from the assessors' own; the decision rests on it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import rules
from applications.models import (
    AnswerSheet,
    Application,
    Consensus,
    ConsensusYear,
    Outcome,
    SharedAssessment,
    Status,
)
from applications.workflow.scoring import (
    Text,
    criteria_version,
    lock_case,
    sheet_problems,
    write_texts,
)
from finance import caps
from icld_portal import events
from icld_portal.localize import money
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import User


class StaleConsensus(Exception):
    """Somebody else has saved the common assessment since the page was opened."""

    def __init__(self, stored: Consensus) -> None:
        self.stored = stored
        super().__init__(stored.pk)


@transaction.atomic
def save_consensus(
    application: Application,
    *,
    by: User,
    texts: Iterable[Text],
    text: str,
    recommendation: str,
    amounts: Mapping[int, int],
    version: int | None = None,
    at: datetime | None = None,
) -> Consensus:
    """Keep the unfinished common view; ``amounts`` are whole SEK by year of the case.

    ``version`` is the one the writer saw, 0 for none yet. Raises StaleConsensus if somebody
    has saved since, WrongStatus when it is agreed or the case is not in assessment,
    PermissionDenied if ``by`` may not assess.
    """
    at = at or timezone.now()
    application = lock_case(application, verb="save_consensus")
    if not rules.may_assess(by, application):
        raise PermissionDenied("save_consensus")
    stored = (
        Consensus.objects.filter(application=application)
        .select_related("sheet", "written_by")
        .first()
    )
    if stored and stored.agreed_at is not None:
        raise WrongStatus("save_consensus")
    if version is not None and version != (stored.version if stored else 0):
        raise StaleConsensus(stored) if stored else WrongStatus("save_consensus")
    if stored is None:
        sheet = AnswerSheet.objects.create(question_set=criteria_version(application))
        stored = Consensus(application=application, sheet=sheet, version=0)
    write_texts(stored.sheet, texts, by=by, at=at)
    stored.text, stored.recommendation = text, recommendation
    stored.written_by, stored.written_at = by, at
    stored.version += 1
    stored.save()
    stored.years.all().delete()
    ConsensusYear.objects.bulk_create(
        ConsensusYear(consensus=stored, year=year, amount_sek=amount)
        for year, amount in sorted(amounts.items())
    )
    return stored


@transaction.atomic
def agree(application: Application, *, by: User, at: datetime | None = None) -> Consensus:
    """Close the common view; the assessors' own can no longer be opened again.

    Raises NotReady with every score, reason or sum that is missing or wrong, else as saving.
    """
    at = at or timezone.now()
    application = lock_case(application, verb="agree")
    if not rules.may_assess(by, application):
        raise PermissionDenied("agree")
    stored = Consensus.objects.select_related("sheet__question_set").get(application=application)
    if stored.agreed_at is not None:
        raise WrongStatus("agree")
    if found := consensus_problems(application, stored):
        raise NotReady(found)
    stored.agreed_at = at
    stored.save(update_fields=["agreed_at"])
    stored.sheet.frozen_at = at
    stored.sheet.save(update_fields=["frozen_at"])
    events.record(application, "agree", by=by, at=at, recommendation=stored.recommendation)
    return stored


@transaction.atomic
def reopen_consensus(
    application: Application, *, by: User, at: datetime | None = None
) -> Consensus:
    """Open the common view again until the decision. Raises as ``agree`` does."""
    application = lock_case(application, verb="reopen_consensus")
    if not rules.may_assess(by, application):
        raise PermissionDenied("reopen_consensus")
    stored = Consensus.objects.select_related("sheet").get(application=application)
    if stored.agreed_at is None:
        raise WrongStatus("reopen_consensus")
    stored.agreed_at = None
    stored.version += 1
    stored.save(update_fields=["agreed_at", "version"])
    stored.sheet.frozen_at = None
    stored.sheet.save(update_fields=["frozen_at"])
    events.record(application, "reopen_consensus", by=by, at=at)
    return stored


@transaction.atomic
def share_assessment(
    application: Application, *, by: User, at: datetime | None = None
) -> SharedAssessment:
    """Let the parties of a decided case read the agreed scores and reasons; it stays so.

    Raises WrongStatus before the decision, without a common view that is agreed and when it
    is shared already, PermissionDenied if ``by`` does not assess.
    """
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not rules.may_assess(by, application):
        raise PermissionDenied("share_assessment")
    decided = application.status in (Status.APPROVED, Status.REJECTED)
    agreed = Consensus.objects.filter(application=application, agreed_at__isnull=False)
    shared = SharedAssessment.objects.filter(application=application)
    if not decided or not agreed.exists() or shared.exists():
        raise WrongStatus("share_assessment")
    events.record(application, "share_assessment", by=by, at=at)
    return SharedAssessment.objects.create(
        application=application, shared_by=by, shared_at=at or timezone.now()
    )


def consensus_problems(application: Application, stored: Consensus) -> list[Problem]:
    """Return what stops the assessors from agreeing."""
    found = sheet_problems(stored.sheet, stored.recommendation)
    if not stored.text.strip():
        found.append(Problem(_("Write the common assessment."), anchor="text"))
    asked = caps.totals(application.budget).by_year
    amounts = dict(stored.years.values_list("year", "amount_sek"))
    if stored.recommendation == Outcome.APPROVED and not sum(amounts.values()):
        found.append(Problem(_("Propose an amount, or recommend a rejection."), anchor="amount-1"))
    for year, amount in amounts.items():
        if amount > asked.get(year, 0):
            text = _("Year %(year)d: at most the %(asked)s that was asked for.")
            words = {"year": year, "asked": money(asked.get(year, 0))}
            found.append(Problem(text % words, anchor=f"amount-{year}"))
    return found
