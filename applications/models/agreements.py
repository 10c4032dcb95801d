"""The agreement of a grant: one exact content, whom it binds, and who has signed it."""

from typing import ClassVar

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, CaseParty
from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.files import SHOWN_IN_BROWSER
from icld_portal.models import Factor, FrozenPaper
from partnerships.models import Organisation, OrganisationSide, User

UNSIGNED_PARTY = """
    SELECT 1 FROM applications_agreementparty AS party
    WHERE party.agreement_id = NEW.id AND NOT EXISTS (
        SELECT 1 FROM applications_agreementsignature AS signature
        WHERE signature.party_id = party.id
    )
"""
# Under a lock of the agreement's row: whoever signs and whoever cancels meet there.
NOT_TO_BE_SIGNED = """
    NOT EXISTS (
        SELECT 1 FROM applications_agreement AS agreement
        JOIN applications_agreementparty AS party ON party.agreement_id = agreement.id
        WHERE agreement.id = NEW.agreement_id AND party.id = NEW.party_id
        AND agreement.status = 'open' AND agreement.content_sha256 = NEW.content_sha256
        FOR SHARE OF agreement
    )
"""
# What is written when it is signed by all, or cancelled; nothing else ever changes.
ITS_END = "ARRAY['status', 'signed_at', 'cancelled_at', 'cancelled_by_id', 'cancelled_reason']"
ANSWER = "ARRAY['answered_at', 'answered_by_id', 'is_accepted', 'reason']"


class AgreementStatus(models.TextChoices):
    """How far an agreement has come."""

    OPEN = "open", _("to be signed")
    SIGNED = "signed", _("signed by all")
    CANCELLED = "cancelled", _("cancelled")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Phrases about agreements."""

    def visible_to(self, user: User) -> "AgreementQuerySet":
        """Those of the cases ``user`` may open, for the parties and ICLD; no external assessor."""
        found = self.filter(application__in=Application.objects.visible_to(user))
        if user.office:
            return found
        parties = CaseParty.objects.filter(organisation__in=list(user.roles))
        return found.filter(application__in=parties.values("application"))

    def standing(self) -> "AgreementQuerySet":
        """Those that are not cancelled: at most one of a case."""
        return self.exclude(status=AgreementStatus.CANCELLED)

    def to_sign(self) -> "AgreementQuerySet":
        """Those that somebody has yet to sign."""
        return self.filter(status=AgreementStatus.OPEN)

    def with_parties(self) -> "AgreementQuerySet":
        """Load whom each binds and who has signed, in one query more."""
        parties = AgreementParty.objects.select_related("organisation__country", "signature__copy")
        return self.prefetch_related(models.Prefetch("parties", parties))


class Agreement(models.Model):
    """What ICLD and the parties agree on; ``content`` never changes and has its SHA-256.

    The text in the case's language is the one that is signed; the other is for reading.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="agreements")
    edition = models.PositiveSmallIntegerField(_("edition"))
    language = models.CharField(_("language that is signed"), max_length=2)
    status = models.CharField(
        _("status"), max_length=9, choices=AgreementStatus.choices, default=AgreementStatus.OPEN
    )
    content = models.JSONField(encoder=DjangoJSONEncoder)
    content_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(_("signed by all"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    cancelled_reason = models.TextField(_("reason"), max_length=2000, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["application", "-edition"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "edition"], name="agreement_edition_once"
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=~Q(status="cancelled"),
                name="agreement_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(content_sha256__regex=r"^[0-9a-f]{64}$"),
                name="agreement_has_fingerprint",
            ),
            models.CheckConstraint(
                condition=Q(status="signed", signed_at__isnull=False)
                | (~Q(status="signed") & Q(signed_at=None)),
                name="agreement_signed_at_a_time",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="cancelled", cancelled_at__isnull=False, cancelled_by__isnull=False)
                    & ~Q(cancelled_reason="")
                )
                | (~Q(status="cancelled") & Q(cancelled_at=None, cancelled_reason="")),
                name="agreement_cancelled_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(language__in=["sv", "en"]), name="agreement_language_known"
            ),
            known("status", AgreementStatus, name="agreement_status_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "application"], name="agreement_status"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="status_moves",
                field="status",
                transitions=[("open", "signed"), ("open", "cancelled")],
            ),
            pgtrigger.Protect(
                name="begins_open",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__status="open"),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_its_end_is_written",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"OLD.status <> 'open' OR (to_jsonb(OLD) - {ITS_END}) "
                    f"IS DISTINCT FROM (to_jsonb(NEW) - {ITS_END})"
                ),
            ),
            pgtrigger.Trigger(
                name="signed_by_all",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__status="signed"),
                func=f"""
                    IF EXISTS ({UNSIGNED_PARTY}) THEN
                        RAISE EXCEPTION 'pgtrigger: somebody has not signed the agreement';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.edition}"


class AgreementParty(models.Model):
    """Whom an agreement binds: ICLD and each party of the case. Append-only."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("party")
    )
    side = models.CharField(_("side"), max_length=10, choices=OrganisationSide.choices)
    sort_order = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["agreement", "sort_order"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agreement", "organisation"], name="agreement_party_once"
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(side="office"), name="agreement_one_office"
            ),
            known("side", OrganisationSide, name="agreement_party_side_known"),
        ]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.agreement_id}"

    @property
    def is_office(self) -> bool:
        """Whether this is ICLD."""
        return self.side == OrganisationSide.OFFICE


