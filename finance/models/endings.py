"""What stands beside a grant's status: pauses, proposals to end it early, and how it closed."""

from datetime import date, timedelta
from typing import ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.models.grants import Grant
from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import User

SANE_DAYS = ("2009-01-01", "2100-12-31")


class _Days(Func):
    """The days from the first one to the one before ``back_on``, as Postgres compares them."""

    function = "DATERANGE"
    output_field = DateRangeField()


class PauseQuerySet(models.QuerySet["Pause"]):
    """Phrases about pauses."""

    def on(self, day: date) -> "PauseQuerySet":
        """Those that ``day`` is in."""
        return self.filter(first_on__lte=day, back_on__gt=day)

    def unfinished(self, day: date) -> "PauseQuerySet":
        """Those that ``day`` is in or that have yet to begin."""
        return self.filter(back_on__gt=day).exclude(back_on=F("first_on"))


@pghistory.track()
class Pause(models.Model):
    """Days on which the work of a grant rests, as ICLD has told both parties.

    ``last_on`` is the day that was told; ``back_on`` the first day that is worked again, which
    comes earlier when the pause was ended sooner. One that never began has no day at all.
    """

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="pauses")
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    back_on = models.DateField(_("work begins again"))
    reason = models.TextField(_("reason"), max_length=2000)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("ended sooner"), null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["grant", "first_on", "pk"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="pause_one_at_a_time",
                expressions=[
                    ("grant", RangeOperators.EQUAL),
                    (
                        _Days("first_on", "back_on", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(
                    first_on__range=SANE_DAYS,
                    last_on__gte=F("first_on"),
                    last_on__lte=SANE_DAYS[1],
                    back_on__gte=F("first_on"),
                ),
                name="pause_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, back_on=F("last_on") + timedelta(days=1))
                | Q(ended_at__isnull=False, ended_by__isnull=False, back_on__lte=F("last_on")),
                name="pause_ended_sooner_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="pause_for_a_reason"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="told_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.ended_at IS NOT NULL OR "
                    "ROW(OLD.grant_id, OLD.first_on, OLD.last_on, OLD.reason) IS DISTINCT FROM "
                    "ROW(NEW.grant_id, NEW.first_on, NEW.last_on, NEW.reason)"
                ),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.first_on} {self.back_on}"

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.back_on - self.first_on).days

    @property
    def until_on(self) -> date:
        """The last day of it, as it became."""
        return self.back_on - timedelta(days=1)


class EndingOutcome(models.TextChoices):
    """What became of a proposal to end a grant early."""

    WAITING = "waiting", _("waits for the decision")
    ENDED = "ended", _("decided")
    SENT_BACK = "sent_back", _("sent back")


class EndingQuerySet(models.QuerySet["Ending"]):
    """Phrases about proposals to end early."""

    def visible_to(self, user: User) -> "EndingQuerySet":
        """ICLD reads all of its grants; the parties what was decided."""
        seen = self.filter(grant__in=Grant.objects.all().visible_to(user))
        return seen if user.office else seen.filter(outcome=EndingOutcome.ENDED)

    def waiting(self) -> "EndingQuerySet":
        """Those that nobody has decided about."""
        return self.filter(outcome=EndingOutcome.WAITING)


class Ending(models.Model):
    """A proposal to end a grant before its time: proposed by one person, decided by another."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="endings")
    reason = models.TextField(_("reason"), max_length=4000)
    last_on = models.DateField(_("last day"))
    report_on = models.DateField(_("report of the last year due"))
    final_on = models.DateField(_("final report due"))
    proposed_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    outcome = models.CharField(
        max_length=9, choices=EndingOutcome.choices, default=EndingOutcome.WAITING
    )
    answer = models.TextField(_("what was answered"), blank=True, max_length=4000)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = EndingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["grant", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["grant"],
                condition=Q(outcome__in=["waiting", "ended"]),
                name="ending_one_that_counts",
            ),
            models.CheckConstraint(
                condition=Q(report_on__gt=F("last_on"), final_on__gt=F("last_on")),
                name="ending_reports_come_after",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="ending_for_a_reason"),
            models.CheckConstraint(
                condition=Q(outcome="waiting", answered_at=None, answered_by=None)
                | Q(
                    ~Q(answered_by=F("proposed_by")),
                    outcome="ended",
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                )
                | Q(
                    ~Q(answer=""),
                    outcome="sent_back",
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
                name="ending_decided_by_another",
            ),
            known("outcome", EndingOutcome, name="ending_outcome_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="answered_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.outcome <> 'waiting' OR "
                    "ROW(OLD.grant_id, OLD.reason, OLD.last_on, OLD.report_on, OLD.final_on, "
                    "OLD.proposed_by_id) IS DISTINCT FROM "
                    "ROW(NEW.grant_id, NEW.reason, NEW.last_on, NEW.report_on, NEW.final_on, "
                    "NEW.proposed_by_id)"
                ),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.last_on}"


class Closing(models.Model):
    """That everything of a grant is settled, and what became of what nobody used; SEK with öre."""

    grant = models.OneToOneField(Grant, models.PROTECT, related_name="closing")
    reason = models.TextField(_("note"), blank=True, max_length=2000)
    released = models.DecimalField(
        pgettext_lazy("money", "released"), max_digits=12, decimal_places=2
    )
    closed_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(released=0) | Q(~Q(reason=""), released__gt=0),
                name="closing_says_why_money_is_left",
            )
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.grant_id} {self.closed_at}"
