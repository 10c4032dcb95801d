"""The agreement: made from the decision, signed by ICLD and every party, or cancelled."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications import agreement_content, agreement_letters, jobs, rules
from applications.agreement_content import ReportDates
from applications.attaching import kept
from applications.models import (
    Agreement,
    AgreementParty,
    AgreementReminder,
    AgreementSignature,
    AgreementStatus,
    Application,
    Decision,
    SignedCopy,
    Stage,
    Status,
)
from icld_portal import events, scanning
from icld_portal.canonical import fingerprint_of
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import Transition, WrongStatus, begin, complete
from partnerships.models import Organisation, OrganisationSide, Role, User

FOLDER = "signed_copies"
BETWEEN_REMINDERS = timedelta(days=1)
# After so many weeks a letter more helps nobody: ICLD sees on its list whom it awaits.
MOST_REMINDERS = 8


def _may_sign(user: User, agreement: Agreement) -> bool:
    application = agreement.application
    parties = agreement.parties.all()
    return any(rules.may_sign_agreement(user, application, party) for party in parties)


def _may_keep(user: User, agreement: Agreement) -> bool:
    return rules.may_make_agreement(user, agreement.application)


OPEN = frozenset({AgreementStatus.OPEN})
SIGN = Transition(
    "sign_agreement", OPEN, AgreementStatus.SIGNED, _may_sign, tell=agreement_letters.tell_signed
)
ACCEPT_COPY = Transition(
    "accept_copy", OPEN, AgreementStatus.SIGNED, _may_keep, tell=agreement_letters.tell_signed
)
CANCEL = Transition(
    "cancel_agreement",
    OPEN,
    AgreementStatus.CANCELLED,
    _may_keep,
    tell=agreement_letters.tell_cancelled,
)
AGREEMENT_TRANSITIONS = (SIGN, ACCEPT_COPY, CANCEL)


@transaction.atomic
def make_agreement(
    application: Application, *, by: User, dates: ReportDates, at: datetime | None = None
) -> Agreement:
    """Make the agreement of an approved case and ask everybody who can sign it.

    Raises WrongStatus when the case is not approved or an agreement stands already,
    NotReady when a report would be due before the year it is about has ended,
    PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    case = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not rules.may_make_agreement(by, case):
        raise PermissionDenied("make_agreement")
    if case.status != Status.APPROVED or case.agreements.standing().exists():
        raise WrongStatus("make_agreement")
    decision = Decision.objects.select_related("decided_by").get(application=case)
    years = agreement_content.years_of(case, decision)
    if found := agreement_content.date_problems(years, dates):
        raise NotReady(found)
    edition = case.agreements.count() + 1
    office = Organisation.objects.all().office()
    content = agreement_content.content_of(
        case, decision, office, dates=dates, edition=edition, at=at
    )
    agreement = Agreement.objects.create(
        application=case,
        edition=edition,
        language=case.language,
        content=content,
        content_sha256=fingerprint_of(content),
        made_at=at,
        made_by=by,
    )
    _bind(agreement, office)
    sha256 = agreement.content_sha256
    opened = AgreementStatus.OPEN
    events.record(agreement, "make_agreement", by=by, at=at, to_status=opened, sha256=sha256)
    events.record(case, "make_agreement", by=by, at=at, edition=edition, sha256=sha256)
    jobs.make_agreement_papers.defer(agreement_id=agreement.pk, stage=Stage.TO_SIGN)
    agreement_letters.ask_to_sign(agreement)
    return agreement


def _bind(agreement: Agreement, office: Organisation) -> None:
    sides = [(office.pk, OrganisationSide.OFFICE.value)]
    sides += [
        (party.organisation_id, party.side) for party in agreement.application.case_parties.all()
    ]
    AgreementParty.objects.bulk_create(
        AgreementParty(
            agreement=agreement, organisation_id=organisation, side=side, sort_order=place
        )
        for place, (organisation, side) in enumerate(sides)
    )


