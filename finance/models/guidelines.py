"""Budget guidelines as dated versions: ceilings, guide values, day rate, cost categories."""

from datetime import date
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.localize import in_language
from partnerships.models import BudgetRegion, User

FROZEN = "parent.published_at IS NOT NULL"


class GrantType(models.TextChoices):
    """The five kinds of grant, in the order of a partnership's chain."""

    PREPARATION = "preparation", _("Preparation")
    PROJECT = "project", _("Project")
    STEERING_GROUP = "steering_group", _("Steering group")
    DEVELOPMENT = "development", _("Development/broadening")
    DISSEMINATION = "dissemination", _("Dissemination")


class PartyCount(models.TextChoices):
    """How many parties share a case; three and more are both "several parties"."""

    TWO = "two", _("two-party cooperation")
    THREE = "three", _("three-party cooperation")
    MULTI = "multi", _("multi-party cooperation")

    @classmethod
    def of(cls, parties: int) -> "PartyCount":
        """Return the kind of cooperation that ``parties`` organisations make."""
        if parties <= 2:
            return cls.TWO
        return cls.THREE if parties == 3 else cls.MULTI


class LimitKind(models.TextChoices):
    """A ceiling blocks a submission; a guide value asks for a reason."""

    CEILING = "ceiling", _("ceiling")
    GUIDE = "guide", _("guide value")


class Per(models.TextChoices):
    """Whether an amount counts for the whole case or for each of its years."""

    CASE = "case", _("per case")
    YEAR = "year", _("per year")


class GuidelineQuerySet(models.QuerySet["Guideline"]):
    """Phrases about guideline versions."""

    def visible_to(self, user: User) -> "GuidelineQuerySet":
        """ICLD reads what it is writing; others what is published."""
        return self if user.office else self.published()

    def published(self) -> "GuidelineQuerySet":
        """Versions in force or once in force."""
        return self.filter(published_at__isnull=False)

    def drafts(self) -> "GuidelineQuerySet":
        """What is being written: at most one, since its number is the next."""
        return self.filter(published_at=None)

    def in_force_on(self, day: date) -> "Guideline":
        """The newest published version valid on ``day``; raises DoesNotExist if none."""
        return self.published().filter(valid_from__lte=day).latest("valid_from", "version")


class Guideline(models.Model):
    """One version of the budget guidelines. Whole SEK; frozen once published."""

    called: ClassVar = _("Guidelines")

    version = models.PositiveSmallIntegerField(_("version"), unique=True)
    valid_from = models.DateField(_("valid from"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    day_rate_sek = models.PositiveIntegerField(
        _("highest salary cost per day"),
        help_text=_("Actual salary plus social charges, for staff of the Swedish party."),
    )
    deviation_percent = models.PositiveSmallIntegerField(
        _("deviation between lines that needs a comment, per cent"), default=10
    )
    report_days = models.PositiveSmallIntegerField(
        _("days from the end of an accounting year until its report is due"), default=60
    )
    final_report_days = models.PositiveSmallIntegerField(
        _("days from the end of the case until its final report is due"), default=90
    )
    report_opens_days = models.PositiveSmallIntegerField(
        _("days before the end of an accounting year that its report opens"), default=30
    )
    note_sv = models.TextField(_("note in Swedish"), blank=True)
    note_en = models.TextField(_("note in English"), blank=True)

    objects = GuidelineQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(day_rate_sek__gt=0), name="guideline_day_rate_set"),
            models.CheckConstraint(
                condition=Q(report_days__gt=0, final_report_days__gte=models.F("report_days")),
                name="guideline_final_report_last",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="published_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return gettext("Budget guidelines, version %(version)d") % {"version": self.version}

    def office_url(self) -> str:
        """The page on which ICLD reads and writes this version."""
        return reverse("finance:version", args=[self.version])


class GuidelineAmount(models.Model):
    """One cell of the guidelines' table: whole SEK, and what it means."""

    called: ClassVar = _("Amount")

    guideline = models.ForeignKey(Guideline, models.CASCADE, related_name="amounts")
    grant_type = models.CharField(_("grant type"), max_length=16, choices=GrantType.choices)
    region = models.CharField(_("region"), max_length=12, choices=BudgetRegion.choices)
    parties = models.CharField(_("parties"), max_length=6, choices=PartyCount.choices)
    per = models.CharField(_("per"), max_length=4, choices=Per.choices)
    kind = models.CharField(_("kind"), max_length=8, choices=LimitKind.choices)
    amount_sek = models.PositiveIntegerField(_("amount"))
    work_effort_sek = models.PositiveIntegerField(
        _("of it work effort"), null=True, blank=True, help_text=_("The salaries' share.")
    )

    class Meta:
        ordering: ClassVar = ["guideline", "grant_type", "parties", "region"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["guideline", "grant_type", "region", "parties"], name="guideline_cell_once"
            ),
            models.CheckConstraint(
                condition=Q(work_effort_sek=None) | Q(work_effort_sek__lte=models.F("amount_sek")),
                name="guideline_work_effort_within_amount",
            ),
            known("grant_type", GrantType, name="guideline_grant_type_known"),
            known("region", BudgetRegion, name="guideline_region_known"),
            known("parties", PartyCount, name="guideline_parties_known"),
            known("per", Per, name="guideline_per_known"),
            known("kind", LimitKind, name="guideline_kind_known"),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "published_is_frozen",
                parent="finance_guideline",
                key="guideline_id",
                condition=FROZEN,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        names = (self.get_grant_type_display(), self.get_parties_display())
        return ", ".join((*names, self.get_region_display()))

    @property
    def key_in_version(self) -> str:
        """The cell's place in the table, by which versions are compared."""
        return f"{self.grant_type}/{self.region}/{self.parties}"


class CostCategory(models.Model):
    """One entry of the closed list of what may be financed."""

    called: ClassVar = _("Kind of cost")

    guideline = models.ForeignKey(Guideline, models.CASCADE, related_name="categories")
    code = models.SlugField(_("code"))
    name_sv = models.CharField(_("name in Swedish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    help_sv = models.CharField(_("help in Swedish"), max_length=200, blank=True)
    help_en = models.CharField(_("help in English"), max_length=200, blank=True)
    is_salary = models.BooleanField(_("salary compensation"), default=False)
    sort_order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["guideline", "sort_order", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["guideline", "code"], name="cost_category_once")
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "published_is_frozen",
                parent="finance_guideline",
                key="guideline_id",
                condition=FROZEN,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return in_language(self, "name")

    @property
    def may_be_removed(self) -> bool:
        """Salary compensation is what budgets count the work effort by, and stays."""
        return not self.is_salary
