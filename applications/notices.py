"""The letters of a case: who is told what, in whose language."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from applications import letter_texts
from applications.letter_texts import DecisionWords
from applications.models import (
    Application,
    Approval,
    CaseParty,
    Comment,
    MessageThread,
    PendingOutcome,
    ProgrammeText,
)
from icld_portal.localize import day, in_language
from icld_portal.localize import moment as written_moment
from icld_portal.mail import new_letter, queue_letters, render_letter
from icld_portal.models import Letter
from icld_portal.wording import Value
from partnerships.models import Membership, Organisation, OrganisationSide, Role, User
from partnerships.models.people import ICLD_ROLES, SUBMITTING_ROLES, WRITING_ROLES

TOLD_ROLES = (Role.ADMINISTRATOR, Role.COORDINATOR, Role.PROJECT_MANAGER, Role.SIGNATORY)


@dataclass(frozen=True)
class Recipient:
    """One person to write to, for one of the parties."""

    email: str
    language: str
    organisation: str
    user_id: int | None = None


def recipients(application: Application) -> list[Recipient]:
    """Return everyone to tell: each party's people, else the contact it has named."""
    return recipients_of([application.pk])[application.pk]


def recipients_of(applications: Sequence[int]) -> dict[int, list[Recipient]]:
    """Return everyone to tell of each application, by its id; two queries in all."""
    parties = list(
        CaseParty.objects.filter(application__in=applications).select_related("organisation__kind")
    )
    people: dict[int, list[Membership]] = {}
    for membership in (
        Membership.objects.filter(
            organisation__in={party.organisation_id for party in parties},
            role__in=TOLD_ROLES,
            user__is_active=True,
        )
        .select_related("user", "organisation")
        .order_by("pk")
    ):
        people.setdefault(membership.organisation_id, []).append(membership)
    of_case: dict[int, list[CaseParty]] = {pk: [] for pk in applications}
    for party in parties:
        of_case[party.application_id].append(party)
    return {pk: _told(own, people) for pk, own in of_case.items()}


def _told(parties: list[CaseParty], people: dict[int, list[Membership]]) -> list[Recipient]:
    found: dict[str, Recipient] = {}
    for party in parties:
        for membership in people.get(party.organisation_id, ()):
            user = membership.user
            found.setdefault(
                user.email.lower(),
                Recipient(user.email, user.language, membership.organisation.name, user.pk),
            )
    for party in parties:
        contact = contact_of(party)
        if contact:
            found.setdefault(contact.email.lower(), contact)
    return list(found.values())


def contact_of(party: CaseParty) -> Recipient | None:
    """Return the contact person a party has named, if there is an address."""
    if not party.contact_email:
        return None
    swedish = party.organisation.kind.side == OrganisationSide.SWEDISH
    return Recipient(party.contact_email, "sv" if swedish else "en", party.organisation.name)


def writers(application: Application) -> list[Recipient]:
    """Return everyone who can write in a draft or hand it in, each person once."""
    memberships = Membership.objects.filter(
        organisation__in=application.case_parties.values("organisation"),
        role__in=WRITING_ROLES | SUBMITTING_ROLES,
        user__is_active=True,
    ).select_related("user", "organisation")
    found = {
        one.user_id: Recipient(
            one.user.email, one.user.language, one.organisation.name, one.user_id
        )
        for one in memberships
    }
    return list(found.values())


def tell(
    application: Application, kind: str, *, to: Sequence[Recipient] | None = None, **facts: Any
) -> None:
    """Queue the letter ``kind``, by default to both parties, in each reader's language."""
    if text_kind := letter_texts.MAIL_ABOUT.get(kind):
        own = {"deadline": day(application.deadline_on), **facts}
        tell_by_text(application, kind, text_kind=text_kind, facts=lambda _language: own, to=to)
        return
    told = recipients(application) if to is None else to
    queue_letters(letter_about(application, kind, recipient, facts) for recipient in told)


def letter_about(
    application: Application, kind: str, recipient: Recipient, facts: dict[str, Any]
) -> Letter:
    """Return the letter ``kind`` to one person, in their language; it is not queued yet."""
    subject, body = render_letter(
        f"applications/letters/{kind}",
        recipient.language,
        _context(application, recipient) | facts,
    )
    return new_letter(
        to_email=recipient.email,
        to_user_id=recipient.user_id,
        subject=subject,
        body=body,
        kind=kind,
        language=recipient.language,
        about=application,
    )


