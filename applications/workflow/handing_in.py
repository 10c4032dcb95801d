"""The deeds of the parties: hand in, take back, open again."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import approvals, completeness, jobs, search
from applications.fingerprints import fingerprint
from applications.models import Application
from applications.references import next_reference
from applications.workflow.supplementing import end_with_withdrawal
from applications.workflow.transitions import REOPEN, SUBMIT, TAKE_UP, WITHDRAW
from finance import budgets, caps
from icld_portal import events
from icld_portal.localize import STOCKHOLM
from icld_portal.problems import NotReady, Problem, blocking
from icld_portal.workflow import begin, complete
from partnerships.models import User


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
    complete(SUBMIT, application, by=by, at=at, asked_sek=asked_sek)
    search.keep([application.pk])
    return application


def _freeze(application: Application, *, at: datetime) -> None:
    application.sheet.frozen_at = at
    application.sheet.save(update_fields=["frozen_at"])
    budgets.freeze(application.budget, at=at)


@transaction.atomic
def withdraw(application: Application, *, by: User, at: datetime | None = None) -> Application:
    """Take back an application that is not decided yet; it stays readable as handed in."""
    application = begin(WITHDRAW, application, by=by)
    end_with_withdrawal(application, by=by, at=at or timezone.now())
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
    search.forget(application)
    application.received_at = None
    application.submitted_by = None
    application.content_sha256 = ""
    application.edition += 1
    complete(REOPEN, application, by=by, at=at, edition=application.edition)
    # Postgres opens answers and budget only of what is a draft by now.
    application.sheet.frozen_at = None
    application.sheet.save(update_fields=["frozen_at"])
    budgets.unfreeze(application.budget)
    return application


def reopen_problems(application: Application, *, at: datetime) -> list[Problem]:
    """Return what forbids to open a handed-in case again at the moment ``at``."""
    found = list(completeness.round_problems(application, at))
    if events.events_of(application).filter(verb=TAKE_UP.verb).exists():
        found.append(Problem(_("ICLD has taken up the application; it can only be withdrawn.")))
    elif application.supplements.pending().exists():
        found.append(Problem(_("ICLD has asked for a supplement: that is what you can change.")))
    return found
