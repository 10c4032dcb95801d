"""Approval by both parties: of one exact content, until somebody changes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications import notices, rules
from applications.fingerprints import content, digests, part_words
from applications.models import (
    Application,
    Approval,
    Attachment,
    CaseParty,
    LetterAnswer,
    Outcome,
    Status,
)
from icld_portal import events
from icld_portal.canonical import fingerprint_of
from icld_portal.problems import NotReady, Problem
from icld_portal.workflow import WrongStatus
from partnerships.models import Membership, Organisation, PartySide, Role, User

PAGE = "approval"
BETWEEN_REMINDERS = timedelta(days=1)
UNDER_WORK = frozenset({Status.SUBMITTED, Status.IN_ASSESSMENT})


class ChangedSinceRead(Exception):
    """The content has been changed since the signatory opened it: read it again."""


@dataclass(frozen=True)
class PartyApproval:
    """How far one party has come: its approval, who can give it, what stands in for it."""

    party: CaseParty
    approval: Approval | None
    lapsed: Approval | None
    signatories: Sequence[User]
    letters: Sequence[Attachment]
    letter_answer: LetterAnswer | None
    is_draft: bool

    @property
    def organisation(self) -> Organisation:
        """The party's organisation."""
        return self.party.organisation

    @property
    def may_send_letter(self) -> bool:
        """Whether a signed letter would do: only for a partner nobody can sign for here."""
        return self.party.side == PartySide.PARTNER and not self.signatories

    @property
    def stands_in(self) -> bool:
        """Whether a letter of intent stands in for the signatory."""
        # Once handed in, a letter stands even if the partner gets a signatory later.
        is_late = self.party.side == PartySide.PARTNER and not self.is_draft
        return self.approval is None and (self.may_send_letter or is_late) and bool(self.letters)

    @property
    def is_given(self) -> bool:
        """Whether this party is bound to the content as it is."""
        return self.approval is not None or self.stands_in

    @property
    def changed(self) -> str:
        """In words, what was changed since the approval that lapsed."""
        return ", ".join(part_words(self.lapsed.lapsed_reason.split())) if self.lapsed else ""


def of_parties(application: Application, *, supplemented: bool = False) -> list[PartyApproval]:
    """Return each party's approval, the grantee first; one query per kind of row.

    What was handed in keeps its approvals while a supplement is written. ``supplemented``
    asks for those of the changed content, which is approved anew.
    """
    parties = list(application.case_parties.all())
    signed: dict[int, list[Approval]] = {}
    for approval in application.approvals.order_by("-approved_at", "-pk"):
        signed.setdefault(approval.organisation_id, []).append(approval)
    handed_in = application.content_sha256
    is_draft = application.status == Status.DRAFT or supplemented
    # Once handed in with the approval of all, nobody is awaited and no letter stands in.
    bound = {
        pk
        for pk, own in signed.items()
        if any(one.lapsed_at is None and one.content_sha256 == handed_in for one in own)
    }
    open_ones = [one.organisation_id for one in parties if one.organisation_id not in bound]
    asked = [party.organisation_id for party in parties] if is_draft else open_ones
    able: dict[int, list[User]] = {}
    for membership in _signatories(asked) if asked else ():
        able.setdefault(membership.organisation_id, []).append(membership.user)
    letters: dict[int, list[Attachment]] = {}
    for letter in application.attachments.all():
        if letter.is_letter_of_intent:
            letters.setdefault(letter.organisation_id, []).append(letter)
    answered = () if is_draft or not open_ones else application.letter_answers.all()
    answers = {answer.organisation_id: answer for answer in answered}
    found = []
    for party in parties:
        own = signed.get(party.organisation_id, [])
        valid = [one for one in own if one.lapsed_at is None]
        counts = [one for one in valid if (one.content_sha256 == handed_in) is not is_draft]
        lapsed = [one for one in own if one.lapsed_at is not None]
        own_letters = letters.get(party.organisation_id, [])
        found.append(
            PartyApproval(
                party,
                counts[0] if counts else None,
                lapsed[0] if lapsed and not counts else None,
                able.get(party.organisation_id, []),
                own_letters,
                _still_about(answers.get(party.organisation_id), own_letters),
                is_draft,
            )
        )
    return found


def _still_about(answer: LetterAnswer | None, letters: Sequence[Attachment]) -> LetterAnswer | None:
    """ICLD's answer, if no letter has come since: a new one is looked at anew."""
    if answer and any(letter.uploaded_at > answer.answered_at for letter in letters):
        return None
    return answer


