"""The timeline of a case: what happened, when and by whom, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications import rules
from applications.models import Application, Outcome, Report, ReportKind
from icld_portal.events import subject_type
from icld_portal.localize import money
from icld_portal.models import Event, Letter
from partnerships.models import User

WORDS: dict[str, Promise | str] = {
    "start": gettext_lazy("The application was begun"),
    "move_to_open_round": gettext_lazy("The draft was moved to the open round"),
    "submit": gettext_lazy("The application was handed in"),
    "take_up": gettext_lazy("Taken up for assessment"),
    "assign": gettext_lazy("The programme officer was changed"),
    "save_check": gettext_lazy("The formal check was written"),
    "give": gettext_lazy("An assessor was asked"),
    "take_from": gettext_lazy("An assessor was let off"),
    "declare_no_conflict": gettext_lazy("No conflict of interest was declared"),
    "declare_conflict": gettext_lazy("A conflict of interest was declared"),
    "withdraw_declaration": gettext_lazy("A declaration of interest was withdrawn"),
    "hand_in": gettext_lazy("An assessment was handed in"),
    "take_back": gettext_lazy("An assessment was opened again"),
    "agree": gettext_lazy("The common assessment was agreed"),
    "reopen_consensus": gettext_lazy("The common assessment was opened again"),
    "approve": gettext_lazy("The application was approved"),
    "reject": gettext_lazy("The application was rejected"),
    "save_filing": gettext_lazy("A party wrote its own registry number"),
    "sign": gettext_lazy("A party approved the content"),
    "lapse": gettext_lazy("An approval lapsed: the content was changed"),
    "remind_signatories": gettext_lazy("The signatories were reminded"),
    "reopen": gettext_lazy("The application was opened again by the parties"),
    "accept_letter": gettext_lazy("The letter of intent was accepted"),
    "refuse_letter": gettext_lazy("The letter of intent was refused"),
    "erase_attachment": gettext_lazy("A file that was set aside was deleted for good"),
    "withdraw": gettext_lazy("The application was withdrawn"),
    "begin_from": gettext_lazy("The application was begun from an earlier one"),
    "offer_form": gettext_lazy("ICLD offered the newest version of the form"),
    "accept_form": gettext_lazy("The draft was moved to the newest version of the form"),
    "decline_form": gettext_lazy("The draft stays on its version of the form"),
    "prolong": gettext_lazy("The application got more time"),
    "write_message": gettext_lazy("A message was written"),
    "remove_file": gettext_lazy("ICLD removed a file from a message"),
    "share_assessment": gettext_lazy("ICLD let the parties read the common assessment"),
    "write_note": gettext_lazy("An internal note was written"),
    "withdraw_note": gettext_lazy("An internal note was withdrawn"),
    "propose": gettext_lazy("A decision was proposed"),
    "confirm": gettext_lazy("The proposed decision was confirmed"),
    "move": gettext_lazy("The case was moved by hand on the list of the decision meeting"),
    "send_back": gettext_lazy("The proposed decision was sent back"),
    "take_back_confirmation": gettext_lazy("The confirmation was taken back"),
    "postpone": gettext_lazy("The decision was postponed to a later meeting"),
    "meet_condition": gettext_lazy("A condition was met"),
    "make_agreement": gettext_lazy("The agreement was made"),
    "sign_agreement": gettext_lazy("The agreement was signed for one party"),
    "agreement_signed": gettext_lazy("All have signed the agreement"),
    "cancel_agreement": gettext_lazy("The agreement was cancelled"),
    "remind_to_sign": gettext_lazy("Those who have yet to sign were reminded"),
    "send_copy": gettext_lazy("A signed copy of the agreement was sent in"),
    "accept_copy": gettext_lazy("A signed copy of the agreement was accepted"),
    "refuse_copy": gettext_lazy("A signed copy of the agreement was refused"),
    "ask_supplement": gettext_lazy("A supplement was asked for"),
    "prolong_supplement": gettext_lazy("The parties got more time for the supplement"),
    "hand_in_supplement": gettext_lazy("A supplement was handed in"),
    "accept_supplement": gettext_lazy("The supplement was accepted"),
    "close_supplement": gettext_lazy("The supplement was closed without answer"),
    "open_report": gettext_lazy("A report opened"),
    "sign_report": gettext_lazy("A party approved the report"),
    "lapse_report": gettext_lazy("An approval of the report lapsed: the content was changed"),
    "remind_of_report": gettext_lazy("The signatories of the report were reminded"),
    "submit_report": gettext_lazy("The report was handed in"),
    "review_rows": gettext_lazy("Rows of the accounts were controlled"),
    "answer_control_checklist": gettext_lazy("The checklist of the control was answered"),
    "approve_report": gettext_lazy("The report was approved"),
    "withdraw_report_approval": gettext_lazy("The approval of the report was withdrawn"),
    "invite_auditor": gettext_lazy("An auditor was invited to a report"),
    "withdraw_auditor": gettext_lazy("The invitation of an auditor was withdrawn"),
    "accept_audit": gettext_lazy("The auditor accepted the invitation"),
    "certify": gettext_lazy("The accounts of a report were certified"),
    "lapse_audit": gettext_lazy("The audit certificate of a report counts no more"),
    "begin_change": gettext_lazy("A change request was begun"),
    "submit_change": gettext_lazy("A change request was handed in"),
    "return_change": gettext_lazy("The change request was sent back to the parties"),
    "approve_change": gettext_lazy("The change request was approved"),
    "refuse_change": gettext_lazy("The change request was refused"),
    "pause_grant": gettext_lazy("The grant was paused"),
    "end_pause": gettext_lazy("The pause was ended sooner"),
    "propose_ending": gettext_lazy("It was proposed to end the grant early"),
    "send_back_ending": gettext_lazy("The proposal to end the grant early was sent back"),
    "end_early": gettext_lazy("ICLD ended the grant early"),
    "close_grant": gettext_lazy("The grant was closed"),
}


# What the parties read, in their words. A deed that is not named here is ICLD's own affair.
PARTY_WORDS: dict[str, Promise | str] = {
    verb: WORDS[verb]
    for verb in (
        "start",
        "begin_from",
        "move_to_open_round",
        "prolong",
        "sign",
        "lapse",
        "remind_signatories",
        "submit",
        "reopen",
        "withdraw",
        "save_filing",
        "write_message",
        "remove_file",
        "share_assessment",
        "meet_condition",
        "make_agreement",
        "sign_agreement",
        "agreement_signed",
        "cancel_agreement",
        "remind_to_sign",
        "send_copy",
        "accept_copy",
        "refuse_copy",
        "hand_in_supplement",
        "open_report",
        "sign_report",
        "lapse_report",
        "remind_of_report",
        "submit_report",
        "approve_report",
        "withdraw_report_approval",
        "invite_auditor",
        "withdraw_auditor",
        "accept_audit",
        "certify",
        "lapse_audit",
        "begin_change",
        "submit_change",
        "return_change",
        "approve_change",
        "refuse_change",
        "pause_grant",
        "end_pause",
        "end_early",
        "close_grant",
    )
} | {
    "take_up": gettext_lazy("ICLD began to assess the application"),
    "assign": gettext_lazy("ICLD changed the programme officer"),
    "postpone": gettext_lazy("ICLD postponed the decision to a later meeting"),
    "approve": gettext_lazy("ICLD approved the application"),
    "reject": gettext_lazy("ICLD rejected the application"),
    "accept_letter": gettext_lazy("ICLD accepted the letter of intent"),
    "ask_supplement": gettext_lazy("ICLD asked for a supplement"),
    "prolong_supplement": gettext_lazy("ICLD gave more time for the supplement"),
    "accept_supplement": gettext_lazy("ICLD accepted the supplement"),
    "close_supplement": gettext_lazy("ICLD closed the supplement without answer"),
    "refuse_letter": gettext_lazy("ICLD did not accept the letter of intent"),
}
# The letters about the case itself, by kind; what people write to each other is no part of it.
LETTERS: dict[str, Promise | str] = {
    "submitted": gettext_lazy("Letter: the application has arrived"),
    "approved": gettext_lazy("Letter: the decision"),
    "rejected": gettext_lazy("Letter: the decision"),
    "postponed": gettext_lazy("Letter: the decision is postponed"),
    "prolonged": gettext_lazy("Letter: more time"),
    "reminder": gettext_lazy("Letter: the deadline is near"),
    "withdrawn": gettext_lazy("Letter: the application was withdrawn"),
    "reopened": gettext_lazy("Letter: the application was opened again"),
    "lapsed": gettext_lazy("Letter: an approval has lapsed"),
    "approve": gettext_lazy("Letter: please approve"),
    "agreement_to_sign": gettext_lazy("Letter: the agreement can be signed"),
    "agreement_reminder": gettext_lazy("Letter: the agreement waits for a signature"),
    "agreement_signed": gettext_lazy("Letter: the agreement is signed by all"),
    "agreement_cancelled": gettext_lazy("Letter: the agreement was cancelled"),
    "agreement_copy_refused": gettext_lazy("Letter: a signed copy was refused"),
    "supplement_asked": gettext_lazy("Letter: please supplement"),
    "supplement_prolonged": gettext_lazy("Letter: more time for the supplement"),
    "supplement_reminder": gettext_lazy("Letter: the supplement is awaited"),
    "supplement_handed_in": gettext_lazy("Letter: the supplement has arrived"),
    "supplement_accepted": gettext_lazy("Letter: the supplement is accepted"),
    "supplement_closed": gettext_lazy("Letter: the supplement is closed"),
    "report_opened": gettext_lazy("Letter: the report is open"),
    "report_reminder": gettext_lazy("Letter: the report is due"),
    "report_overdue": gettext_lazy("Letter: the report is late"),
    "report_approve": gettext_lazy("Letter: please approve the report"),
    "report_lapsed": gettext_lazy("Letter: an approval of the report has lapsed"),
    "report_submitted": gettext_lazy("Letter: the report has arrived"),
    "report_approved": gettext_lazy("Letter: the report is approved"),
    "report_approval_withdrawn": gettext_lazy("Letter: the approval is withdrawn"),
    "audit_invitation": gettext_lazy("Letter: please audit the accounts"),
    "audit_certified": gettext_lazy("Letter: the accounts are certified"),
    "audit_lapsed": gettext_lazy("Letter: the audit certificate counts no more"),
    "audit_again": gettext_lazy("Letter: please audit the accounts again"),
    "change_submitted": gettext_lazy("Letter: the change request has arrived"),
    "change_arrived": gettext_lazy("Letter: a change request has come in"),
    "change_returned": gettext_lazy("Letter: please write more in the change request"),
    "change_approved": gettext_lazy("Letter: the change is approved"),
    "change_refused": gettext_lazy("Letter: the change is refused"),
    "grant_paused": gettext_lazy("Letter: the grant is paused"),
    "pause_ended": gettext_lazy("Letter: the pause ends sooner"),
    "grant_ended": gettext_lazy("Letter: the grant ends early"),
    "grant_closed": gettext_lazy("Letter: the grant is closed"),
}
# The fact of an event that a reader asks for, where it is said as it was written.
TOLD_BY = {
    "write_message": "about",
    "begin_from": "source",
    "cancel_agreement": "reason",
    "refuse_copy": "reason",
    "return_change": "reason",
    "approve_change": "reason",
    "refuse_change": "reason",
    "send_back_ending": "reason",
    "close_grant": "reason",
}
# How the facts of a pause or an early end are said.
ENDINGS: dict[str, str] = {
    "pause_grant": "%(first)s – %(last)s: %(reason)s",
    "end_pause": "%(back)s",
    "propose_ending": "%(last)s",
    "end_early": "%(last)s: %(reason)s",
}
# Deeds with a report: which one is said by its name in the address.
OF_REPORTS = frozenset(
    {"open_report", "sign_report", "lapse_report", "remind_of_report", "submit_report"}
)
# Letters of one deed are written within moments of each other.
ONE_DEED = timedelta(seconds=30)


@dataclass(frozen=True)
class Moment:
    """One line of a timeline; ``who`` is empty for the portal itself."""

    at: datetime
    words: str
    who: str
    facts: str = ""
    url: str = ""


def timeline(application: Application, user: User) -> list[Moment]:
    """Return what has happened to ``application``, oldest first, in three queries.

    ICLD reads everything; the parties what concerns them, in their words.
    """
    words = PARTY_WORDS if rules.is_of_party(user, application) else WORDS
    reports = Report.objects.filter(application=application).order_by().values("pk")
    case, of_reports = subject_type(application), subject_type(Report)
    happened = list(
        Event.objects.filter(
            Q(subject_type=case, subject_id=application.pk)
            | Q(subject_type=of_reports, subject_id__in=reports)
        ).order_by("at", "pk")
    )
    if words is PARTY_WORDS:
        happened = [event for event in happened if event.verb in words]
    letters = list(
        Letter.objects.filter(
            Q(about_type=case, about_id=application.pk)
            | Q(about_type=of_reports, about_id__in=reports),
            kind__in=LETTERS,
        )
        .only("kind", "to_email", "to_user_id", "queued_at")
        .order_by("queued_at", "pk")
    )
    people = {event.actor_id for event in happened} | {letter.to_user_id for letter in letters}
    people |= {event.facts.get(name) for event in happened for name in ("officer_id", "person_id")}
    names = dict(User.objects.filter(pk__in=people - {None}).values_list("pk", "name"))
    moments = [_moment(event, words, names) for event in happened]
    return sorted([*moments, *_sent(letters, names)], key=lambda moment: moment.at)


def _moment(event: Event, words: dict[str, Promise | str], names: dict[int, str]) -> Moment:
    thread = event.facts.get("thread_id")
    return Moment(
        event.at,
        str(words.get(event.verb, event.verb.replace("_", " "))),
        _who(event, names),
        _facts(event, names),
        reverse("applications:thread", args=[thread]) if thread else "",
    )


def _sent(letters: list[Letter], names: dict[int, str]) -> list[Moment]:
    """One line for the letters of one deed, with everybody they went to."""
    groups: list[list[Letter]] = []
    for letter in letters:
        last = groups[-1][-1] if groups else None
        if last and last.kind == letter.kind and letter.queued_at - last.queued_at < ONE_DEED:
            groups[-1].append(letter)
        else:
            groups.append([letter])
    return [
        Moment(
            group[0].queued_at,
            str(LETTERS[group[0].kind]),
            "",
            _("to %(people)s")
            % {
                "people": ", ".join(
                    names.get(letter.to_user_id or 0, letter.to_email) for letter in group
                )
            },
        )
        for group in groups
    ]


def _who(event: Event, names: dict[int, str]) -> str:
    if event.actor_id is None:
        return ""
    return names.get(event.actor_id, _("a person who has left"))


def _facts(event: Event, names: dict[int, str]) -> str:
    """Return the one fact that a reader of the timeline asks for."""
    facts: dict[str, Any] = event.facts
    if event.verb == "assign":
        officer = facts.get("officer_id")
        return names.get(officer, "") if officer else _("nobody")
    if "person_id" in facts:
        about = [names.get(facts["person_id"], ""), str(facts.get("reason", ""))]
        return ": ".join(text for text in about if text)
    if event.verb in TOLD_BY | ENDINGS:
        return _as_written(event)
    if event.verb.endswith("_supplement"):
        return _supplement_facts(facts)
    if event.verb in OF_REPORTS:
        return _report_name(facts)
    if event.verb == "prolong":
        words = {"day": facts.get("deadline", ""), "reason": facts.get("reason", "")}
        return _("until %(day)s: %(reason)s") % words
    if event.verb == "submit" and "asked_sek" in facts:
        return _("asked: %(amount)s") % {"amount": money(facts["asked_sek"])}
    if event.verb == "approve" and "granted_sek" in facts:
        return _("granted: %(amount)s") % {"amount": money(facts["granted_sek"])}
    if event.verb == "agree":
        recommendation = dict(Outcome.choices).get(facts.get("recommendation", ""), "")
        return _("recommends: %(outcome)s") % {"outcome": recommendation}
    return ""


def _as_written(event: Event) -> str:
    """The facts that people wrote, and the days of a pause or an early end."""
    if event.verb in ENDINGS:
        return str(ENDINGS[event.verb] % event.facts)
    return str(event.facts.get(TOLD_BY[event.verb], ""))


def _report_name(facts: dict[str, Any]) -> str:
    """Which report it was, as it is called on its page."""
    year = facts.get("year")
    return str(Report(kind=ReportKind.YEAR if year else ReportKind.FINAL, year=year))


def _supplement_facts(facts: dict[str, Any]) -> str:
    if due := facts.get("due"):
        return _("until %(day)s") % {"day": due}
    return str(facts.get("reason", ""))
