"""Application rounds and what is open without one."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.models import GrantType
from icld_portal.constraints import known
from icld_portal.localize import STOCKHOLM


def end_of(day: date) -> datetime:
    """Return the first moment after ``day`` in Stockholm: the first that is too late."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=STOCKHOLM)


class RoundQuerySet(models.QuerySet["Round"]):
    """Phrases about rounds; a day changes at midnight in Stockholm."""

    def open_at(self, moment: datetime) -> "RoundQuerySet":
        """Rounds that take applications at ``moment``, decided to the second."""
        day = timezone.localtime(moment, STOCKHOLM).date()
        return self.filter(opens_on__lte=day, deadline_on__gte=day)

    def coming_at(self, moment: datetime) -> "RoundQuerySet":
        """Rounds whose deadline has not passed at ``moment``, the next one first."""
        day = timezone.localtime(moment, STOCKHOLM).date()
        return self.filter(deadline_on__gte=day).order_by("deadline_on")

    def with_numbers(self, cases: "models.QuerySet[Any]") -> "RoundQuerySet":
        """Annotate ``handed_in``: how many of ``cases`` the round has received."""
        received = ~Q(applications__status="draft") & Q(applications__in=cases.values("pk"))
        return self.annotate(handed_in=models.Count("applications", filter=received))


class Round(models.Model):
    """One application round. The deadline is the last second of its day in Stockholm."""

    opens_on = models.DateField(_("opens"))
    deadline_on = models.DateField(_("deadline"), unique=True)
    note_sv = models.CharField(_("public note in Swedish"), max_length=300, blank=True)
    note_en = models.CharField(_("public note in English"), max_length=300, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-deadline_on"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("deadline_on")), name="round_opens_before_deadline"
            ),
            models.CheckConstraint(
                condition=Q(
                    opens_on__range=("2009-01-01", "2100-12-31"),
                    deadline_on__range=("2009-01-01", "2100-12-31"),
                ),
                name="round_dates_sane",
            ),
        ]

    def __str__(self) -> str:
        return self.deadline_on.isoformat()

    @property
    def opens_at(self) -> datetime:
        """The first moment an application can be handed in."""
        return datetime.combine(self.opens_on, time.min, tzinfo=STOCKHOLM)

    @property
    def closes_at(self) -> datetime:
        """The first moment that is too late: midnight after the deadline's day."""
        return end_of(self.deadline_on)

    def is_open_at(self, moment: datetime) -> bool:
        """Return whether ``moment`` lies within the round, to the second."""
        return self.opens_at <= moment < self.closes_at


class GrantTypeSetting(models.Model):
    """What staff decide per grant type: whether it waits for a round at all."""

    grant_type = models.CharField(
        _("grant type"), max_length=16, choices=GrantType.choices, unique=True
    )
    open_all_year = models.BooleanField(_("open all year"), default=False)

    class Meta:
        ordering: ClassVar = ["grant_type"]
        constraints: ClassVar = [known("grant_type", GrantType, name="grant_type_setting_known")]

    def __str__(self) -> str:
        return self.grant_type
