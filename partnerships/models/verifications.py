"""Minutes that were verified: who gave their word for each party, and what was kept of them."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.models import Factor, FrozenPaper
from partnerships.models.meetings import SteeringMeeting
from partnerships.models.partnerships import Party
from partnerships.models.people import User
from partnerships.models.steering import SeatTerm

LAPSE = "ARRAY['lapsed_at', 'lapsed_by', 'lapsed_reason']"


class VerificationQuerySet(models.QuerySet["Verification"]):
    """Phrases about verifications."""

    def valid(self) -> "VerificationQuerySet":
        """Those that no change has lapsed."""
        return self.filter(lapsed_at=None)


class Verification(models.Model):
    """One present member's word, for one party, that exactly these minutes are right.

    Name and role are copied: they stand as they were. A row never changes but to lapse, once.
    """

    meeting = models.ForeignKey(SteeringMeeting, models.PROTECT, related_name="verifications")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("party"))
    term = models.ForeignKey(SeatTerm, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=60)
    content_sha256 = models.CharField(max_length=64)
    content_version = models.PositiveIntegerField()
    method = models.CharField(_("second factor"), max_length=8, choices=Factor.choices)
    verified_at = models.DateTimeField(_("verified"), default=timezone.now)
    lapsed_at = models.DateTimeField(_("lapsed"), null=True)
    lapsed_by = models.CharField(_("changed by"), max_length=120, blank=True)
    lapsed_reason = models.CharField(_("what was changed"), max_length=300, blank=True)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["meeting", "verified_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "party"],
                condition=Q(lapsed_at=None),
                name="verification_one_valid_for_a_party",
            ),
            models.CheckConstraint(
                condition=Q(content_sha256__regex=r"^[0-9a-f]{64}$"),
                name="verification_has_fingerprint",
            ),
            models.CheckConstraint(
                condition=Q(lapsed_at=None, lapsed_reason="")
                | (Q(lapsed_at__isnull=False) & ~Q(lapsed_reason="")),
                name="verification_lapses_for_a_reason",
            ),
            known("method", Factor, name="verification_method_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_lapses",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"OLD.lapsed_at IS NOT NULL OR (to_jsonb(OLD) - {LAPSE}) "
                    f"IS DISTINCT FROM (to_jsonb(NEW) - {LAPSE})"
                ),
            ),
            pgtrigger.Trigger(
                name="by_one_of_the_party_who_was_there",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM partnerships_attendance AS attendance
                        JOIN partnerships_seatterm AS term ON term.id = attendance.term_id
                        JOIN partnerships_seat AS seat ON seat.id = term.seat_id
                        JOIN partnerships_steeringmeeting AS meeting
                        ON meeting.id = attendance.meeting_id
                        WHERE meeting.id = NEW.meeting_id AND meeting.status = 'held'
                        AND attendance.is_present AND term.id = NEW.term_id
                        AND term.user_id = NEW.user_id AND seat.party_id = NEW.party_id
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: only who was there for the party verifies';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.meeting_id}"


class VerifiedMinutes(models.Model):
    """What was verified, as data: names of people and parties as they were then. Append-only."""

    meeting = models.OneToOneField(SteeringMeeting, models.PROTECT, related_name="verified_minutes")
    content = models.JSONField()
    content_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(content_sha256__regex=r"^[0-9a-f]{64}$"),
                name="verified_minutes_has_fingerprint",
            )
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.content_sha256[:12]}"


class MinutesPaper(FrozenPaper):
    """Verified minutes as a PDF, made once for each language. Append-only."""

    meeting = models.ForeignKey(SteeringMeeting, models.PROTECT, related_name="papers")

    class Meta:
        ordering: ClassVar = ["meeting", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meeting", "language"], name="minutes_paper_once")
        ]
        triggers: ClassVar = triggers.append_only()
