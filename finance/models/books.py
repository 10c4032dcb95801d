"""The accounts in ICLD's own books that payments are booked on."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal import triggers
from partnerships.models import User


class BookAccounts(models.Model):
    """Which account a paid grant is a cost on, and which the money leaves.

    A new version with every change; an export keeps the numbers it was made with.
    """

    # BAS: 6993 is given grants and gifts, 1930 the bank account.
    DEFAULTS: ClassVar = {"cost_account": "6993", "bank_account": "1930"}

    version = models.PositiveSmallIntegerField(_("version"), unique=True)
    cost_account = models.CharField(_("account for the cost (debit)"), max_length=8)
    bank_account = models.CharField(_("account for the bank (credit)"), max_length=8)
    entered_at = models.DateTimeField(_("entered"), default=timezone.now)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    ~Q(cost_account=F("bank_account")),
                    cost_account__regex=r"^[1-9][0-9]{3,7}$",
                    bank_account__regex=r"^[1-9][0-9]{3,7}$",
                ),
                name="book_accounts_are_two_numbers",
            )
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.cost_account} {self.bank_account}"
