"""A decided grant: what ICLD has promised, copied from the decision and kept."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from finance.models.budgets import MAX_YEARS
from finance.models.guidelines import GrantType
from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import Organisation, Partnership, Party, User

# Ended early by a decision alone; closed when nothing is left, on its way or owed.
ENDS_FOR_A_REASON = """
    IF NEW.status = 'terminated' AND NOT EXISTS (
        SELECT 1 FROM finance_ending WHERE grant_id = NEW.id AND outcome = 'ended'
    ) THEN
        RAISE EXCEPTION 'pgtrigger: a grant is ended early by a decision';
    END IF;
    IF NEW.status = 'closed' AND (
        NOT EXISTS (SELECT 1 FROM finance_closing WHERE grant_id = NEW.id)
        OR EXISTS (
            SELECT 1 FROM finance_yearbalance
            WHERE grant_id = NEW.id AND (granted <> approved OR approved <> paid)
        )
        OR EXISTS (
            SELECT 1 FROM finance_payment
            WHERE grant_id = NEW.id AND status NOT IN ('paid', 'cancelled')
        )
        OR EXISTS (
            SELECT 1 FROM finance_repayment WHERE grant_id = NEW.id AND status = 'claimed'
        )
    ) THEN
        RAISE EXCEPTION 'pgtrigger: a grant is closed when all of it is settled';
    END IF;
    RETURN NEW;
"""


class GrantQuerySet(models.QuerySet["Grant"]):
    """Phrases about grants."""

    def visible_to(self, user: User) -> "GrantQuerySet":
        """Grants of the partnerships ``user`` is a member of; ICLD sees all.

        A declared conflict of interest hides the grant of that case.
        """
        if user.office:
            return self.exclude(reference__in=sorted(user.conflicts))
        # By a subquery: a join would count the money once per party of a shared grant.
        own = Party.objects.filter(organisation__in=list(user.roles)).values("partnership")
        return self.filter(partnership__in=own)

    def with_totals(self) -> "GrantQuerySet":
        """Annotate ``total_sek``: the decided sum over all years, of the rows shown alone."""
        years = GrantYear.objects.filter(grant=models.OuterRef("pk")).order_by()
        sums = years.values("grant").annotate(sum=models.Sum("decided_sek")).values("sum")
        return self.annotate(total_sek=models.Subquery(sums))


@pghistory.track()
class Grant(models.Model):
    """Money decided for one case. Facts are copies: a decided sum outlives its texts.

    Active, then closed once all is settled; one that is ended early is terminated until then.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        CLOSED = "closed", _("closed")
        TERMINATED = "terminated", _("ended early")

    reference = models.CharField(_("reference"), max_length=9, unique=True)
    title = models.CharField(_("title"), max_length=200)
    grant_type = models.CharField(_("grant type"), max_length=16, choices=GrantType.choices)
    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="grants")
    grantee = models.ForeignKey(
        Organisation, models.PROTECT, related_name="grants", verbose_name=_("grantee")
    )
    start_on = models.DateField(_("start"))
    end_on = models.DateField(_("end"))
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-reference"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end_on__gte=models.F("start_on")), name="grant_ends_after_start"
            ),
            known("grant_type", GrantType, name="grant_type_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="status_moves",
                field="status",
                transitions=[
                    ("active", "closed"),
                    ("active", "terminated"),
                    ("terminated", "closed"),
                ],
            ),
            pgtrigger.Trigger(
                name="ends_for_a_reason",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.status IS DISTINCT FROM NEW.status"),
                func=ENDS_FOR_A_REASON,
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class GrantYear(models.Model):
    """The sum decided for one year of the case, whole SEK. Append-only."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField(_("year"))
    decided_sek = models.PositiveIntegerField(_("decided"))

    class Meta:
        ordering: ClassVar = ["grant", "year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "year"], name="grant_year_once"),
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="grant_year_in_case"
            ),
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.grant_id} {self.year} {self.decided_sek}"
