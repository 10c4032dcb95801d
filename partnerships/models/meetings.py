"""A meeting of a steering group: when, where, what is taken up and who was there."""

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.localize import STOCKHOLM
from partnerships.models.matters import MatterKind
from partnerships.models.people import User
from partnerships.models.steering import SeatTerm, SteeringGroup


class MeetingStatus(models.TextChoices):
    """Where a meeting stands."""

    PLANNED = "planned", _("planned")
    CALLED = "called", _("called")
    HELD = "held", _("minutes being written")
    VERIFIED = "verified", _("minutes verified")
    CANCELLED = "cancelled", pgettext_lazy("a meeting", "cancelled")


# The moves Postgres allows; the workflow's transition table is tested against it.
MEETING_MOVES: frozenset[tuple[MeetingStatus, MeetingStatus]] = frozenset(
    {
        (MeetingStatus.PLANNED, MeetingStatus.CALLED),
        (MeetingStatus.PLANNED, MeetingStatus.CANCELLED),
        (MeetingStatus.CALLED, MeetingStatus.HELD),
        (MeetingStatus.PLANNED, MeetingStatus.HELD),
        (MeetingStatus.CALLED, MeetingStatus.CANCELLED),
        (MeetingStatus.HELD, MeetingStatus.VERIFIED),
    }
)
# A party of which nobody has verified exactly this content.
PARTY_HAS_NOT_VERIFIED = """
    SELECT 1 FROM partnerships_party AS party
    JOIN partnerships_steeringgroup AS steering ON steering.partnership_id = party.partnership_id
    WHERE steering.id = NEW.group_id
    AND NOT EXISTS (
        SELECT 1 FROM partnerships_verification AS verification
        WHERE verification.meeting_id = NEW.id
        AND verification.party_id = party.id
        AND verification.lapsed_at IS NULL
        AND verification.content_sha256 = NEW.content_sha256
    )
"""

# What the log of decisions is searched by: a document of Postgres holds so many characters.
KEEP_WORDS = """
    INSERT INTO partnerships_decisionwords (decision_id, words)
    SELECT decision.id,
        to_tsvector('portal_swedish', written.text) || to_tsvector('portal_simple', written.text)
    FROM partnerships_steeringdecision AS decision
    JOIN partnerships_paragraph AS paragraph ON paragraph.id = decision.paragraph_id
    CROSS JOIN LATERAL (
        SELECT left(concat_ws(E'\\n', paragraph.heading, decision.matter_title,
            (SELECT responsible_name FROM partnerships_followup AS follow_up
             WHERE follow_up.paragraph_id = paragraph.id),
            (SELECT text FROM partnerships_paragraphtext AS text
             WHERE text.paragraph_id = paragraph.id AND text.part = 'decision')
        ), 100000) AS text
    ) AS written
    WHERE paragraph.meeting_id = NEW.id
    ON CONFLICT (decision_id) DO NOTHING;
"""


class SteeringMeetingQuerySet(models.QuerySet["SteeringMeeting"]):
    """Phrases about meetings of steering groups."""

    def visible_to(self, user: User) -> "SteeringMeetingQuerySet":
        """The meetings of the groups ``user`` may open."""
        return self.filter(group__in=SteeringGroup.objects.all().visible_to(user))

    def coming(self) -> "SteeringMeetingQuerySet":
        """Those that are planned or called, the next first."""
        return self.filter(status__in=(MeetingStatus.PLANNED, MeetingStatus.CALLED)).order_by(
            "starts_at", "pk"
        )

    def verified(self) -> "SteeringMeetingQuerySet":
        """Those whose minutes stand."""
        return self.filter(status=MeetingStatus.VERIFIED)