def tell_submitted(application: Application) -> None:
    """The application has arrived."""
    tell(application, "submitted")


def tell_decided(application: Application) -> None:
    """The decision, with the sum of each year or the reason for a rejection."""
    tell_outcome(application, letter_texts.words_of_decision(application.decision))


def tell_postponed(application: Application, *, reason: str, at: datetime) -> None:
    """The decision waits for a later meeting."""
    tell_outcome(application, DecisionWords(PendingOutcome.POSTPONED, reason, {}, [], at))


def tell_outcome(application: Application, words: DecisionWords) -> None:
    """Queue the mail of what was decided, by the text in force when it was."""
    told = recipients(application)
    queue_letters(letter for _recipient, letter in decision_mails(application, words, told))


def decision_mails(
    application: Application, words: DecisionWords, told: Sequence[Recipient]
) -> list[tuple[Recipient, Letter]]:
    """Return the mail of a decision to each of ``told``, not queued: what a preview shows."""
    kind = letter_texts.MAIL_OF[words.outcome]
    text = letter_texts.texts_in_force([kind], words.decided_at)[kind]
    facts = {
        language: letter_texts.case_facts(application, language)
        | letter_texts.decision_facts(application, words, language)
        for language in {recipient.language for recipient in told}
    }
    return [
        (
            recipient,
            _letter_by(text, application, words.outcome, recipient, facts[recipient.language]),
        )
        for recipient in told
    ]


def _letter_by(
    text: ProgrammeText,
    application: Application,
    kind: str,
    recipient: Recipient,
    facts: Mapping[str, Value],
) -> Letter:
    """Return the letter ``kind`` to one person, by a text that staff have written."""
    own = dict(facts) | {"organisation": recipient.organisation}
    written = letter_texts.written(text, recipient.language, own)
    letter = new_letter(
        to_email=recipient.email,
        to_user_id=recipient.user_id,
        subject=written.subject,
        body=written.text,
        kind=kind,
        language=recipient.language,
        about=application,
    )
    letter.wording = written.wording
    return letter


def tell_by_text(
    application: Application,
    kind: str,
    *,
    text_kind: str,
    facts: Callable[[str], Mapping[str, Value]],
    to: Sequence[Recipient] | None = None,
) -> None:
    """Queue the letter ``kind``, by the staff's text ``text_kind`` that is in force.

    ``facts`` gives, for a language, the fields the kind has besides those of every case.
    """
    text = letter_texts.texts_in_force([text_kind])[text_kind]
    told = recipients(application) if to is None else to
    of_language = {
        language: letter_texts.case_facts(application, language) | dict(facts(language))
        for language in {recipient.language for recipient in told}
    }
    queue_letters(
        _letter_by(text, application, kind, recipient, of_language[recipient.language])
        for recipient in told
    )


def tell_prolonged(application: Application, *, reason: str) -> None:
    """This case alone has got more time."""
    tell(application, "prolonged", reason=reason)


def remind(application: Application) -> None:
    """The deadline is near; those who can do something about it are told."""
    tell(application, "reminder", to=writers(application))


def tell_offered(application: Application) -> None:
    """ICLD offers the draft a newer version of its form."""
    tell(application, "form_offered", to=writers(application))


def tell_withdrawn(application: Application) -> None:
    """A party has taken the application back."""
    tell(application, "withdrawn")


def tell_reopened(application: Application) -> None:
    """The application is a draft again and must be handed in anew."""
    tell(application, "reopened")


def tell_lapsed(
    application: Application, lapsed: Iterable[Approval], *, changed: Callable[[], str]
) -> None:
    """Tell who approved, and the coordinators, that it has to be approved again.

    ``changed`` says what was changed, in the language that is active when it is called.
    """
    approvals = list(lapsed)
    to = {person.email: person for person in _coordinators(application)}
    to |= {approval.signatory.email: approval.signatory for approval in approvals}
    letters = []
    for person in to.values():
        with translation.override(person.language):
            facts = {
                "approvals": [
                    {"name": approval.name, "organisation": approval.organisation.name}
                    for approval in approvals
                ],
                "changed_by": approvals[0].lapsed_by,
                "changed_at": written_moment(approvals[0].lapsed_at),
                "changed": changed(),
            }
        letters.append(letter_about(application, "lapsed", person_at(person), facts))
    queue_letters(letters)


