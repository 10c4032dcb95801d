"""The minutes of a steering group's meeting: numbered paragraphs, decisions, verification."""

from datetime import date
from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.models import Factor, FrozenPaper
from partnerships.models.matters import MatterKind
from partnerships.models.meetings import AgendaItem, SteeringMeeting
from partnerships.models.partnerships import Party
from partnerships.models.people import User
from partnerships.models.steering import SANE_DAYS, SeatTerm, SteeringGroup

# What marking a follow-up as done writes; the rest of it stands with the minutes.
DONE = "ARRAY['done_at', 'done_by_id', 'done_note']"
LAPSE = "ARRAY['lapsed_at', 'lapsed_by', 'lapsed_reason']"
MEETING_IS_VERIFIED = """
    EXISTS (
        SELECT 1 FROM partnerships_steeringmeeting AS meeting
        WHERE meeting.id = parent.meeting_id AND meeting.status = 'verified'
    )
"""

FROZEN_PARAGRAPH = f"""
    SELECT 1 FROM partnerships_paragraph AS parent
    WHERE {MEETING_IS_VERIFIED} AND parent.id =
"""  # noqa: S608


def frozen_with_paragraph() -> list[pgtrigger.Trigger]:
    """Triggers of a row that can be written until the minutes of its paragraph are verified."""
    return [
        triggers.frozen_by(
            "frozen_minutes",
            parent="partnerships_paragraph",
            key="paragraph_id",
            condition=MEETING_IS_VERIFIED,
        ),
        triggers.no_truncate(),
    ]