class SignedCopy(models.Model):
    """A copy signed by hand, for one party or (without a party) for all who have yet to sign.

    The officer accepts or refuses it, once.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="copies")
    party = models.ForeignKey(AgreementParty, models.PROTECT, null=True, related_name="copies")
    signed_names = models.CharField(_("who has signed it"), max_length=300)
    file = models.FileField(max_length=200)
    file_name = models.CharField(_("file name"), max_length=150)
    content_type = models.CharField(max_length=80)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    is_accepted = models.BooleanField(_("accepted"), null=True)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)

    class Meta:
        ordering: ClassVar = ["agreement", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, is_accepted=None, reason="")
                | Q(
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    is_accepted__isnull=False,
                ),
                name="signed_copy_answered_as_a_whole",
            ),
            models.CheckConstraint(
                condition=~Q(is_accepted=False) | ~Q(reason=""),
                name="signed_copy_refused_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(signed_names=""), name="signed_copy_names_who_signed"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_answered_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"OLD.answered_at IS NOT NULL OR (to_jsonb(OLD) - {ANSWER}) "
                    f"IS DISTINCT FROM (to_jsonb(NEW) - {ANSWER})"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def opens_in_browser(self) -> bool:
        """Whether a browser shows it by itself."""
        return self.content_type in SHOWN_IN_BROWSER


class AgreementSignature(models.Model):
    """One party bound to the content: by a person here, or by a copy signed by hand.

    Name, role and statement are copied and stand as they were. Append-only.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures")
    party = models.OneToOneField(AgreementParty, models.PROTECT, related_name="signature")
    signatory = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    copy = models.ForeignKey(SignedCopy, models.PROTECT, null=True, related_name="signatures")
    name = models.CharField(_("name"), max_length=300)
    role = models.CharField(_("role"), max_length=60, blank=True)
    statement = models.CharField(_("statement"), max_length=300, blank=True)
    method = models.CharField(_("second factor"), max_length=8, choices=Factor.choices, blank=True)
    content_sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField(_("signed"), default=timezone.now)

    class Meta:
        ordering: ClassVar = ["agreement", "signed_at", "pk"]
        constraints: ClassVar = [
            # Nobody signs for two sides.
            models.UniqueConstraint(
                fields=["agreement", "signatory"], name="agreement_signed_once_by_a_person"
            ),
            models.CheckConstraint(
                condition=(
                    Q(signatory__isnull=False, copy=None, method__in=Factor.values)
                    & ~Q(statement="")
                    & ~Q(role="")
                )
                | Q(signatory=None, copy__isnull=False, method="", statement=""),
                name="agreement_signed_here_or_by_hand",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="agreement_signature_has_a_name"),
        ]
        triggers: ClassVar = [
            *triggers.append_only(),
            pgtrigger.Trigger(
                name="of_an_open_agreement",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=f"""
                    IF {NOT_TO_BE_SIGNED} THEN
                        RAISE EXCEPTION 'pgtrigger: this is not to be signed';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.agreement_id}"


class AgreementReminder(models.Model):
    """Which weekly reminders of an agreement have been sent, so that each goes out once."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="reminders")
    weeks = models.PositiveSmallIntegerField(help_text=_("Whole weeks since it was made."))
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["agreement", "weeks"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agreement", "weeks"], name="agreement_reminder_once"),
            models.CheckConstraint(
                condition=Q(weeks__range=(1, 520)), name="agreement_reminder_weeks_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.weeks}"


class Stage(models.TextChoices):
    """Whether a paper of an agreement waits for signatures or lists them."""

    TO_SIGN = "to-sign", _("Agreement to sign")
    SIGNED = "signed", _("Signed agreement")


class AgreementPaper(FrozenPaper):
    """The agreement as a PDF, made once for each stage and language. Append-only."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="papers")
    stage = models.CharField(max_length=7, choices=Stage.choices)

    class Meta:
        ordering: ClassVar = ["agreement", "stage", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agreement", "stage", "language"], name="agreement_paper_once"
            ),
            known("stage", Stage, name="agreement_paper_stage_known"),
        ]
        triggers: ClassVar = triggers.append_only()
