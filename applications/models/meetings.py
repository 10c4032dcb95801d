"""The decision meeting of a round: its pot, what is proposed, who has confirmed it."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.models.rounds import Round
from finance.models.budgets import MAX_YEARS
from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.models import FrozenPaper
from partnerships.models import BudgetRegion, User

# Where the whole round shares one pot.
ALL_REGIONS = "all"


class PotRegion(models.TextChoices):
    """What a pot pays for: one region's cases, or all of the round's."""

    ALL = ALL_REGIONS, _("all regions")
    EUROPE = BudgetRegion.EUROPE.value, BudgetRegion.EUROPE.label
    AFRICA_ASIA = BudgetRegion.AFRICA_ASIA.value, BudgetRegion.AFRICA_ASIA.label


class Pot(models.Model):
    """What a round may promise, whole SEK, in one region or in all.

    ``granted_sek`` is what its decisions have promised: the database counts it itself as
    decisions come, so that no two of them can spend the same krona.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="pots")
    region = models.CharField(_("region"), max_length=12, choices=PotRegion.choices)
    amount_sek = models.PositiveBigIntegerField(_("pot"))
    granted_sek = models.PositiveBigIntegerField(_("granted"), default=0, editable=False)

    class Meta:
        ordering: ClassVar = ["round", "region"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "region"], name="pot_once_per_region"),
            models.CheckConstraint(
                condition=Q(granted_sek__lte=F("amount_sek")), name="pot_is_not_overspent"
            ),
            known("region", PotRegion, name="pot_region_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="begins_with_what_is_granted",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    SELECT COALESCE(sum(promised.amount_sek), 0) INTO NEW.granted_sek
                    FROM applications_decisionyear AS promised
                    JOIN applications_decision AS decision ON decision.id = promised.decision_id
                    JOIN applications_application AS the_case
                    ON the_case.id = decision.application_id
                    JOIN finance_budget AS budget ON budget.id = the_case.budget_id
                    WHERE decision.pot_round_id = NEW.round_id
                    AND NEW.region IN ('all', budget.region);
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="counts_by_itself",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.granted_sek IS DISTINCT FROM NEW.granted_sek AND pg_trigger_depth() = 0"
                ),
            ),
            pgtrigger.Protect(
                name="stays_where_it_is",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.round_id, OLD.region) IS DISTINCT FROM ROW(NEW.round_id, NEW.region)"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.region}"


class Meeting(models.Model):
    """The meeting that decides on a round's cases; its letters are released together, once."""

    round = models.OneToOneField(Round, models.PROTECT, related_name="meeting")
    held_on = models.DateField(_("day of the meeting"), null=True, blank=True)
    ordered_at = models.DateTimeField(null=True)
    ordered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(_("released"), null=True)

    class Meta:
        ordering: ClassVar = ["-round__deadline_on"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(released_at=None) | Q(ordered_at__isnull=False, held_on__isnull=False),
                name="meeting_released_when_ordered",
            ),
            models.CheckConstraint(
                condition=Q(held_on=None) | Q(held_on__range=("2009-01-01", "2100-12-31")),
                name="meeting_day_sane",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="released_once",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__released_at__isnull=False),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return str(self.round)

    def get_absolute_url(self) -> str:
        return reverse("applications:meeting", args=[self.round.deadline_on.isoformat()])

    @property
    def is_open(self) -> bool:
        """Whether proposals can still be written: nobody has ordered the release."""
        return self.ordered_at is None


class PendingOutcome(models.TextChoices):
    """What is proposed for a case."""

    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    POSTPONED = "postponed", _("postponed")


OF_ORDERED_MEETING = (
    "EXISTS (SELECT 1 FROM applications_meeting AS meeting "
    "WHERE meeting.id = parent.meeting_id AND meeting.ordered_at IS NOT NULL)"
)
DECIDED_ALONE = "parent.meeting_id IS NULL AND parent.confirmed_at IS NOT NULL"


