"""What waits for one person in the cases of their organisations."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.db import connection
from django.db.models import Q
from django.urls import reverse

from applications import agreements
from applications.models import (
    Agreement,
    Application,
    Audit,
    CaseParty,
    Mention,
    PendingDecision,
    Report,
    SectionWork,
    Status,
)
from applications.models.application import ApplicationQuerySet
from partnerships import awaited
from partnerships.models import FollowUp, Role, SteeringMeeting, User
from partnerships.models.people import WRITING_ROLES

# More than these come up when the newest of them are done.
MOST_PARTS = 60
MOST_MENTIONS = 10
MOST_AGREEMENTS = 10
MOST_FOLLOW_UPS = 10
MOST_MINUTES = 10
MOST_PROPOSALS = 10
MOST_AUDITS = 20
MOST_REPORTS = 10


# What may wait for a person, whether or not they may still read it: mostly nothing does, and
# this is answered long before Django has written the questions that look closer.
WAITS = """
SELECT
    EXISTS (
        SELECT FROM partnerships_followup AS asked
        JOIN partnerships_seatterm AS term ON term.id = asked.responsible_id
        WHERE term.user_id = %(user)s AND asked.done_at IS NULL
    ),
    EXISTS (
        SELECT FROM partnerships_verification AS given
        JOIN partnerships_steeringmeeting AS meeting
        ON meeting.id = given.meeting_id AND meeting.status = 'held'
        JOIN partnerships_attendance AS present ON present.meeting_id = meeting.id
        JOIN partnerships_seatterm AS term ON term.id = present.term_id
        WHERE term.user_id = %(user)s AND present.is_present AND given.lapsed_at IS NULL
    ),
    EXISTS (
        SELECT FROM applications_sectionwork
        WHERE assignee_id = %(user)s AND ready_at IS NULL
    ),
    EXISTS (
        SELECT FROM applications_mention AS mention
        JOIN applications_comment AS comment ON comment.id = mention.comment_id
        JOIN applications_commentthread AS thread ON thread.id = comment.thread_id
        WHERE mention.user_id = %(user)s
        AND comment.removed_at IS NULL AND thread.resolved_at IS NULL
    ),
    EXISTS (
        SELECT FROM applications_audit
        WHERE user_id = %(user)s AND revoked_at IS NULL AND lapsed_at IS NULL
    ),
    EXISTS (
        SELECT FROM applications_report AS report
        JOIN applications_caseparty AS party ON party.application_id = report.application_id
        JOIN partnerships_membership AS member ON member.organisation_id = party.organisation_id
        WHERE member.user_id = %(user)s AND report.status = 'draft'
    )
