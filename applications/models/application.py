"""The application: one case of a partnership, from draft to decision."""

import secrets
from datetime import date, datetime
from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.answers import AnswerSheet
from applications.models.bundles import Bundle
from applications.models.rounds import Round, end_of
from applications.models.steering_data import backing_data, cited_data
from applications.models.vocabulary import CooperationArea, CoreArea, Goal
from applications.statuses import MOVES, Status
from finance.models import Budget, GrantType
from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.localize import in_language
from icld_portal.ordering import SvKey
from partnerships.models import Country, Organisation, Partnership, PartySide, User

# What was handed in can be read for ever as it was handed in.
FACTS = (
    "reference",
    "title_sv",
    "title_en",
    "start_on",
    "end_on",
    "partnership_id",
    "grant_type",
    "sheet_id",
    "budget_id",
)
# What a submission has noted; it is cleared when the parties take the application back.
NOTED = ("received_at",)
# A party that has neither an approval of exactly this content nor, as a partner, a letter.
PARTY_NOT_BOUND = """
    SELECT 1 FROM applications_caseparty AS party
    WHERE party.application_id = NEW.id
    AND NOT EXISTS (
        SELECT 1 FROM applications_approval AS approval
        WHERE approval.application_id = NEW.id
        AND approval.organisation_id = party.organisation_id
        AND approval.lapsed_at IS NULL
        AND approval.content_sha256 = NEW.content_sha256
    )
    AND NOT (
        party.side = 'partner' AND EXISTS (
            SELECT 1 FROM applications_attachment AS letter
            JOIN applications_attachmentslot AS slot ON slot.id = letter.slot_id
            WHERE letter.application_id = NEW.id
            AND letter.organisation_id = party.organisation_id
            AND letter.set_aside_at IS NULL
            AND slot.key = 'letter_of_intent'
        )
    )
"""
KEY_ALPHABET = "bcdfghjkmnpqrstvwxz"
KEY_LENGTH = 8


def new_key() -> str:
    """Return a handle for a draft's address: eight consonants, so no word and no number."""
    return "".join(secrets.choice(KEY_ALPHABET) for _position in range(KEY_LENGTH))


def handed_in_facts_changed() -> str:
    """SQL over OLD and NEW: an application that was handed in gets another fact."""
    return (
        f"OLD.status <> 'draft' AND ({_differ(FACTS)} "
        f"OR (NEW.status <> 'draft' AND {_differ(NOTED)}))"
    )


