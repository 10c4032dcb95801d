"""Countries, kinds of organisation and the register of organisations."""

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from icld_portal.constraints import known
from icld_portal.localize import in_language
from icld_portal.ordering import SvKey

if TYPE_CHECKING:
    from partnerships.models.people import User


class BudgetRegion(models.TextChoices):
    """The two columns of the budget guidelines."""

    EUROPE = "europe", _("Europe")
    AFRICA_ASIA = "africa_asia", _("Africa/Asia")


class Country(models.Model):
    """A country; ``is_open`` marks today's cooperation countries, which staff edit."""

    code = models.CharField(_("code"), max_length=2, unique=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    region = models.CharField(
        _("region"), max_length=12, choices=BudgetRegion.choices, default=BudgetRegion.EUROPE
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="Europe/Stockholm")
    is_open = models.BooleanField(_("open for new applications"), default=False)

    class Meta:
        ordering: ClassVar = ["name_en"]
        constraints: ClassVar = [known("region", BudgetRegion, name="country_region_known")]

    def __str__(self) -> str:
        return in_language(self, "name")


class OrganisationSide(models.TextChoices):
    """Which side of a partnership a kind of organisation can stand on."""

    SWEDISH = "swedish", _("Swedish party")
    PARTNER = "partner", _("Cooperation partner")
    OFFICE = "office", _("ICLD")


class OrganisationKind(models.Model):
    """Municipality, region, municipal association …: data that staff edit."""

    code = models.SlugField(_("code"), unique=True)
    name_sv = models.CharField(_("name in Swedish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    side = models.CharField(_("side"), max_length=10, choices=OrganisationSide.choices)
    may_apply = models.BooleanField(_("may apply"), default=True)

    class Meta:
        ordering: ClassVar = ["side", "name_en"]
        constraints: ClassVar = [
            known("side", OrganisationSide, name="organisation_kind_side_known")
        ]

    def __str__(self) -> str:
        return in_language(self, "name")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Phrases about organisations."""

    def visible_to(self, user: "User") -> "OrganisationQuerySet":
        """The register is open to everyone signed in; what was merged stands under one name."""
        return self.filter(merged_into=None) if user.is_authenticated else self.none()

    def swedish(self) -> "OrganisationQuerySet":
        """Organisations that can be the Swedish party."""
        return self.filter(kind__side=OrganisationSide.SWEDISH)

    def partners(self) -> "OrganisationQuerySet":
        """Organisations that can be a cooperation partner."""
        return self.filter(kind__side=OrganisationSide.PARTNER)

    def office(self) -> "Organisation":
        """ICLD itself."""
        return self.filter(kind__side=OrganisationSide.OFFICE).order_by("pk")[0]

    def matching(self, text: str) -> "OrganisationQuerySet":
        """Organisations whose name, county or country holds ``text``; all for none."""
        if not text:
            return self
        names = ("name", "region_name", "country__name_sv", "country__name_en")
        found = Q()
        for name in names:
            found |= Q(**{f"{name}__icontains": text})
        return self.filter(found)

    def awaiting_check(self) -> "OrganisationQuerySet":
        """Organisations that a party has added and ICLD has not looked at yet."""
        return self.unchecked().filter(refused_at=None)

    def unchecked(self) -> "OrganisationQuerySet":
        """Those that wait for ICLD's check, and those it has refused."""
        return self.filter(is_checked=False)

    def in_register(self) -> "OrganisationQuerySet":
        """Those that ICLD has checked, each once."""
        return self.filter(is_checked=True, merged_into=None)

    def choosable(self) -> "OrganisationQuerySet":
        """Those that a partnership can be made with: checked or waiting, never refused."""
        return self.filter(merged_into=None, refused_at=None)

    def of_member(self, user: "User") -> "OrganisationQuerySet":
        """The organisations ``user`` is a member of."""
        return self.filter(pk__in=user.memberships.values("organisation"), merged_into=None)


class Organisation(models.Model):
    """A municipality, region or other body that can be a party, or ICLD itself."""

    kind = models.ForeignKey(
        OrganisationKind, models.PROTECT, related_name="organisations", verbose_name=_("kind")
    )
    country = models.ForeignKey(
        Country, models.PROTECT, related_name="organisations", verbose_name=_("country")
    )
    name = models.CharField(_("name"), max_length=160)
    code = models.CharField(
        _("code"), max_length=12, blank=True, help_text=_("Municipality or county code, if any.")
    )
    registration_number = models.CharField(_("organisation number"), max_length=20, blank=True)
    region_name = models.CharField(_("county or region"), max_length=80, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    website = models.URLField(_("website"), blank=True)
    contact_name = models.CharField(_("contact person"), max_length=120, blank=True)
    contact_email = models.EmailField(_("e-mail address"), blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)
    postal_address = models.TextField(_("postal address"), max_length=400, blank=True)
    is_checked = models.BooleanField(
        _("checked by ICLD"),
        default=True,
        help_text=_("An organisation that a party has added waits for ICLD's check."),
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("the same as"),
        help_text=_(
            "Added a second time. Cases that were begun with it keep it, under the name of the "
            "organisation in the register, whose people are its people."
        ),
    )
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    refusal_reason = models.TextField(_("reason"), max_length=1000, blank=True)
    members: "models.ManyToManyField[User, models.Model]" = models.ManyToManyField(
        "partnerships.User", through="partnerships.Membership", related_name="organisations"
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = [SvKey("name"), "pk"]
        indexes: ClassVar = [
            models.Index(SvKey("name"), "id", name="organisation_swedish_order"),
            models.Index(
                fields=["id"], name="organisation_unchecked", condition=Q(is_checked=False)
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["country", "name"],
                condition=Q(merged_into=None),
                name="organisation_name_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "code"], condition=~Q(code=""), name="organisation_code_once"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | (Q(is_checked=True) & ~Q(merged_into=F("id"))),
                name="organisation_merged_is_checked",
            ),
            models.CheckConstraint(
                condition=Q(refused_at=None, refusal_reason="")
                | (Q(refused_at__isnull=False, is_checked=False) & ~Q(refusal_reason="")),
                name="organisation_refused_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def current_id(self) -> int:
        """The id under which a new case has this organisation."""
        return self.merged_into_id or self.pk
