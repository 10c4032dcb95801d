"""The steering group of a partnership: its seats, and who sits in them from when to when."""

from datetime import date
from typing import ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.localize import in_language
from icld_portal.ordering import SvKey
from partnerships.models.matters import hidden_from
from partnerships.models.organisations import Country
from partnerships.models.partnerships import Partnership, Party
from partnerships.models.people import User

SANE_DAYS = ("2009-01-01", "2100-12-31")


class SteeringGroupQuerySet(models.QuerySet["SteeringGroup"]):
    """Phrases about steering groups."""

    def visible_to(self, user: User) -> "SteeringGroupQuerySet":
        """The groups ``user`` may open; the list twin of ``rules.may_view_group``.

        The parties see their own. ICLD sees all but those that deal with a case in which the
        reader has declared a conflict of interest.
        """
        if user.office:
            return self.exclude(hidden_from(user))
        own = Party.objects.filter(organisation__in=list(user.roles))
        return self.filter(partnership__in=own.values("partnership")).exclude(hidden_from(user))

    def active(self) -> "SteeringGroupQuerySet":
        """Those that have not ended."""
        return self.filter(ended_on=None)


class SteeringGroup(models.Model):
    """The group that steers one or several cases of a partnership. Source: domain, ch. 8."""

    partnership = models.ForeignKey(
        Partnership,
        models.PROTECT,
        related_name="steering_groups",
        verbose_name=_("partnership"),
    )
    name = models.CharField(_("name"), max_length=200)
    begins_on = models.DateField(_("begins"), default=timezone.localdate)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    quorum_percent = models.PositiveSmallIntegerField(
        _("quorum, per cent"),
        default=50,
        help_text=_("More than this share of the filled seats, and somebody from each party."),
    )
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = SteeringGroupQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = [SvKey("name"), "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["partnership", "name"], name="steering_group_name_once"
            ),
            models.CheckConstraint(
                condition=Q(begins_on__range=SANE_DAYS), name="steering_group_begins_sane"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("begins_on")),
                name="steering_group_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(quorum_percent__lt=100), name="steering_group_quorum_can_be_met"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("partnerships:group", args=[self.pk])


class SeatKind(models.TextChoices):
    """What a seat is for. The side of a politician is political opinion: GDPR, article 9."""

    POLITICIAN_MAJORITY = "politician_majority", _("politician (majority)")
    POLITICIAN_OPPOSITION = "politician_opposition", _("politician (opposition)")
    COORDINATOR = "coordinator", _("coordinator")
    LEADING_OFFICIAL = "leading_official", _("leading official")


# What is written where the political side is nobody's business: letters, papers, calendars.
NEUTRAL_WORDS = {
    SeatKind.POLITICIAN_MAJORITY: _("politician"),
    SeatKind.POLITICIAN_OPPOSITION: _("politician"),
    SeatKind.COORDINATOR: _("coordinator"),
    SeatKind.LEADING_OFFICIAL: _("leading official"),
}


class Seat(models.Model):
    """One seat of one party; it stays when people come and go, so that vacancies show."""

    group = models.ForeignKey(SteeringGroup, models.CASCADE, related_name="seats")
    party = models.ForeignKey(Party, models.PROTECT, related_name="seats", verbose_name=_("party"))
    kind = models.CharField(_("seat"), max_length=24, choices=SeatKind.choices)

    class Meta:
        ordering: ClassVar = ["group", "party", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "party", "kind"], name="seat_once"),
            known("kind", SeatKind, name="seat_kind_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="of_the_groups_parties",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM partnerships_steeringgroup AS steering
                        JOIN partnerships_party AS party
                        ON party.partnership_id = steering.partnership_id
                        WHERE steering.id = NEW.group_id AND party.id = NEW.party_id
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: a seat is for a party of its partnership';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.party_id}"

    @property
    def neutral_words(self) -> str:
        """What the seat is, without the political side."""
        return str(NEUTRAL_WORDS[SeatKind(self.kind)])


class _Term(Func):
    """The days of a term as a range, both ends included."""

    function = "DATERANGE"
    output_field = DateRangeField()


class SeatTermQuerySet(models.QuerySet["SeatTerm"]):
    """Phrases about who sits where."""

    def on(self, day: date) -> "SeatTermQuerySet":
        """Those who sit on ``day``."""
        return self.filter(Q(to_on=None) | Q(to_on__gte=day), from_on__lte=day)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SeatTerm(models.Model):
    """One person in one seat from one day to another, with or without a personal login."""

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="terms")
    user = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="seat_terms",
        verbose_name=_("login"),
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    title = models.CharField(_("title or office"), max_length=120, blank=True)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("last day"), null=True, blank=True)

    objects = SeatTermQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["seat", "from_on", "pk"]
        indexes: ClassVar = [models.Index(fields=["user", "seat"], name="seat_term_of_person")]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="seat_term_one_at_a_time",
                expressions=[
                    ("seat", RangeOperators.EQUAL),
                    (
                        _Term(
                            "from_on",
                            "to_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(from_on__range=SANE_DAYS), name="seat_term_begins_sane"
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on"), to_on__lte=SANE_DAYS[1]),
                name="seat_term_ends_after_it_began",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="seat_term_has_a_name"),
        ]
        triggers: ClassVar = [
            # Verified minutes name whoever was there by this row: it never becomes another's.
            pgtrigger.Trigger(
                name="stands_in_verified_minutes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.seat_id, OLD.user_id, OLD.name) IS DISTINCT FROM "
                    "ROW(NEW.seat_id, NEW.user_id, NEW.name)"
                ),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM partnerships_attendance AS attendance
                        JOIN partnerships_steeringmeeting AS meeting
                        ON meeting.id = attendance.meeting_id
                        WHERE attendance.term_id = OLD.id AND meeting.status = 'verified'
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: verified minutes name this person';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.name


class Election(models.Model):
    """A day of general or local elections in a country; who sits may change after it."""

    country = models.ForeignKey(
        Country, models.PROTECT, related_name="elections", verbose_name=_("country")
    )
    held_on = models.DateField(_("election day"))
    name_sv = models.CharField(_("name in Swedish"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)

    class Meta:
        ordering: ClassVar = ["-held_on", "country", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["country", "held_on"], name="election_once"),
            models.CheckConstraint(condition=Q(held_on__range=SANE_DAYS), name="election_day_sane"),
        ]

    def __str__(self) -> str:
        return f"{in_language(self, 'name')} {self.held_on}"


class CalendarLinkQuerySet(models.QuerySet["CalendarLink"]):
    """Phrases about links to a group's calendar."""

    def valid(self) -> "CalendarLinkQuerySet":
        """Those that have not been revoked."""
        return self.filter(revoked_at=None)


class CalendarLink(models.Model):
    """One person's secret address of a group's calendar; only its fingerprint is kept."""

    group = models.ForeignKey(SteeringGroup, models.CASCADE, related_name="calendar_links")
    user = models.ForeignKey(User, models.CASCADE, related_name="calendar_links")
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = CalendarLinkQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["group", "-created_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group", "user"],
                condition=Q(revoked_at=None),
                name="calendar_link_one_valid",
            ),
            models.CheckConstraint(
                condition=Q(token_sha256__regex=r"^[0-9a-f]{64}$"),  # noqa: S106
                name="calendar_link_token_hashed",
            ),
        ]
        triggers: ClassVar = [triggers.no_truncate()]

    def __str__(self) -> str:
        return f"{self.user_id} {self.group_id}"