def _differ(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


def unlocked(where: str, *, application: str = "parent.id") -> str:
    """SQL: an open supplement of ``application`` names the part that ``where`` describes."""
    return f"""
        SELECT 1 FROM applications_supplementpart AS part
        JOIN applications_supplement AS supplement ON supplement.id = part.supplement_id
        WHERE supplement.application_id = {application}
        AND supplement.state = 'open' AND {where}
    """  # noqa: S608


def frozen_with_case(*, part: str = "") -> list[object]:
    """Triggers of a row that can be written only while its application is a draft, or while
    an open supplement names its ``part`` (SQL over ``part`` and the row, ``%s``)."""
    return [
        triggers.frozen_by(
            "frozen_case",
            parent="applications_application",
            key="application_id",
            condition="parent.status <> 'draft'",
            unless=unlocked(part) if part else "",
        ),
        triggers.no_truncate(),
    ]


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Phrases about applications."""

    def visible_to(self, user: User) -> "ApplicationQuerySet":
        """The applications ``user`` may open; the list twin of ``rules.may_view``.

        ICLD sees what has been handed in, never a draft; the parties see their own; an
        external assessor those given to them, once they have declared no conflict of
        interest. A declared conflict hides the case from whoever works for ICLD, entirely.
        """
        if user.office and not user.is_of_party:
            # Whoever works for ICLD alone, as nearly all there do, has no cases of their own.
            return self.exclude(status=Status.DRAFT).without_conflicts_of(user)
        parties = CaseParty.objects.filter(organisation__in=list(user.roles))
        own = Q(pk__in=parties.values("application"))
        if user.office:
            return self.filter(~Q(status=Status.DRAFT) | own).without_conflicts_of(user)
        if user.is_external_assessor:
            declared = user.interests.without_conflict().values("case_reference")
            given = Q(pk__in=user.assignments.values("application"), reference__in=declared)
            handed_in = ~Q(status=Status.DRAFT)
            return self.filter(own | given & handed_in).without_conflicts_of(user)
        return self.filter(own)

    def without_conflicts_of(self, user: User) -> "ApplicationQuerySet":
        """Leave out the cases in which ``user`` has declared a conflict of interest.

        What is declared is read once a request, so that most people's lists have no such
        condition; a draft has no reference and stays.
        """
        if not user.conflicts:
            return self.all()
        return self.exclude(reference__in=sorted(user.conflicts))

    def declarable_by(self, user: User) -> "ApplicationQuerySet":
        """Handed-in cases about which ``user`` may say whether they have a conflict."""
        cases = self.handed_in().without_conflicts_of(user)
        if user.office:
            return cases
        return cases.filter(pk__in=user.assignments.values("application"))

    def of_organisation(self, organisation: int) -> "ApplicationQuerySet":
        """Those that one organisation is a party of, also under a row merged into it."""
        parties = CaseParty.objects.filter(
            Q(organisation=organisation) | Q(organisation__merged_into=organisation)
        )
        return self.filter(pk__in=parties.values("application"))

    def handed_in(self) -> "ApplicationQuerySet":
        """Everything but drafts."""
        return self.exclude(status=Status.DRAFT)

    def by_handle(self, handle: str) -> "ApplicationQuerySet":
        """The application with this reference (2027-0012) or, for a draft, this key."""
        return self.filter(Q(reference=handle) if "-" in handle else Q(key=handle))

    def for_page(self) -> "ApplicationQuerySet":
        """Load what every page about one case shows, in two queries.

        Its form and its guidelines are not joined: ``form_of`` and ``guideline_of`` have them,
        and with two tables more Postgres takes longer to plan this query than to answer it.
        """
        parties = CaseParty.objects.select_related("organisation__country", "organisation__kind")
        return self.select_related("partnership", "round", "budget", "sheet").prefetch_related(
            models.Prefetch("case_parties", parties)
        )

    def for_saving(self) -> "ApplicationQuerySet":
        """Load what keeping one answer asks about: the form, and who the parties are."""
        return self.select_related("sheet").prefetch_related("case_parties")

    def with_content(self) -> "ApplicationQuerySet":
        """Load everything the parties have written, one query per kind of row."""
        from applications.models.content import CONTENT  # its models point at this one

        return self.for_page().prefetch_related(*CONTENT).annotate(cited=cited_data())

    def knowing_supplements(self) -> "ApplicationQuerySet":
        """Say with each case whether a supplement is open, so that pages need not ask."""
        from applications.models.supplements import Supplement  # it points at this one

        opened = Supplement.objects.all().open().filter(application=models.OuterRef("pk"))
        return self.annotate(has_open_supplement=models.Exists(opened))

    def with_facts(self) -> "ApplicationQuerySet":
        """Load what tells whether a case is complete, one query per kind of row."""
        from applications.models.content import FACTS  # its models point at this one

        return self.for_page().prefetch_related(*FACTS).annotate(backing=backing_data())

    def for_own_list(self) -> "ApplicationQuerySet":
        """Load what a party's list of its cases shows, newest first."""
        return (
            self.select_related("partnership", "round")
            .prefetch_related("case_parties")
            .knowing_supplements()
            .order_by("-pk")
        )


@pghistory.track(exclude=["key"])
class Application(models.Model):
    """A case of a partnership that asks for a grant; owned by all its parties."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    reference = models.CharField(_("reference"), max_length=9, null=True, unique=True)  # noqa: DJ001
    partnership = models.ForeignKey(
        Partnership, models.PROTECT, related_name="applications", verbose_name=_("partnership")
    )
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        related_name="+",
        verbose_name=_("cooperation country"),
        help_text=_("The first partner's country, kept for lists and statistics."),
    )
    grant_type = models.CharField(_("grant type"), max_length=16, choices=GrantType.choices)
    round = models.ForeignKey(
        Round,
        models.PROTECT,
        null=True,
        related_name="applications",
        verbose_name=_("application round"),
        help_text=_("Empty for a grant type that is open all year."),
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.DRAFT
    )
    language = models.CharField(_("language of the case"), max_length=2, default="en")
    title_sv = models.CharField(_("title in Swedish"), max_length=200, blank=True)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    start_on = models.DateField(_("start"), null=True, blank=True)
    end_on = models.DateField(_("end"), null=True, blank=True)
    core_areas = models.ManyToManyField(CoreArea, blank=True, verbose_name=_("core areas"))
    cooperation_areas = models.ManyToManyField(
        CooperationArea, blank=True, verbose_name=_("cooperation areas")
    )
    goals = models.ManyToManyField(Goal, blank=True, verbose_name=_("Agenda 2030 goals"))
    sheet = models.OneToOneField(AnswerSheet, models.PROTECT, related_name="application")
    budget = models.OneToOneField(Budget, models.PROTECT, related_name="application")
    content_version = models.PositiveIntegerField(default=1)
    has_approvals = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("Whether an approval is valid: a save that lapses none asks for none."),
    )
    edition = models.PositiveSmallIntegerField(
        default=1, help_text=_("Which submission this is or will be: 2 once it was reopened.")
    )
    content_sha256 = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    received_at = models.DateTimeField(_("received"), null=True)
    submitted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("submitted by")
    )
    officer = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_applications",
        verbose_name=_("programme officer"),
    )

    own_deadline_on = models.DateField(
        _("own deadline"),
        null=True,
        blank=True,
        help_text=_("Set when ICLD has given this case more time than its round."),
    )
    copied_from = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="copies",
        verbose_name=_("begun from"),
    )
    bundle = models.ForeignKey(
        Bundle,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name=_("applied for together with"),
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-received_at", "-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["status", "-received_at", "-id"], name="application_status_newest"
            ),
            models.Index(fields=["-received_at", "-id"], name="application_newest"),
            models.Index(fields=["partnership", "grant_type"], name="application_partnership_type"),
            models.Index(SvKey("title_sv"), name="application_title_sv"),
            models.Index(SvKey("title_en"), name="application_title_en"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                # A draft that was handed in and reopened keeps its reference.
                condition=Q(status="draft", received_at=None)
                | (~Q(status="draft") & Q(reference__isnull=False, received_at__isnull=False)),
                name="application_handed_in_has_reference",
            ),
            models.CheckConstraint(
                condition=Q(reference=None) | Q(reference__regex=r"^\d{4}-\d{4}$"),
                name="application_reference_form",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(content_sha256__regex=r"^[0-9a-f]{64}$"),
                name="application_handed_in_has_fingerprint",
            ),
            models.CheckConstraint(
                condition=Q(end_on=None) | Q(start_on=None) | Q(end_on__gte=F("start_on")),
                name="application_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(own_deadline_on=None)
                | Q(round__isnull=False, own_deadline_on__range=("2009-01-01", "2100-12-31")),
                name="application_own_deadline_sane",
            ),
            known("status", Status, name="application_status_known"),
            known("grant_type", GrantType, name="application_grant_type_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="status_moves",
                field="status",
                transitions=sorted((str(old), str(new)) for old, new in MOVES),
            ),
            pgtrigger.Protect(
                name="begins_as_draft",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="draft"),
            ),
            pgtrigger.Protect(
                name="handed_in_stays",
                operation=pgtrigger.Delete,
                condition=~pgtrigger.Q(old__status="draft")
                | pgtrigger.Q(old__reference__isnull=False),
            ),
            pgtrigger.Protect(
                name="reference_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.reference IS NOT NULL AND OLD.reference IS DISTINCT FROM NEW.reference"
                ),
            ),
            pgtrigger.Trigger(
                name="needs_both_parties",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="draft", new__status="submitted"),
                func=f"""
                    IF EXISTS ({PARTY_NOT_BOUND}) THEN
                        RAISE EXCEPTION 'pgtrigger: a party has not approved this content';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="changed_by_a_supplement",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.status <> 'draft' AND NEW.status <> 'draft' "
                    "AND OLD.content_sha256 IS DISTINCT FROM NEW.content_sha256"
                ),
                func=f"""
                    IF NOT EXISTS ({unlocked("TRUE", application="NEW.id")}) THEN
                        RAISE EXCEPTION 'pgtrigger: no supplement is open';
                    END IF;
                    IF EXISTS ({PARTY_NOT_BOUND}) THEN
                        RAISE EXCEPTION 'pgtrigger: a party has not approved this content';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="handed_in_facts_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(handed_in_facts_changed()),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.handle} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("applications:application", args=[self.handle])

    @property
    def other_language(self) -> str:
        """The language into which an answer may be translated."""
        return "en" if self.language == "sv" else "sv"

    # Django's own would translate every choice anew for each row of a list.

    def get_status_display(self) -> str:  # type: ignore[no-redef]
        """The status in words."""
        return str(Status(self.status).label)

    def get_grant_type_display(self) -> str:  # type: ignore[no-redef]
        """The grant type in words."""
        return str(GrantType(self.grant_type).label)

    @property
    def handle(self) -> str:
        """What stands in the address: the reference, or the key while it is a draft."""
        return self.reference or self.key

    @property
    def title(self) -> str:
        """The title in the reader's language, else in the other."""
        return in_language(self, "title")

    @property
    def deadline_on(self) -> date | None:
        """The last day to hand in: the round's, or a later one given to this case alone."""
        if self.round is None:
            return None
        return max(self.round.deadline_on, self.own_deadline_on or self.round.deadline_on)

    @property
    def closes_at(self) -> datetime | None:
        """The first moment that is too late; None for what is open all year."""
        return end_of(self.deadline_on) if self.deadline_on else None

    def is_open_at(self, moment: datetime) -> bool:
        """Return whether ``moment`` lies before the case's deadline, to the second."""
        if self.round is None or self.closes_at is None:
            return True
        return self.round.opens_at <= moment < self.closes_at


class CaseParty(models.Model):
    """One party of a case, with the person to contact there."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="case_parties")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    side = models.CharField(_("side"), max_length=10, choices=PartySide.choices)
    is_grantee = models.BooleanField(_("grantee"), default=False)
    contact_name = models.CharField(_("contact person"), max_length=120, blank=True)
    contact_email = models.EmailField(_("e-mail address"), blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["-is_grantee", "-side", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "organisation"], name="case_party_organisation_once"
            ),
            models.UniqueConstraint(
                fields=["application"], condition=Q(is_grantee=True), name="case_party_one_grantee"
            ),
            known("side", PartySide, name="case_party_side_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "application"], name="case_party_organisation")
        ]
        triggers: ClassVar = frozen_with_case()

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.application_id}"


class ReferenceSeries(models.Model):
    """The last number given in a year; its row is locked to give the next without a gap."""

    year = models.PositiveSmallIntegerField(unique=True)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_number__range=(0, 9999)), name="reference_series_four_digits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.last_number:04d}"
