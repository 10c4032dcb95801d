"""What a steering group decides in a paragraph: who is against, who sees to it, and the search."""

from datetime import date
from typing import ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models.matters import MatterKind
from partnerships.models.minutes import FROZEN_PARAGRAPH, Paragraph, frozen_with_paragraph
from partnerships.models.people import User
from partnerships.models.steering import SANE_DAYS, SeatTerm, SteeringGroup

# What marking a follow-up as done writes; the rest of it stands with the minutes.
DONE = "ARRAY['done_at', 'done_by_id', 'done_note']"


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


class DecisionWords(models.Model):
    """The words of a verified decision, kept by the trigger that sees its minutes verified."""

    decision = models.OneToOneField(
        SteeringDecision, models.CASCADE, primary_key=True, related_name="searched"
    )
    words = SearchVectorField()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["words"], name="decision_words")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="stands_with_the_minutes", operation=pgtrigger.Update),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return str(self.decision_id)


class ReminderOf(models.TextChoices):
    """What somebody is reminded of."""

    SOON = "soon"
    OVERDUE = "overdue"


class FollowUpReminder(models.Model):
    """One reminder of one follow-up, so that each goes out once."""

    follow_up = models.ForeignKey(FollowUp, models.CASCADE, related_name="reminders")
    about = models.CharField(max_length=8, choices=ReminderOf.choices)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["follow_up", "sent_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["follow_up", "about"], name="follow_up_reminder_once"),
            known("about", ReminderOf, name="follow_up_reminder_known"),
        ]

    def __str__(self) -> str:
        return f"{self.follow_up_id} {self.about}"
