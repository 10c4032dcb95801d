"""What an officer has found in the formal check of a case."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import User


class CheckItem(models.TextChoices):
    """What no rule can find by itself; the portal lists what it finds beside."""

    PARTIES = "parties", _("The parties may apply and are who they say they are")
    SIGNATORIES = "signatories", _("Those who approved it may sign for their party")
    GRANT_TYPE = "grant_type", _("It is the right grant type, and the right round")
    ANSWERS = "answers", _("Every question is answered with substance, by both parties")
    BUDGET = "budget", _("The budget can be understood, and every cost may be paid for")
    ATTACHMENTS = "attachments", _("The attachments are the right ones and can be read")


class CheckResult(models.TextChoices):
    """What was found."""

    IN_ORDER = "in_order", _("in order")
    LACKING = "lacking", _("something is lacking")


@pghistory.track()
class FormalCheck(models.Model):
    """One item of the check of one case, as it stands; its history has who changed it."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="checks")
    item = models.CharField(_("item"), max_length=12, choices=CheckItem.choices)
    result = models.CharField(_("result"), max_length=8, choices=CheckResult.choices, blank=True)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    checked_at = models.DateTimeField(_("checked"), default=timezone.now)
    checked_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("checked by")
    )

    class Meta:
        ordering: ClassVar = ["application", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "item"], name="formal_check_item_once"),
            known("item", CheckItem, name="formal_check_item_known"),
            models.CheckConstraint(
                condition=Q(result="") | Q(result__in=CheckResult.values),
                name="formal_check_result_known",
            ),
            models.CheckConstraint(
                condition=~Q(result=CheckResult.LACKING) | ~Q(note=""),
                name="formal_check_says_what_is_lacking",
            ),
        ]
        triggers: ClassVar = [triggers.no_truncate()]

    def __str__(self) -> str:
        return f"{self.application_id} {self.item}: {self.result}"