def _signatories(organisations: Sequence[int]) -> list[Membership]:
    return list(
        Membership.objects.filter(
            organisation__in=organisations, role=Role.SIGNATORY, user__is_active=True
        )
        .select_related("user")
        .order_by("pk")
    )


def problems(parties: Sequence[PartyApproval], *, sha256: str = "") -> list[Problem]:
    """Return one problem for each party that has not approved the content.

    With ``sha256`` an approval counts only if it is of exactly that content.
    """
    return [
        _problem(state)
        for state in parties
        if not state.is_given
        or (sha256 and state.approval and state.approval.content_sha256 != sha256)
    ]


def _problem(state: PartyApproval) -> Problem:
    name = {"party": state.organisation.name}
    if state.signatories:
        text = _("%(party)s has not approved the application.") % name
    elif state.may_send_letter:
        text = (
            _("%(party)s has nobody here who may sign: attach its signed letter of intent.") % name
        )
    else:
        text = _("%(party)s has no authorised signatory in the portal.") % name
    return Problem(text, page=PAGE, anchor=f"party-{state.party.organisation_id}")


# --- Deeds ----------------------------------------------------------------------------


def _locked(application: Application) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("budget", "sheet")
        .get(pk=application.pk)
    )


@transaction.atomic
def approve(
    application: Application,
    *,
    by: User,
    organisation: int,
    statement: str,
    version: int,
    method: str,
    at: datetime | None = None,
) -> Approval:
    """Approve the content for ``organisation``; ``version`` is the one that ``by`` has read.

    ``method`` is the second factor that was shown for this very act. A party that has
    approved already keeps its approval. Raises WrongStatus when it is no longer a draft
    and no supplement is open, PermissionDenied if ``by`` does not sign for the party,
    ChangedSinceRead when somebody has written since.
    """
    draft = _locked(application)
    if not may_be_approved(draft, at=at or timezone.now()):
        raise WrongStatus("approve")
    if not rules.may_approve(by, draft, organisation):
        raise PermissionDenied("approve")
    if version != draft.content_version:
        raise ChangedSinceRead
    approval = _approval_of(draft, organisation, by=by)
    valid = draft.approvals.valid().filter(organisation=organisation)
    if given := valid.filter(content_sha256=approval.content_sha256).first():
        return given
    approval.statement = statement.strip()
    approval.method = method
    approval.approved_at = at or timezone.now()
    approval.save()
    Application.objects.filter(pk=draft.pk).update(has_approvals=True)
    events.record(
        draft,
        "sign",
        by=by,
        at=at,
        organisation_id=organisation,
        content_version=draft.content_version,
        content_sha256=approval.content_sha256,
    )
    return approval


def may_be_approved(application: Application, *, at: datetime) -> bool:
    """Whether the content is still to be approved: of a draft, or with an open supplement."""
    if application.status == Status.DRAFT:
        return True
    supplement = application.supplements.open().first()
    return supplement is not None and supplement.is_open_at(at)


def _approval_of(draft: Application, organisation: int, *, by: User) -> Approval:
    """Return an unsaved approval: of exactly this content, by this person in this role."""
    written = content(draft)
    with translation.override(draft.language):
        role = str(Role.SIGNATORY.label)
    return Approval(
        application=draft,
        organisation_id=organisation,
        signatory=by,
        name=by.name,
        role=role,
        content_sha256=fingerprint_of(written),
        content_version=draft.content_version,
        digests=digests(written),
    )


def lapse(draft: Application, *, by: User) -> list[Approval]:
    """Lapse every approval of another content than the one just written by ``by``.

    Call it under the lock of ``drafting.editing``, after the write. The signatories and
    the coordinators get one letter for each approval that is lost.
    """
    if not draft.has_approvals:
        return []
    valid = list(draft.approvals.valid().select_related("signatory", "organisation"))
    fresh = Application.objects.select_related("budget", "sheet").get(pk=draft.pk)
    written = content(fresh)
    now = fingerprint_of(written)
    # While a supplement is written, what was handed in stays approved as it was.
    new = [approval for approval in valid if approval.content_sha256 != draft.content_sha256]
    lapsed = [approval for approval in new if approval.content_sha256 != now]
    _lapse(draft, lapsed, parts=digests(written), by=by, at=timezone.now())
    if lapsed:
        left = len(new) > len(lapsed)
        Application.objects.filter(pk=draft.pk).update(has_approvals=left)
        keys = [key for approval in lapsed for key in approval.lapsed_reason.split()]
        notices.tell_lapsed(fresh, lapsed, changed=lambda: ", ".join(part_words(keys)))
    return lapsed


