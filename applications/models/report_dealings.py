"""What the parties, ICLD and an auditor do with a report: approve, supplement, control, audit."""

from typing import ClassVar

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.answers import AnswerSheet
from applications.models.approvals import SignedContent, SignedQuerySet, of_signed, only_lapses
from applications.models.questions import Question
from applications.models.reports import Report
from applications.models.supplements import (
    REASON_MAX_LENGTH,
    AskedQuerySet,
    AskedSupplement,
    asked_of,
    of_asked,
)
from finance.models import Statement
from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.localize import in_language
from icld_portal.models import Factor
from partnerships.models import User
from partnerships.models.invitations import end_of_validity


class ReportApprovalQuerySet(SignedQuerySet["ReportApproval"]):
    """Phrases about approvals of reports."""


class ReportApproval(SignedContent):
    """An approval of a report by a party's signatory."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="approvals")

    objects = ReportApprovalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["report", "organisation", "-approved_at", "-pk"]
        constraints: ClassVar = of_signed("report", name="report_approval")
        triggers: ClassVar = only_lapses()

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.name} {self.report_id}"


class ReportPart(models.TextChoices):
    """What kind of thing a supplement of a report unlocks."""

    QUESTION = "question", _("question")
    INDICATORS = "indicators", _("Indicators achieved")
    DONE = "done", _("Activities done or moved")
    PARTICIPANTS = "participants", _("Participants")
    ACCOUNTS = "accounts", _("Accounts and receipts")
    SALARIES = "salaries", _("Salary sheet")
    AUDIT = "audit", _("Audit certificate")


class ReportSupplementQuerySet(AskedQuerySet["ReportSupplement"]):
    """Phrases about supplements of reports."""


class ReportSupplement(AskedSupplement):
    """A supplement of a report, asked for by whoever controls it."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="supplements")

    objects = ReportSupplementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["report", "number"]
        constraints: ClassVar = of_asked("report", name="report_supplement")
        triggers: ClassVar = asked_of(
            "applications_report", key="report_id", statuses="'submitted'"
        )

    def __str__(self) -> str:
        return f"{self.report_id} {self.number}"


class ReportSupplementPart(models.Model):
    """One named part: what stood there when it was unlocked, and what was handed in."""

    supplement = models.ForeignKey(ReportSupplement, models.PROTECT, related_name="parts")
    kind = models.CharField(_("part"), max_length=12, choices=ReportPart.choices)
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("what is to be supplemented"), max_length=REASON_MAX_LENGTH)
    before = models.JSONField(encoder=DjangoJSONEncoder)
    after = models.JSONField(encoder=DjangoJSONEncoder, null=True)

    class Meta:
        ordering: ClassVar = ["supplement", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["supplement", "kind", "question"],
                nulls_distinct=False,
                name="report_supplement_part_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="question", question__isnull=False)
                | Q(~Q(kind="question"), question=None),
                name="report_supplement_part_names_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="report_supplement_part_for_a_reason"
            ),
            known("kind", ReportPart, name="report_supplement_part_kind_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_answered",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.after IS NOT NULL OR (to_jsonb(OLD) - 'after') IS DISTINCT FROM "
                    "(to_jsonb(NEW) - 'after')"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        """What the part is called in the form, in the reader's language."""
        if self.question:
            return in_language(self.question, "text")
        return str(ReportPart(self.kind).label)

    @property
    def place(self) -> tuple[str, int]:
        """What is unlocked: the kind, and which question."""
        return self.kind, self.question_id or 0


class ReportedStatement(Statement):
    """Accounts as their report sees them: opened again only with a draft or for a supplement."""

    class Meta:
        proxy = True
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="opened_with_its_report",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__frozen_at__isnull=False, new__frozen_at__isnull=True),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM applications_report AS report
                        WHERE report.statement_id = NEW.id AND report.status <> 'draft'
                        AND NOT EXISTS (
                            SELECT 1 FROM applications_reportsupplementpart AS part
                            JOIN applications_reportsupplement AS supplement
                            ON supplement.id = part.supplement_id
                            WHERE supplement.report_id = report.id AND supplement.state = 'open'
                            AND part.kind IN ('accounts', 'salaries')
                        )
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: the accounts of a handed-in report stay';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]