@transaction.atomic
def sign(
    agreement: Agreement,
    *,
    by: User,
    organisation: int,
    statement: str,
    sha256: str,
    method: str,
    at: datetime | None = None,
) -> AgreementSignature:
    """Sign the content with ``sha256``, which ``by`` has read, for ``organisation``.

    ``method`` is the second factor that was shown for this very act. A side that has signed
    keeps its signature. With the last one the agreement is signed by all, frozen as a paper
    and everybody told. Raises WrongStatus when it is cancelled or signed by all,
    PermissionDenied if ``by`` does not sign for that side or has signed for another,
    NotReady when another content was read.
    """
    at = at or timezone.now()
    agreement = begin(SIGN, agreement, by=by)
    party = agreement.parties.filter(organisation=organisation).first()
    if party is None or not rules.may_sign_agreement(by, agreement.application, party):
        raise PermissionDenied("sign_agreement")
    if given := AgreementSignature.objects.filter(party=party).first():
        return given
    if agreement.signatures.filter(signatory=by).exists():
        raise PermissionDenied("sign_agreement")
    if sha256 != agreement.content_sha256:
        raise NotReady([Problem(_("This is not the agreement you have read. Read it again."))])
    with translation.override(agreement.language):
        role = str((Role.DECIDER if party.is_office else Role.SIGNATORY).label)
    signature = AgreementSignature.objects.create(
        agreement=agreement,
        party=party,
        signatory=by,
        name=by.name,
        role=role,
        statement=statement.strip(),
        method=method,
        content_sha256=sha256,
        signed_at=at,
    )
    _record(agreement, "sign_agreement", by=by, at=at, organisation_id=organisation)
    _finish_if_all(SIGN, agreement, by=by, at=at)
    return signature


def _record(agreement: Agreement, verb: str, *, by: User, at: datetime, **facts: Any) -> None:
    events.record(agreement.application, verb, by=by, at=at, edition=agreement.edition, **facts)


def _finish_if_all(transition: Transition, agreement: Agreement, *, by: User, at: datetime) -> None:
    if _unsigned(agreement):
        return
    agreement.signed_at = at
    complete(transition, agreement, by=by, at=at)
    _record(agreement, "agreement_signed", by=by, at=at)
    jobs.make_agreement_papers.defer(agreement_id=agreement.pk, stage=Stage.SIGNED)


def _unsigned(agreement: Agreement) -> list[AgreementParty]:
    return list(agreement.parties.filter(signature=None))