class Paragraph(models.Model):
    """One numbered paragraph (§), one series a group and year, without gaps.

    The number is given when it is begun. Only the last of the year is ever taken away; another
    that is not wanted stays and says so (``is_struck``). What was verified is corrected by a
    new paragraph of a later meeting alone (``corrects``).
    """

    meeting = models.ForeignKey(SteeringMeeting, models.PROTECT, related_name="paragraphs")
    group = models.ForeignKey(SteeringGroup, models.PROTECT, related_name="paragraphs")
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("number"))
    heading = models.CharField(_("heading"), max_length=300)
    agenda_item = models.OneToOneField(
        AgendaItem, models.SET_NULL, null=True, related_name="paragraph"
    )
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("corrects"),
    )
    is_struck = models.BooleanField(_("struck out"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["group", "year", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group", "year", "number"], name="paragraph_number_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="paragraph_numbers_from_one"),
            models.CheckConstraint(condition=~Q(heading=""), name="paragraph_has_a_heading"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="numbered_without_gaps",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        IF NEW.number <> 1 + (
                            SELECT COALESCE(max(number), 0) FROM partnerships_paragraph
                            WHERE group_id = NEW.group_id AND year = NEW.year
                        ) THEN
                            RAISE EXCEPTION 'pgtrigger: this is not the next number';
                        END IF;
                        RETURN NEW;
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM partnerships_paragraph
                        WHERE group_id = OLD.group_id AND year = OLD.year
                        AND number > OLD.number
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: only the last number can be given back';
                    END IF;
                    RETURN OLD;
                """,
            ),
            pgtrigger.Protect(
                name="number_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.meeting_id, OLD.group_id, OLD.year, OLD.number) IS DISTINCT FROM "
                    "ROW(NEW.meeting_id, NEW.group_id, NEW.year, NEW.number)"
                ),
            ),
            pgtrigger.Trigger(
                name="of_its_meetings_group_and_year",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM partnerships_steeringmeeting AS meeting
                        WHERE meeting.id = NEW.meeting_id AND meeting.group_id = NEW.group_id
                        AND meeting.status = 'held' AND NEW.year =
                        extract(year FROM meeting.starts_at AT TIME ZONE 'Europe/Stockholm')
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: no minutes are written there';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.frozen_by(
                "frozen_minutes",
                parent="partnerships_steeringmeeting",
                key="meeting_id",
                condition="parent.status = 'verified'",
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return self.sign

    @property
    def sign(self) -> str:
        """How it is cited: § 3/2027."""
        return f"§ {self.number}/{self.year}"


class TextPart(models.TextChoices):
    """The parts of a paragraph: what was said, apart from what was decided.

    The heading is written and kept in versions like the others, and copied to the paragraph.
    """

    HEADING = "heading", _("heading")
    DISCUSSION = "discussion", _("discussion")
    DECISION = "decision", _("decision")


@pghistory.track()
class ParagraphText(models.Model):
    """One text of a paragraph. ``version`` counts the saves, to notice a second writer."""

    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="texts")
    part = models.CharField(_("part"), max_length=10, choices=TextPart.choices)
    text = models.TextField(_("text"), blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["paragraph", "part"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["paragraph", "part"], name="paragraph_text_once"),
            known("part", TextPart, name="paragraph_text_part_known"),
        ]
        triggers: ClassVar = frozen_with_paragraph()

    def __str__(self) -> str:
        return f"{self.paragraph_id} {self.part}"


class SteeringDecisionQuerySet(models.QuerySet["SteeringDecision"]):
    """Phrases about what steering groups have decided."""

    def visible_to(self, user: User) -> "SteeringDecisionQuerySet":
        """The decisions of the groups ``user`` may open."""
        groups = SteeringGroup.objects.all().visible_to(user)
        return self.filter(paragraph__group__in=groups)

    def verified(self) -> "SteeringDecisionQuerySet":
        """Those in verified minutes, which can be cited."""
        return self.filter(paragraph__meeting__status="verified")

    def about(self, kind: str, key: str) -> "SteeringDecisionQuerySet":
        """Those that point at one matter."""
        return self.filter(matter_kind=kind, matter_key=key)


class SteeringDecision(models.Model):
    """The decision of a paragraph; its words are the paragraph's text of part ``decision``.

    ``matter_title`` is what the matter was called then.
    """

    paragraph = models.OneToOneField(Paragraph, models.CASCADE, related_name="decision")
    matter_kind = models.CharField(
        _("about"), max_length=16, choices=MatterKind.choices, default=MatterKind.FREE
    )
    matter_key = models.CharField(max_length=40, blank=True)
    matter_title = models.CharField(_("about what"), max_length=300, blank=True)

    objects = SteeringDecisionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-paragraph__year", "-paragraph__number", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["matter_kind", "matter_key"], name="steering_decision_matter")
        ]
        constraints: ClassVar = [
            known("matter_kind", MatterKind, name="steering_decision_kind_known"),
            models.CheckConstraint(
                condition=Q(matter_kind="free", matter_key="")
                | (~Q(matter_kind="free") & ~Q(matter_key="") & ~Q(matter_title="")),
                name="steering_decision_names_its_matter",
            ),
        ]
        triggers: ClassVar = frozen_with_paragraph()

    def __str__(self) -> str:
        return f"{self.paragraph_id} {self.matter_kind} {self.matter_key}"


class Dissent(models.Model):
    """Somebody who was there and did not agree with a decision, and why."""

    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="dissents")
    term = models.ForeignKey(
        SeatTerm, models.PROTECT, related_name="dissents", verbose_name=_("who")
    )
    reason = models.TextField(_("reason"), max_length=4000, blank=True)

    class Meta:
        ordering: ClassVar = ["paragraph", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["paragraph", "term"], name="dissent_once")
        ]
        triggers: ClassVar = frozen_with_paragraph()

    def __str__(self) -> str:
        return f"{self.term_id} {self.paragraph_id}"


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    """Phrases about what was to be done."""

    def visible_to(self, user: User) -> "FollowUpQuerySet":
        """The follow-ups of the groups ``user`` may open."""
        groups = SteeringGroup.objects.all().visible_to(user)
        return self.filter(paragraph__group__in=groups)

    def of_verified_minutes(self) -> "FollowUpQuerySet":
        """Those that stand."""
        return self.filter(paragraph__meeting__status="verified", paragraph__is_struck=False)

    def waiting(self) -> "FollowUpQuerySet":
        """Those of verified minutes that are not done."""
        return self.of_verified_minutes().filter(done_at=None)

    def with_paragraph(self) -> "FollowUpQuerySet":
        """Read with each what decided it, and who answers for it."""
        return self.select_related(
            "paragraph__meeting__group__partnership", "responsible__seat__party", "done_by"
        )

    def overdue_on(self, day: date) -> "FollowUpQuerySet":
        """Those that wait although their day has passed."""
        return self.waiting().filter(due_on__lt=day)


@pghistory.track()
class FollowUp(models.Model):
    """Who does what a decision asks for, until when; marked as done when it is.

    The responsible person sits in the group (``responsible``) or is named.
    """

    paragraph = models.OneToOneField(Paragraph, models.CASCADE, related_name="follow_up")
    responsible = models.ForeignKey(
        SeatTerm,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("responsible"),
    )
    responsible_name = models.CharField(_("responsible person"), max_length=120)
    due_on = models.DateField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    done_note = models.TextField(_("how it went"), max_length=4000, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["due_on"], name="follow_up_waiting", condition=Q(done_at=None))
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(due_on__range=SANE_DAYS), name="follow_up_due_sane"),
            models.CheckConstraint(
                condition=~Q(responsible_name=""), name="follow_up_names_somebody"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False),
                name="follow_up_done_at_a_time",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="stands_with_the_minutes",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF TG_OP = 'UPDATE' THEN
                        IF (to_jsonb(OLD) - {DONE}) IS NOT DISTINCT FROM
                        (to_jsonb(NEW) - {DONE}) THEN
                            RETURN NEW;
                        END IF;
                    END IF;
                    IF TG_OP <> 'INSERT' THEN
                        IF EXISTS ({FROZEN_PARAGRAPH} OLD.paragraph_id) THEN
                            RAISE EXCEPTION 'pgtrigger: the minutes are verified, % refused', TG_OP;
                        END IF;
                    END IF;
                    IF TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    IF EXISTS ({FROZEN_PARAGRAPH} NEW.paragraph_id) THEN
                        RAISE EXCEPTION 'pgtrigger: the minutes are verified, % refused', TG_OP;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="done_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.done_at IS NOT NULL AND ROW(OLD.done_at, OLD.done_by_id, OLD.done_note) "
                    "IS DISTINCT FROM ROW(NEW.done_at, NEW.done_by_id, NEW.done_note)"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.responsible_name} {self.due_on}"


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