class ReportControl(models.Model):
    """ICLD's control of one edition of a report: checklist, words to the parties, and the sum.

    ``payable`` says how the sum came about: the steps as they are shown on the page.
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="controls")
    edition = models.PositiveSmallIntegerField(_("submission"))
    sheet = models.OneToOneField(AnswerSheet, models.PROTECT, related_name="control")
    text = models.TextField(_("to the parties"), blank=True, max_length=4000)
    approved_at = models.DateTimeField(_("approved"), null=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved = models.DecimalField(_("approved amount"), max_digits=12, decimal_places=2, null=True)
    payable = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    withdrawn_at = models.DateTimeField(_("approval withdrawn"), null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["report", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(withdrawn_at=None),
                name="report_control_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None, withdrawn_at=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="report_control_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | Q(
                    ~Q(withdrawn_reason=""),
                    withdrawn_at__isnull=False,
                    withdrawn_by__isnull=False,
                ),
                name="report_control_withdrawn_for_a_reason",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="approved_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.approved_at IS NOT NULL AND "
                    "(to_jsonb(OLD) - ARRAY['withdrawn_at', 'withdrawn_by_id', "
                    "'withdrawn_reason']) IS DISTINCT FROM (to_jsonb(NEW) - "
                    "ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawn_reason'])"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.edition}"


class Opinion(models.TextChoices):
    """What an auditor says of the accounts."""

    CLEAN = "clean", _("without remarks")
    REMARKS = "remarks", _("with remarks")
    REFUSED = "refused", _("cannot be confirmed")


class Audit(models.Model):
    """An auditor's invitation to one report, and the certificate that came of it.

    The auditor signs in the portal or sends a signed file. ``content_sha256`` is of the
    accounts that were read: a later change lapses the certificate.
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="audits")
    name = models.CharField(_("auditor"), max_length=120)
    firm = models.CharField(_("firm or authority"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=2, default="sv")
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField(_("invited"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"), default=end_of_validity)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="audits")
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True)
    revoked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    sheet = models.OneToOneField(AnswerSheet, models.PROTECT, related_name="audit")
    opinion = models.CharField(_("opinion"), max_length=7, choices=Opinion.choices, blank=True)
    remarks = models.TextField(_("remarks"), blank=True, max_length=4000)
    statement = models.CharField(_("statement"), max_length=300, blank=True)
    method = models.CharField(_("second factor"), max_length=8, choices=Factor.choices, blank=True)
    file = models.FileField(max_length=200, blank=True)
    file_name = models.CharField(_("file name"), max_length=150, blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    size_bytes = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True)
    digests = models.JSONField(
        default=dict, help_text=_("Fingerprint of each part, to tell later which one was changed.")
    )
    certified_at = models.DateTimeField(_("certified"), null=True)
    lapsed_at = models.DateTimeField(_("lapsed"), null=True)
    lapsed_reason = models.CharField(_("what was changed"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["report", "-invited_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(revoked_at=None, lapsed_at=None),
                name="audit_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, user=None)
                | Q(accepted_at__isnull=False, user__isnull=False),
                name="audit_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(certified_at=None, opinion="", content_sha256="")
                | Q(
                    ~Q(opinion=""),
                    Q(~Q(statement=""), ~Q(method=""), user__isnull=False) | ~Q(file=""),
                    certified_at__isnull=False,
                    content_sha256__regex=r"^[0-9a-f]{64}$",
                ),
                name="audit_certified_with_its_content",
            ),
            models.CheckConstraint(
                condition=Q(certified_at=None) | Q(opinion="clean") | ~Q(remarks=""),
                name="audit_remarks_are_written",
            ),
            models.CheckConstraint(
                condition=Q(lapsed_at=None, lapsed_reason="")
                | Q(~Q(lapsed_reason=""), lapsed_at__isnull=False),
                name="audit_lapses_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(token_sha256__regex=r"^[0-9a-f]{64}$"),  # noqa: S106
                name="audit_token_hashed",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("invited_at")), name="audit_expires_later"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="certified_only_lapses",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.certified_at IS NOT NULL AND "
                    "(to_jsonb(OLD) - ARRAY['lapsed_at', 'lapsed_reason']) IS DISTINCT FROM "
                    "(to_jsonb(NEW) - ARRAY['lapsed_at', 'lapsed_reason'])"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.name}"