@transaction.atomic
def cancel_agreement(
    agreement: Agreement, *, by: User, reason: str, at: datetime | None = None
) -> Agreement:
    """Cancel an agreement that not all have signed; another can be made after it.

    Raises WrongStatus when all have signed or it is cancelled already, NotReady without a
    reason, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    agreement = begin(CANCEL, agreement, by=by)
    if not reason.strip():
        problem = Problem(_("Write why the agreement is cancelled."), anchor="reason")
        raise NotReady([problem])
    agreement.cancelled_at, agreement.cancelled_by = at, by
    agreement.cancelled_reason = reason.strip()
    _record(agreement, "cancel_agreement", by=by, at=at, reason=agreement.cancelled_reason)
    return complete(CANCEL, agreement, by=by, at=at)


def send_copy(
    agreement: Agreement,
    upload: UploadedFile,
    *,
    party: AgreementParty | None,
    signed_names: str,
    by: User,
    at: datetime,
) -> SignedCopy:
    """Keep a copy signed by hand, for one side or, without ``party``, for all; ICLD is told.

    Raises WrongStatus when it is no longer to be signed, PermissionDenied if ``by`` does not
    write or sign for the party, NotReady when nobody is left whom it could bind,
    UploadRefused for a bad file.
    """
    with kept([upload], FOLDER) as stored, transaction.atomic():
        locked = _open(agreement)
        if not rules.may_send_copy(by, locked.application, party):
            raise PermissionDenied("send_copy")
        _check_binds(locked, party)
        file = stored[0]
        copy = SignedCopy.objects.create(
            agreement=locked,
            party=party,
            signed_names=signed_names.strip(),
            file=file.file,
            file_name=file.file_name,
            content_type=file.content_type,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
            sent_at=at,
            sent_by=by,
        )
        _record(locked, "send_copy", by=by, at=at, sha256=file.sha256)
        agreement_letters.tell_copy_sent(copy)
    return copy


def _open(agreement: Agreement) -> Agreement:
    locked = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if locked.status != AgreementStatus.OPEN:
        raise WrongStatus("agreement")
    return locked


def _check_binds(agreement: Agreement, party: AgreementParty | None) -> Sequence[AgreementParty]:
    """Return the sides a copy would bind: NotReady when they have all signed."""
    unsigned = _unsigned(agreement)
    bound = [one for one in unsigned if party is None or one.pk == party.pk]
    if not bound:
        raise NotReady([Problem(_("This party has signed already."))])
    return bound


@transaction.atomic
def answer_copy(
    copy: SignedCopy, *, by: User, accepted: bool, reason: str = "", at: datetime | None = None
) -> SignedCopy:
    """Accept a copy, which binds its party or all who have not signed, or refuse it.

    Raises WrongStatus when it is answered or the agreement is no longer to be signed,
    NotReady when a refusal lacks its reason, when nobody is left to be bound, or while the
    file is held by the virus scanner, PermissionDenied if ``by`` may not.
    """
    at = at or timezone.now()
    agreement = begin(ACCEPT_COPY, copy.agreement, by=by)
    copy = SignedCopy.objects.select_for_update(of=("self",)).get(pk=copy.pk)
    if copy.answered_at is not None:
        raise WrongStatus("answer_copy")
    if not accepted and not reason.strip():
        raise NotReady([Problem(_("Write why the copy is refused."), anchor="reason")])
    if accepted and scanning.held([copy.file.name]):
        raise NotReady([Problem(_("The file has not been found clean. It cannot be accepted."))])
    bound = _check_binds(agreement, copy.party) if accepted else ()
    copy.answered_at, copy.answered_by = at, by
    copy.is_accepted, copy.reason = accepted, reason.strip()
    copy.save()
    for party in bound:
        _sign_by_hand(agreement, party, copy, at=at)
    verb = "accept_copy" if accepted else "refuse_copy"
    _record(agreement, verb, by=by, at=at, sha256=copy.sha256, reason=copy.reason)
    if accepted:
        _finish_if_all(ACCEPT_COPY, agreement, by=by, at=at)
    else:
        agreement_letters.tell_copy_refused(copy)
    return copy


def _sign_by_hand(
    agreement: Agreement, party: AgreementParty, copy: SignedCopy, *, at: datetime
) -> None:
    AgreementSignature.objects.create(
        agreement=agreement,
        party=party,
        copy=copy,
        name=copy.signed_names,
        content_sha256=agreement.content_sha256,
        signed_at=at,
    )


@transaction.atomic
def remind_to_sign(agreement: Agreement, *, by: User, at: datetime | None = None) -> list[str]:
    """Write to those who are awaited, at most once a day; return their addresses.

    Raises WrongStatus when it is no longer to be signed, PermissionDenied if ``by`` may not,
    NotReady when they were reminded within a day or nobody can sign.
    """
    at = at or timezone.now()
    agreement = _open(agreement)
    application = agreement.application
    if not rules.may_make_agreement(by, application):
        raise PermissionDenied("remind_to_sign")
    since = at - BETWEEN_REMINDERS
    if events.events_of(application).filter(verb="remind_to_sign", at__gt=since).exists():
        raise NotReady([Problem(_("The signatories were reminded less than a day ago."))])
    told = agreement_letters.remind_to_sign(agreement)
    if not told:
        raise NotReady([Problem(_("Nobody of those who are awaited can sign here."))])
    _record(agreement, "remind_to_sign", by=by, at=at)
    return [one.email for one in told]


def remind_of_agreements(*, at: datetime | None = None) -> int:
    """Remind of every agreement that has waited for whole weeks; return of how many.

    Run as often as it likes: each week's reminder goes out once. After a worker was down
    only the newest week is made up for.
    """
    at = at or timezone.now()
    waiting = Agreement.objects.all().to_sign().order_by("pk").values_list("pk", flat=True)
    return sum(_remind_weekly(pk, at=at) for pk in list(waiting))


@transaction.atomic
def _remind_weekly(pk: int, *, at: datetime) -> bool:
    open_ones = Agreement.objects.all().to_sign().select_for_update(of=("self",))
    agreement = open_ones.filter(pk=pk).first()
    if agreement is None:
        return False
    weeks = (at - agreement.made_at).days // 7
    if not 1 <= weeks <= MOST_REMINDERS:
        return False
    _row, is_new = AgreementReminder.objects.get_or_create(
        agreement=agreement, weeks=weeks, defaults={"sent_at": at}
    )
    if is_new:
        agreement_letters.remind_to_sign(agreement)
    return is_new