class SteeringMeeting(models.Model):
    """One meeting with its agenda, attendance and minutes.

    ``sequence`` counts the invitations, so that calendars replace the older one;
    ``content_version`` counts the changes of the minutes.
    """

    group = models.ForeignKey(SteeringGroup, models.PROTECT, related_name="meetings")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    link = models.URLField(_("link to the meeting"), max_length=500, blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=MeetingStatus.choices, default=MeetingStatus.PLANNED
    )
    language = models.CharField(
        _("language of the minutes"),
        max_length=2,
        choices=[("sv", "Svenska"), ("en", "English")],
        default="en",
    )
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    called_at = models.DateTimeField(_("called"), null=True)
    content_version = models.PositiveIntegerField(default=1, editable=False)
    content_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    verified_at = models.DateTimeField(_("verified"), null=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = SteeringMeetingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-starts_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["group", "-starts_at"], name="steering_meeting_newest")
        ]
        constraints: ClassVar = [
            known("status", MeetingStatus, name="steering_meeting_status_known"),
            models.CheckConstraint(
                condition=Q(starts_at__range=("2009-01-01 00:00Z", "2100-12-31 00:00Z")),
                name="steering_meeting_begins_sane",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="steering_meeting_ends_later"
            ),
            models.CheckConstraint(
                condition=~Q(status="verified")
                | Q(content_sha256__regex=r"^[0-9a-f]{64}$", verified_at__isnull=False),
                name="steering_meeting_verified_has_fingerprint",
            ),
            models.CheckConstraint(
                condition=~Q(status="called") | Q(called_at__isnull=False),
                name="steering_meeting_called_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(language__in=["sv", "en"]), name="steering_meeting_language_known"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="status_moves",
                field="status",
                transitions=sorted((str(old), str(new)) for old, new in MEETING_MOVES),
            ),
            pgtrigger.Protect(
                name="begins_as_planned",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="planned"),
            ),
            pgtrigger.Protect(
                name="only_plans_are_deleted",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__status="planned"),
            ),
            pgtrigger.Protect(
                name="verified_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="verified"),
            ),
            pgtrigger.Trigger(
                name="verified_by_each_party",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="held", new__status="verified"),
                func=f"""
                    IF EXISTS ({PARTY_HAS_NOT_VERIFIED}) THEN
                        RAISE EXCEPTION 'pgtrigger: a party has not verified these minutes';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="verified_decisions_are_found",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="held", new__status="verified"),
                func=f"{KEEP_WORDS} RETURN NULL;",
            ),
            pgtrigger.Trigger(
                name="keeps_the_year_of_its_paragraphs",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.starts_at, OLD.group_id) IS DISTINCT FROM "
                    "ROW(NEW.starts_at, NEW.group_id)"
                ),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM partnerships_paragraph AS paragraph
                        WHERE paragraph.meeting_id = NEW.id AND (
                            paragraph.group_id <> NEW.group_id OR paragraph.year <>
                            extract(year FROM NEW.starts_at AT TIME ZONE 'Europe/Stockholm')
                        )
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: the paragraphs are numbered in another year';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.starts_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("partnerships:meeting", args=[self.pk])

    @property
    def year(self) -> int:
        """The year whose paragraph numbers it takes, in Stockholm."""
        return self.starts_at.astimezone(STOCKHOLM).year


class AgendaItem(models.Model):
    """One thing to take up, of its own or one that waited for the group."""

    meeting = models.ForeignKey(SteeringMeeting, models.CASCADE, related_name="agenda")
    sort_order = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("what is taken up"), max_length=300)
    note = models.TextField(_("note"), max_length=4000, blank=True)
    matter_kind = models.CharField(
        _("kind"), max_length=16, choices=MatterKind.choices, default=MatterKind.FREE
    )
    matter_key = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["meeting", "sort_order", "pk"]
        constraints: ClassVar = [
            known("matter_kind", MatterKind, name="agenda_item_kind_known"),
            models.CheckConstraint(
                condition=Q(matter_kind="free", matter_key="")
                | (~Q(matter_kind="free") & ~Q(matter_key="")),
                name="agenda_item_names_its_matter",
            ),
            models.UniqueConstraint(
                fields=["meeting", "matter_kind", "matter_key"],
                condition=~Q(matter_key=""),
                name="agenda_item_matter_once",
            ),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "frozen_minutes",
                parent="partnerships_steeringmeeting",
                key="meeting_id",
                condition="parent.status = 'verified'",
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return self.title


class Attendance(models.Model):
    """Whether somebody was there: who sits in a seat, or a guest (without ``term``)."""

    meeting = models.ForeignKey(SteeringMeeting, models.CASCADE, related_name="attendance")
    term = models.ForeignKey(SeatTerm, models.PROTECT, null=True, related_name="attendance")
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=120, blank=True)
    is_present = models.BooleanField(_("present"), default=True)

    class Meta:
        ordering: ClassVar = ["meeting", "term__seat", "name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meeting", "term"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(term__isnull=False) | Q(is_present=True),
                name="attendance_guests_are_present",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="attendance_has_a_name"),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "frozen_minutes",
                parent="partnerships_steeringmeeting",
                key="meeting_id",
                condition="parent.status = 'verified'",
            ),
            pgtrigger.Trigger(
                name="of_the_groups_seats",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__term__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM partnerships_seatterm AS term
                        JOIN partnerships_seat AS seat ON seat.id = term.seat_id
                        JOIN partnerships_steeringmeeting AS meeting
                        ON meeting.group_id = seat.group_id
                        WHERE term.id = NEW.term_id AND meeting.id = NEW.meeting_id
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: this seat is in another group';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.is_present}"