def ask_to_approve(application: Application, awaited: Iterable[User], *, by: User) -> None:
    """Ask the signatories who are awaited to read and approve."""
    queue_letters(
        letter_about(application, "approve", person_at(person), {"asked_by": by.name})
        for person in {person.email: person for person in awaited}.values()
    )


def ask_to_assess(application: Application, assessor: User, *, by: User) -> None:
    """Ask for an assessment. Nothing the case says is told before interests are declared."""
    tell(application, "assess", to=[person_at(assessor)], asked_by=by.name)


def tell_message(thread: MessageThread, *, by: User, organisation: Organisation) -> None:
    """Tell the others that there is something to read: the subject and where, not the text.

    The parties' writers and signatories; at ICLD the case's officer or, where there is
    none, every programme officer; and whoever has written in the thread, if they may still
    read it.
    """
    parties = {person.pk: person for person in _who_write(thread.application)}
    written = User.objects.filter(is_active=True, pk__in=thread.messages.values("author"))
    told = parties | {person.pk: person for person in [*at_icld(thread.application), *written]}
    told.pop(by.pk, None)
    # A member of a party may read; but whoever works for ICLD too may have a conflict.
    of_icld = Membership.objects.filter(user__in=told, role__in=ICLD_ROLES)
    asked = told.keys() - parties.keys() | set(of_icld.values_list("user", flat=True))
    told = {pk: who for pk, who in told.items() if pk not in asked or _may_read(who, thread)}
    queue_letters(_message_letter(thread, person, organisation) for person in told.values())


def _may_read(person: User, thread: MessageThread) -> bool:
    return MessageThread.objects.all().visible_to(person).filter(pk=thread.pk).exists()


def _message_letter(thread: MessageThread, person: User, organisation: Organisation) -> Letter:
    """The title of the case is not told: that of a draft is the parties' own."""
    facts = {
        "subject": thread.subject,
        "writer": organisation.name,
        "case": thread.application.handle,
        "name": person.name,
        "url": settings.PUBLIC_URL + thread.get_absolute_url(),
    }
    subject, body = render_letter("applications/letters/message", person.language, facts)
    return new_letter(
        to_email=person.email,
        to_user_id=person.pk,
        subject=subject,
        body=body,
        kind="message",
        language=person.language,
        about=thread,
    )


def _who_write(application: Application) -> list[User]:
    memberships = Membership.objects.filter(
        organisation__in=application.case_parties.values("organisation"),
        role__in=WRITING_ROLES | SUBMITTING_ROLES,
        user__is_active=True,
    )
    return [membership.user for membership in memberships.select_related("user")]


def at_icld(application: Application) -> list[User]:
    """Return the case's officer or, where there is none, every programme officer."""
    if application.officer and application.officer.is_active:
        return [application.officer]
    officers = Membership.objects.filter(role=Role.OFFICER, user__is_active=True)
    return [membership.user for membership in officers.select_related("user")]


def tell_mentioned(application: Application, comment: Comment, people: Iterable[User]) -> None:
    """Tell each of ``people`` that a comment names them, with its words and its place."""
    people = list(people)
    place = settings.PUBLIC_URL + comment.get_absolute_url() if people else ""
    letters = []
    for person in people:
        with translation.override(person.language):
            facts = {
                "author": comment.author.name,
                "text": comment.text,
                "about": str(comment.thread.about),
                "place": place,
            }
        letters.append(letter_about(application, "mentioned", person_at(person), facts))
    queue_letters(letters)


def person_at(person: User) -> Recipient:
    """Return ``person`` as somebody a letter goes to, by name instead of an organisation."""
    return Recipient(person.email, person.language, person.name, person.pk)


def _coordinators(application: Application) -> list[User]:
    memberships = Membership.objects.filter(
        organisation__in=[party.organisation_id for party in application.case_parties.all()],
        role=Role.COORDINATOR,
        user__is_active=True,
    )
    return [membership.user for membership in memberships.select_related("user")]


def _context(application: Application, recipient: Recipient) -> dict[str, Any]:
    with translation.override(recipient.language):
        return {
            "reference": application.reference,
            "title": in_language(application, "title") or _("Untitled"),
            "partnership": application.partnership.name,
            "grant_type": application.get_grant_type_display(),
            "deadline": day(application.deadline_on),
            "received_at": written_moment(application.received_at),
            "url": settings.PUBLIC_URL + application.get_absolute_url(),
            "organisation": recipient.organisation,
        }
