"""Offers to move a draft to a newer version of its form: made by ICLD, answered by the parties."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.answers import AnswerSheet
from applications.models.application import Application, CaseParty
from applications.models.questions import QuestionSet
from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import User


class OfferStatus(models.TextChoices):
    """What has become of an offer."""

    OPEN = "open", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    REPLACED = "replaced", _("replaced by a newer offer")


class FormOfferQuerySet(models.QuerySet["FormOffer"]):
    """Phrases about offers."""

    def visible_to(self, user: User) -> "FormOfferQuerySet":
        """A draft is its parties' own, and so is what they are offered for it."""
        parties = CaseParty.objects.filter(organisation__in=list(user.roles))
        return self.filter(application__in=parties.values("application"))

    def open(self) -> "FormOfferQuerySet":
        """Those that wait for an answer: at most one for each draft."""
        return self.filter(status=OfferStatus.OPEN)


class FormOffer(models.Model):
    """One draft, the version it has and the version it is offered.

    ``set_aside`` holds the answers whose questions the offered version does not have.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="form_offers")
    before = models.ForeignKey(QuestionSet, models.PROTECT, related_name="+")
    offered = models.ForeignKey(QuestionSet, models.PROTECT, related_name="offers")
    set_aside = models.ForeignKey(AnswerSheet, models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=8, choices=OfferStatus.choices, default=OfferStatus.OPEN)
    offered_at = models.DateTimeField(default=timezone.now)
    offered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = FormOfferQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-offered_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(status="open"), name="form_offer_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status="open", answered_at=None)
                | (~Q(status="open") & Q(answered_at__isnull=False)),
                name="form_offer_answered_at_a_time",
            ),
            known("status", OfferStatus, name="form_offer_status_known"),
        ]
        triggers: ClassVar = [triggers.no_truncate()]

    def __str__(self) -> str:
        return f"{self.application_id} {self.offered_id} {self.status}"