def _lapse(
    application: Application,
    lapsed: Sequence[Approval],
    *,
    parts: dict[str, str],
    by: User,
    at: datetime,
) -> None:
    for approval in lapsed:
        named = dict.fromkeys([*parts, *approval.digests])
        changed = [part for part in named if parts.get(part) != approval.digests.get(part)]
        approval.lapsed_at = at
        approval.lapsed_by = by.name
        approval.lapsed_reason = " ".join(changed or ["content"])[:300]
        approval.save(update_fields=["lapsed_at", "lapsed_by", "lapsed_reason"])
        events.record(
            application,
            "lapse",
            by=by,
            at=approval.lapsed_at,
            organisation_id=approval.organisation_id,
            parts=changed,
        )


def lapse_all_but(application: Application, *, sha256: str, by: User, at: datetime) -> None:
    """Lapse what was approved before a supplement, or of one that came to nothing.

    ``sha256`` is the content that stands; the signatories are told by the deed's own letter.
    """
    valid = application.approvals.valid().exclude(content_sha256=sha256)
    fresh = Application.objects.select_related("budget", "sheet").get(pk=application.pk)
    _lapse(application, list(valid), parts=digests(content(fresh)), by=by, at=at)
    given = application.approvals.valid().exists()
    Application.objects.filter(pk=application.pk).update(has_approvals=given)


@transaction.atomic
def remind(application: Application, *, by: User, at: datetime | None = None) -> list[User]:
    """Write to the signatories who are awaited, at most once a day; return them.

    Raises WrongStatus when it is no longer a draft, PermissionDenied if ``by`` may not
    ask, NotReady when they were reminded within a day or nobody is awaited.
    """
    at = at or timezone.now()
    draft = _locked(application)
    if not may_be_approved(draft, at=at):
        raise WrongStatus("remind")
    if not rules.may_remind(by, draft):
        raise PermissionDenied("remind")
    states = of_parties(draft, supplemented=draft.status != Status.DRAFT)
    awaited = [person for state in states if not state.is_given for person in state.signatories]
    if not awaited:
        raise NotReady([Problem(_("Nobody is awaited."))])
    since = at - BETWEEN_REMINDERS
    if events.events_of(draft).filter(verb="remind_signatories", at__gt=since).exists():
        raise NotReady([Problem(_("The signatories were reminded less than a day ago."))])
    events.record(draft, "remind_signatories", by=by, at=at)
    notices.ask_to_approve(draft, awaited, by=by)
    return awaited


@transaction.atomic
def answer_letter(
    application: Application,
    *,
    by: User,
    organisation: int,
    accepted: bool,
    reason: str = "",
    at: datetime | None = None,
) -> LetterAnswer:
    """Accept or refuse the letter of intent that stands in for a party's signatory.

    Raises WrongStatus when the case is not under work, PermissionDenied if ``by`` does
    not assess it, NotReady when no letter stands in or a refusal lacks its reason.
    """
    case = _locked(application)
    if case.status not in UNDER_WORK:
        raise WrongStatus("answer_letter")
    if not rules.may_assess(by, case):
        raise PermissionDenied("answer_letter")
    standing = {state.party.organisation_id for state in of_parties(case) if state.stands_in}
    if organisation not in standing:
        raise NotReady([Problem(_("No letter of intent stands in for this party."))])
    if not accepted and not reason.strip():
        raise NotReady([Problem(_("Write why the letter is refused."), anchor="reason")])
    answer = LetterAnswer.objects.create(
        application=case,
        organisation_id=organisation,
        is_accepted=accepted,
        reason=reason.strip(),
        answered_by=by,
        answered_at=at or timezone.now(),
    )
    verb = "accept_letter" if accepted else "refuse_letter"
    events.record(case, verb, by=by, at=at, organisation_id=organisation)
    return answer


def letter_problems(application: Application, *, outcome: str) -> list[Problem]:
    """Return the letters that stop a decision: unanswered, or refused and to be approved."""
    found = []
    for state in of_parties(application):
        if not state.stands_in:
            continue
        answer = state.letter_answer
        if answer is None:
            text = _("Accept or refuse the letter of intent from %(party)s first.")
        elif not answer.is_accepted and outcome == Outcome.APPROVED:
            text = _("The letter of intent from %(party)s is refused: it cannot be approved.")
        else:
            continue
        found.append(Problem(text % {"party": state.organisation.name}))
    return found