"""


@dataclass(frozen=True)
class Waiting:
    """What waits for a person of a party: from steering groups, and in their drafts."""

    follow_ups: list[FollowUp]
    minutes: list[SteeringMeeting]
    parts: list["OwnParts"]
    mentions: list[Mention]
    audits: list[Audit]
    reports: list[Report]


@dataclass(frozen=True)
class OwnParts:
    """The parts of one case that a person is in charge of and nobody has marked as ready."""

    application: Application
    parts: list[tuple[SectionWork, str]]


def waiting_for(
    user: User, drafts: ApplicationQuerySet, *, organisation: int | None = None
) -> Waiting:
    """Return what waits for ``user``; one query, and one more for each kind there is of it.

    With an ``organisation`` only the reports of its cases.
    """
    with connection.cursor() as cursor:
        cursor.execute(WAITS, {"user": user.pk})
        found = cursor.fetchone() or (False,) * 6
        follow_ups, minutes, parts, mentions, audits, reports = found
    return Waiting(
        follow_ups=follow_ups_of(user) if follow_ups else [],
        minutes=list(awaited.minutes_for(user)[:MOST_MINUTES]) if minutes else [],
        parts=parts_of(user, drafts) if parts else [],
        mentions=mentions_of(user, drafts) if mentions else [],
        audits=audits_of(user) if audits else [],
        reports=reports_of(user, organisation) if reports else [],
    )


def parts_of(user: User, drafts: ApplicationQuerySet) -> list[OwnParts]:
    """Return what ``user`` is in charge of in ``drafts``, by case; one query.

    Who no longer writes for a party of the case is not waited for.
    """
    works = (
        SectionWork.objects.filter(
            assignee=user,
            ready_at=None,
            application__in=drafts.order_by().values("pk"),
            application__case_parties__organisation__in=user.organisations_with(WRITING_ROLES),
        )
        .select_related("application", "section")
        .order_by("-application_id", "section__sort_order")
        .distinct()
    )
    by_case = groupby(works[:MOST_PARTS], key=attrgetter("application"))
    return [OwnParts(case, list(_with_address(case, found))) for case, found in by_case]


def _with_address(
    case: Application, found: Iterator[SectionWork]
) -> Iterator[tuple[SectionWork, str]]:
    for work in found:
        yield work, reverse("applications:section", args=[case.handle, work.section.key])


def agreements_of(user: User) -> list[Agreement]:
    """Return the agreements that ``user`` can sign now, the oldest first; at most one query."""
    if not user.organisations_with(frozenset({Role.SIGNATORY})):
        return []
    waiting = agreements.awaiting(user).defer("content").select_related("application__partnership")
    return list(waiting.order_by("made_at", "pk")[:MOST_AGREEMENTS])


def follow_ups_of(user: User) -> list[FollowUp]:
    """Return what decisions of steering groups ask of ``user``, the most urgent first."""
    own = FollowUp.objects.all().visible_to(user).waiting().filter(responsible__user=user)
    return list(own.with_paragraph().order_by("due_on", "pk")[:MOST_FOLLOW_UPS])


def proposals_of(user: User) -> list[PendingDecision]:
    """Return the decisions outside a meeting that wait for ``user``, the oldest first: to take
    what somebody else proposes, or to propose anew what came back; at most one query.

    Nobody is waited for in a case of their own party or one they have a conflict in.
    """
    if not user.is_officer:
        return []
    waits = Q(sent_back_at__isnull=False, proposed_by=user)
    if user.is_decider:
        waits |= Q(sent_back_at=None) & ~Q(proposed_by=user)
    cases = Application.objects.visible_to(user).filter(status=Status.IN_ASSESSMENT)
    if user.is_of_party:
        own = CaseParty.objects.filter(organisation__in=list(user.roles))
        cases = cases.exclude(pk__in=own.values("application"))
    found = PendingDecision.objects.filter(
        waits, meeting=None, confirmed_at=None, application__in=cases.order_by().values("pk")
    ).select_related("application", "proposed_by", "sent_back_by")
    return list(found.order_by("proposed_at", "pk")[:MOST_PROPOSALS])


def reports_of(user: User, organisation: int | None = None) -> list[Report]:
    """Return the reports that the parties of ``user`` have yet to hand in, the first due first.

    With an ``organisation`` only those of its cases. One query.
    """
    parties = [organisation] if organisation else list(user.roles)
    of_parties = CaseParty.objects.filter(organisation__in=parties).values("application")
    found = Report.objects.all().visible_to(user).open().filter(application__in=of_parties)
    return list(found.for_list()[:MOST_REPORTS])


def mentions_of(user: User, drafts: ApplicationQuerySet) -> list[Mention]:
    """Return the newest comments in ``drafts`` that name ``user`` and are not resolved."""
    mentions = Mention.objects.filter(
        user=user,
        comment__removed_at=None,
        comment__thread__resolved_at=None,
        comment__thread__application__in=drafts.order_by().values("pk"),
    ).select_related(
        "comment__author",
        "comment__thread__application",
        "comment__thread__section",
        "comment__thread__question",
    )
    return list(mentions.order_by("-comment__written_at", "-pk")[:MOST_MENTIONS])


def audits_of(user: User) -> list[Audit]:
    """The reports this person is asked to audit, the newest first; one query."""
    reports = Report.objects.all().visible_to(user)
    own = user.audits.filter(revoked_at=None, lapsed_at=None, report__in=reports)
    whole = own.select_related("report__application", "report__grant__grantee")
    return list(whole.order_by("-invited_at", "-pk")[:MOST_AUDITS])
