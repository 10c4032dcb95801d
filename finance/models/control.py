"""ICLD's control of the accounts, line by line."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.models.statements import AccountLine, SalaryRow, Statement
from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import User


class Verdict(models.TextChoices):
    """What ICLD says of a line."""

    APPROVED = "approved", pgettext_lazy("costs", "approved")
    ADJUSTED = "adjusted", _("adjusted")
    QUERY = "query", _("query")


@pghistory.track()
class Review(models.Model):
    """ICLD's word on one line or one row of salary; ``approved`` is what counts, in SEK."""

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="reviews")
    line = models.OneToOneField(AccountLine, models.CASCADE, null=True, related_name="review")
    salary = models.OneToOneField(SalaryRow, models.CASCADE, null=True, related_name="review")
    verdict = models.CharField(_("control"), max_length=8, choices=Verdict.choices)
    approved = models.DecimalField(_("approved amount"), max_digits=12, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["statement", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(line__isnull=False, salary=None) | Q(line=None, salary__isnull=False),
                name="review_of_one_row",
            ),
            models.CheckConstraint(
                condition=Q(verdict="approved") | ~Q(reason=""), name="review_gives_its_reason"
            ),
            known("verdict", Verdict, name="review_verdict_known"),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "controlled_statement",
                parent="finance_statement",
                key="statement_id",
                condition="parent.controlled_at IS NOT NULL",
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.approved}"
