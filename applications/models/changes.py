"""Change requests: what a running case asks to do otherwise, and what ICLD answers."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, CaseParty
from finance.models import CostCategory, GrantBudget
from finance.models.budgets import MAX_YEARS
from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import Organisation, SteeringDecision, User


class ChangeStatus(models.TextChoices):
    """How far a change request has come."""

    DRAFT = "draft", _("being written")
    SUBMITTED = "submitted", _("submitted")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")


CHANGE_MOVES = (
    (ChangeStatus.DRAFT, ChangeStatus.SUBMITTED),
    (ChangeStatus.SUBMITTED, ChangeStatus.APPROVED),
    (ChangeStatus.SUBMITTED, ChangeStatus.REFUSED),
    (ChangeStatus.SUBMITTED, ChangeStatus.DRAFT),
)


class ChangeKind(models.TextChoices):
    """What is to be changed."""

    LINES = "lines", _("move money between costs")
    YEARS = "years", _("move money between years")
    TIME = "time", _("longer time")
    CONTENT = "content", _("new content")
    PARTNER = "partner", _("another partner")
    PEOPLE = "people", _("other people")


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    """Phrases about change requests."""

    def visible_to(self, user: User) -> "ChangeRequestQuerySet":
        """Those of a person's own cases; ICLD sees what has been submitted. A declared conflict
        hides them with the case."""
        cases = Application.objects.all().without_conflicts_of(user)
        found = self.filter(application__in=cases) if user.conflicts else self.all()
        parties = CaseParty.objects.filter(organisation__in=list(user.roles))
        own = Q(application__in=parties.values("application"))
        if user.office:
            return found.filter(~Q(status=ChangeStatus.DRAFT) | own)
        return found.filter(own)


@pghistory.track()
class ChangeRequest(models.Model):
    """One request about one case, with its typed items; one at a time is under way."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="change_requests", verbose_name=_("case")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    status = models.CharField(
        _("status"), max_length=9, choices=ChangeStatus.choices, default=ChangeStatus.DRAFT
    )
    reason = models.TextField(_("why"), blank=True, max_length=4000)
    end_on = models.DateField(_("new end"), null=True, blank=True)
    budget = models.ForeignKey(
        GrantBudget,
        models.PROTECT,
        related_name="+",
        help_text=_("The version of the budget that the request is about."),
    )
    decision = models.ForeignKey(
        SteeringDecision, models.PROTECT, null=True, blank=True, related_name="change_requests"
    )
    begun_at = models.DateTimeField(default=timezone.now)
    begun_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    content_version = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField(_("received"), null=True)
    submitted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_reason = models.TextField(_("reason for the decision"), blank=True, max_length=4000)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["application", "number"]
        indexes: ClassVar = [models.Index(fields=["status", "received_at"], name="change_status")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "number"], name="change_number_once"),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(status__in=["draft", "submitted"]),
                name="change_one_under_way",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", received_at=None)
                | Q(~Q(status="draft"), received_at__isnull=False),
                name="change_received_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted"], decided_at=None, decided_by=None)
                | Q(
                    ~Q(decided_reason=""),
                    status__in=["approved", "refused"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="change_decided_for_a_reason",
            ),
            known("status", ChangeStatus, name="change_status_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="status_moves",
                field="status",
                transitions=[(str(old), str(new)) for old, new in CHANGE_MOVES],
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return gettext("Change request %(number)d") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse(
            "applications:change_request", args=[self.application.reference, self.number]
        )


def _written_in_draft() -> list[pgtrigger.Trigger]:
    return [
        triggers.frozen_by(
            "frozen_request",
            parent="applications_changerequest",
            key="request_id",
            condition="parent.status <> 'draft'",
        ),
        triggers.no_truncate(),
    ]


class ChangeItem(models.Model):
    """One thing to change: how it is and how it is to be, in words."""

    request = models.ForeignKey(ChangeRequest, models.CASCADE, related_name="items")
    kind = models.CharField(_("what"), max_length=7, choices=ChangeKind.choices)
    before = models.TextField(_("as it is"), blank=True, max_length=4000)
    after = models.TextField(_("as it is to be"), max_length=4000)

    class Meta:
        ordering: ClassVar = ["request", "pk"]
        constraints: ClassVar = [known("kind", ChangeKind, name="change_item_kind_known")]
        triggers: ClassVar = _written_in_draft()

    def __str__(self) -> str:
        return str(ChangeKind(self.kind).label)


class ChangedLine(models.Model):
    """What one kind of cost of one party is to have in one year, whole SEK."""

    request = models.ForeignKey(ChangeRequest, models.CASCADE, related_name="lines")
    year = models.PositiveSmallIntegerField(_("year"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("party")
    )
    category = models.ForeignKey(
        CostCategory, models.PROTECT, related_name="+", verbose_name=_("cost category")
    )
    before_sek = models.PositiveIntegerField(_("decided"))
    after_sek = models.PositiveIntegerField(_("is to be"))

    class Meta:
        ordering: ClassVar = ["request", "year", "category__sort_order", "organisation"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request", "year", "organisation", "category"], name="changed_line_once"
            ),
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="changed_line_year_in_case"
            ),
            models.CheckConstraint(
                condition=~Q(after_sek=F("before_sek")), name="changed_line_changes"
            ),
        ]
        triggers: ClassVar = _written_in_draft()

    def __str__(self) -> str:
        return f"{self.year} {self.category_id} {self.before_sek} {self.after_sek}"