@pghistory.track()
class PendingDecision(models.Model):
    """What one person proposes for a case and another confirms, until it is released.

    The parties see nothing of it. A change of the proposal takes the confirmation away.
    Without a meeting the case is decided alone: the confirmation is the decision, or the
    proposal is sent back with a reason.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="pending")
    application = models.ForeignKey(Application, models.PROTECT, related_name="pending_decisions")
    outcome = models.CharField(_("proposal"), max_length=9, choices=PendingOutcome.choices)
    reason = models.TextField(_("reason"))
    version = models.PositiveIntegerField(default=1)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"), default=timezone.now)
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    sent_back_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("sent back by")
    )
    sent_back_at = models.DateTimeField(_("sent back"), null=True)
    sent_back_reason = models.TextField(_("why it was sent back"), blank=True)

    class Meta:
        ordering: ClassVar = ["meeting", "application"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "application"], name="pending_once_per_meeting"
            ),
            models.UniqueConstraint(
                fields=["application"], condition=Q(meeting=None), name="pending_once_alone"
            ),
            models.CheckConstraint(
                condition=Q(meeting__isnull=False)
                | Q(outcome__in=[PendingOutcome.APPROVED, PendingOutcome.REJECTED]),
                name="pending_postponed_by_a_meeting",
            ),
            models.CheckConstraint(
                condition=Q(sent_back_by=None, sent_back_at=None, sent_back_reason="")
                | Q(
                    meeting=None,
                    confirmed_at=None,
                    sent_back_at__isnull=False,
                    sent_back_by__isnull=False,
                )
                & ~Q(sent_back_by=F("proposed_by"))
                & ~Q(sent_back_reason=""),
                name="pending_sent_back_by_another",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="pending_has_a_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="pending_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="pending_confirmed_at_a_time",
            ),
            known("outcome", PendingOutcome, name="pending_outcome_known"),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "closed_with_the_meeting",
                parent="applications_meeting",
                key="meeting_id",
                condition="parent.ordered_at IS NOT NULL",
            ),
            pgtrigger.Protect(
                name="decided_alone_is_kept",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__meeting__isnull=True, old__confirmed_at__isnull=False),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.outcome}"

    @property
    def is_sent_back(self) -> bool:
        """Whether somebody has refused to decide this, and said why."""
        return self.sent_back_at is not None


class PendingYear(models.Model):
    """The sum proposed for one year, whole SEK."""

    pending = models.ForeignKey(PendingDecision, models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField(_("year"))
    amount_sek = models.PositiveIntegerField(_("amount"))

    class Meta:
        ordering: ClassVar = ["pending", "year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pending", "year"], name="pending_year_once"),
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="pending_year_in_case"
            ),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "closed_with_the_meeting",
                parent="applications_pendingdecision",
                key="pending_id",
                condition=f"{OF_ORDERED_MEETING} OR ({DECIDED_ALONE})",
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.pending_id} {self.year}"


class Target(models.TextChoices):
    """Where a case is moved to on the list of a meeting."""

    ABOVE = "above", _("above another case")
    LAST = "last", _("last")
    SCORE = "score", _("where its score puts it")


class Move(models.Model):
    """A case moved by hand on the list of a meeting, and why. Append-only, in the order made."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField()
    application = models.ForeignKey(Application, models.PROTECT, related_name="moves")
    target = models.CharField(_("moved to"), max_length=5, choices=Target.choices)
    above = models.ForeignKey(Application, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("reason"))
    moved_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("moved by"))
    moved_at = models.DateTimeField(_("moved"), default=timezone.now)

    class Meta:
        ordering: ClassVar = ["meeting", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meeting", "number"], name="move_once_per_number"),
            models.CheckConstraint(condition=~Q(reason=""), name="move_has_a_reason"),
            models.CheckConstraint(
                condition=Q(target=Target.ABOVE, above__isnull=False) & ~Q(above=F("application"))
                | ~Q(target=Target.ABOVE) & Q(above=None),
                name="move_above_another_case",
            ),
            known("target", Target, name="move_target_known"),
        ]
        triggers: ClassVar = [
            *triggers.append_only(),
            triggers.frozen_by(
                "closed_with_the_meeting",
                parent="applications_meeting",
                key="meeting_id",
                condition="parent.ordered_at IS NOT NULL",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.target}"


class Condition(models.Model):
    """What an approval asks for: by when, and when ICLD saw that it was met."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="conditions")
    text = models.TextField(_("condition"), max_length=2000)
    due_on = models.DateField(_("to be met by"))
    is_released = models.BooleanField(default=False, editable=False)
    met_at = models.DateTimeField(_("met"), null=True)
    met_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("how it was met"), max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["application", "due_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="condition_says_something"),
            models.CheckConstraint(
                condition=Q(met_at=None) | Q(is_released=True, met_by__isnull=False),
                name="condition_met_once_released",
            ),
            models.CheckConstraint(
                condition=Q(due_on__range=("2009-01-01", "2100-12-31")), name="condition_day_sane"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="released_is_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__is_released=True),
            ),
            pgtrigger.Protect(
                name="released_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.is_released AND "
                    "ROW(OLD.text, OLD.due_on, OLD.application_id, OLD.is_released) IS DISTINCT "
                    "FROM ROW(NEW.text, NEW.due_on, NEW.application_id, NEW.is_released)"
                ),
            ),
            pgtrigger.Protect(
                name="met_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.met_at IS NOT NULL AND OLD.* IS DISTINCT FROM NEW.*"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.due_on}"

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed and it is not met."""
        return self.met_at is None and self.due_on < timezone.localdate()


class MeetingPaper(FrozenPaper):
    """The meeting's protocol, made once per language after the release. Append-only."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="papers")

    class Meta:
        ordering: ClassVar = ["meeting", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meeting", "language"], name="protocol_once")
        ]
        triggers: ClassVar = triggers.append_only()
