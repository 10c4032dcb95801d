"""A partnership and its parties: the parent of every case."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal.constraints import known
from icld_portal.ordering import SvKey
from partnerships.models.organisations import Organisation
from partnerships.models.people import User


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    """Phrases about partnerships."""

    def visible_to(self, user: User) -> "PartnershipQuerySet":
        """The partnerships ``user`` may open; the list twin of ``rules.may_view_partnership``."""
        if user.office:
            return self
        return self.filter(
            pk__in=Party.objects.filter(organisation__in=list(user.roles)).values("partnership")
        )


class Partnership(models.Model):
    """Two or more parties that cooperate; carries several cases."""

    name = models.CharField(_("name"), max_length=200)
    since_year = models.PositiveSmallIntegerField(_("cooperates since"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    organisations: "models.ManyToManyField[Organisation, Party]" = models.ManyToManyField(
        Organisation, through="Party", related_name="partnerships"
    )

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = [SvKey("name"), "pk"]
        indexes: ClassVar = [models.Index(SvKey("name"), "id", name="partnership_swedish_order")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(since_year=None) | Q(since_year__range=(1950, 2100)),
                name="partnership_since_year_sane",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("partnerships:partnership", args=[self.pk])


class PartySide(models.TextChoices):
    """Which side of the partnership a party stands on."""

    SWEDISH = "swedish", _("Swedish party")
    PARTNER = "partner", _("Cooperation partner")


class Party(models.Model):
    """One organisation in one partnership. Exactly one party is the grantee."""

    partnership = models.ForeignKey(Partnership, models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="parties")
    side = models.CharField(_("side"), max_length=10, choices=PartySide.choices)
    is_grantee = models.BooleanField(
        _("grantee"),
        default=False,
        help_text=_("The Swedish party that receives the grant and answers for the accounts."),
    )

    class Meta:
        ordering: ClassVar = ["-is_grantee", "-side", "organisation__name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partnership", "organisation"], name="party_organisation_once"
            ),
            models.UniqueConstraint(
                fields=["partnership"], condition=Q(is_grantee=True), name="party_one_grantee"
            ),
            models.CheckConstraint(
                condition=Q(is_grantee=False) | Q(side="swedish"), name="party_grantee_is_swedish"
            ),
            known("side", PartySide, name="party_side_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="never_of_the_merged",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM partnerships_organisation AS merged
                        WHERE merged.id = NEW.organisation_id AND merged.merged_into_id IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: this organisation was merged into another';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.partnership_id}"
