"""Declarations of interest: made before anything else, hiding the case when there is a conflict."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import rules
from applications.models import Application, Status
from icld_portal import events, prepared
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import Interest, User


@transaction.atomic
def declare(
    application: Application,
    *,
    by: User,
    has_conflict: bool,
    reason: str = "",
    at: datetime | None = None,
) -> Interest:
    """Keep what ``by`` says of their interests in a case; the same said twice is kept once.

    A conflict hides the case from them, takes away their large files that were prepared
    before, and gives up the case if they keep it; it replaces an earlier "no conflict".
    Raises NotReady for a conflict without a reason, WrongStatus for a draft,
    PermissionDenied for a party, a stranger or who has declared a conflict already.
    """
    at = at or timezone.now()
    application = _locked(application)
    if not rules.may_declare(by, application):
        raise PermissionDenied("declare")
    if has_conflict and not reason.strip():
        raise NotReady([Problem(_("Say in a few words what the conflict is."), anchor="reason")])
    standing = by.interests.standing().filter(case_reference=application.reference).first()
    if standing and standing.has_conflict == has_conflict:
        return standing
    if standing:
        _take_back(standing, by=by, reason="A conflict of interest was declared later.", at=at)
    interest = Interest.objects.create(
        user=by,
        case_reference=str(application.reference),
        has_conflict=has_conflict,
        reason=reason.strip(),
        declared_at=at,
    )
    verb = "declare_conflict" if has_conflict else "declare_no_conflict"
    events.record(application, verb, by=by, at=at)
    if has_conflict:
        _step_aside(application, by)
    return interest


def _step_aside(application: Application, person: User) -> None:
    person.stands_anew()
    if application.officer_id == person.pk:
        application.officer = None
        application.save(update_fields=["officer"])
    prepared.forget(person)


@transaction.atomic
def withdraw_declaration(
    interest: Interest,
    application: Application,
    *,
    by: User,
    reason: str,
    at: datetime | None = None,
) -> Interest:
    """Take back a declaration made by mistake; the person has to declare anew.

    Raises NotReady without a reason, WrongStatus when it has been withdrawn already,
    PermissionDenied unless ``by`` administers and it is somebody else's.
    """
    at = at or timezone.now()
    application = _locked(application)
    interest = (
        Interest.objects.select_for_update(of=("self",)).select_related("user").get(pk=interest.pk)
    )
    if interest.withdrawn_at is not None:
        raise WrongStatus("withdraw_declaration")
    allowed = rules.may_withdraw_declaration(by, interest.user)
    if not allowed or interest.case_reference != application.reference:
        raise PermissionDenied("withdraw_declaration")
    if not reason.strip():
        raise NotReady([Problem(_("Write why it is withdrawn."), anchor="reason")])
    _take_back(interest, by=by, reason=reason.strip(), at=at)
    person, why = interest.user_id, interest.withdrawal_reason
    events.record(application, "withdraw_declaration", by=by, at=at, person_id=person, reason=why)
    return interest


def _take_back(interest: Interest, *, by: User, reason: str, at: datetime) -> None:
    interest.withdrawn_at = at
    interest.withdrawn_by = by
    interest.withdrawal_reason = reason
    interest.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])


def _locked(application: Application) -> Application:
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if application.status == Status.DRAFT:
        raise WrongStatus("declare")
    return application
