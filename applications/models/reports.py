"""Reports: what was done in a year of the case, or in all of it, and what it led to."""

from datetime import date
from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from applications.models.answers import AnswerSheet
from applications.models.application import Application, CaseParty
from applications.models.plan import Activity, Indicator
from finance.models import Grant, Statement
from finance.models.budgets import MAX_YEARS
from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.models import FrozenPaper
from partnerships.models import Organisation, SteeringDecision, User


class ReportKind(models.TextChoices):
    """A report of one accounting year, with its accounts, or of the whole case."""

    YEAR = "year", _("yearly report")
    FINAL = "final", _("final report")


class ReportStatus(models.TextChoices):
    """Where a report stands, in the words of ICLD's staff."""

    DRAFT = "draft", _("being written")
    SUBMITTED = "submitted", _("in control")
    APPROVED = "approved", pgettext_lazy("a report", "approved")


# What the parties read for the same state.
REPORT_WORDS = {
    ReportStatus.DRAFT: _("to be written"),
    ReportStatus.SUBMITTED: _("received by ICLD"),
    ReportStatus.APPROVED: pgettext_lazy("a report", "approved"),
}
# The moves Postgres allows: an approval can be withdrawn, and the control goes on.
REPORT_MOVES = (
    (ReportStatus.DRAFT, ReportStatus.SUBMITTED),
    (ReportStatus.SUBMITTED, ReportStatus.APPROVED),
    (ReportStatus.APPROVED, ReportStatus.SUBMITTED),
)
# What never changes, and what stays as it was handed in.
OPENED_WITH = ("application_id", "grant_id", "kind", "year", "first_on", "sheet_id")


def unlocked_in_report(where: str, *, report: str = "parent.id") -> str:
    """SQL: an open supplement of ``report`` names the part that ``where`` describes."""
    return f"""
        SELECT 1 FROM applications_reportsupplementpart AS part
        JOIN applications_reportsupplement AS supplement ON supplement.id = part.supplement_id
        WHERE supplement.report_id = {report}
        AND supplement.state = 'open' AND {where}
    """  # noqa: S608


def frozen_with_report(*, part: str = "") -> list[pgtrigger.Trigger]:
    """Triggers of a row that can be written only while its report is a draft, or while an
    open supplement names its ``part`` (SQL over ``part`` and the row, ``%s``)."""
    return [
        triggers.frozen_by(
            "frozen_report",
            parent="applications_report",
            key="report_id",
            condition="parent.status <> 'draft'",
            unless=unlocked_in_report(part) if part else "",
        ),
        triggers.no_truncate(),
    ]


class ReportQuerySet(models.QuerySet["Report"]):
    """Phrases about reports."""

    def visible_to(self, user: User) -> "ReportQuerySet":
        """The reports ``user`` may know of; the list twin of ``rules.may_view_report``.

        The parties see those of their cases, ICLD all (what is written in a draft is for
        the parties: ``readable_by``), an auditor those they are invited to. A declared
        conflict of interest hides them with the case.
        """
        cases = Application.objects.all().without_conflicts_of(user)
        found = self.filter(application__in=cases) if user.conflicts else self.all()
        if user.office:
            return found
        parties = CaseParty.objects.filter(organisation__in=list(user.roles))
        audited = user.audits.filter(revoked_at=None).values("report")
        return found.filter(Q(application__in=parties.values("application")) | Q(pk__in=audited))

    def readable_by(self, user: User) -> "ReportQuerySet":
        """Those whose content ``user`` may read: a draft is for its parties and its auditor."""
        found = self.visible_to(user)
        if not user.office:
            return found
        parties = CaseParty.objects.filter(organisation__in=list(user.roles))
        own = Q(application__in=parties.values("application"))
        return found.filter(~Q(status=ReportStatus.DRAFT) | own)

    def by_handle(self, reference: str, slug: str) -> "ReportQuerySet":
        """The report of a case by its address: ``year-1``, ``year-2``, ``year-3``, ``final``."""
        year = slug.removeprefix("year-")
        of_case = self.filter(application__reference=reference)
        if slug == ReportKind.FINAL:
            return of_case.filter(kind=ReportKind.FINAL)
        if not slug.startswith("year-") or year not in {str(n + 1) for n in range(MAX_YEARS)}:
            return self.none()
        return of_case.filter(kind=ReportKind.YEAR, year=int(year))

    def open(self) -> "ReportQuerySet":
        """Those the parties have yet to hand in."""
        return self.filter(status=ReportStatus.DRAFT)

    def for_list(self) -> "ReportQuerySet":
        """Load what a list says of each report; what is to be written first, by its day."""
        handed_in = models.Case(models.When(status=ReportStatus.DRAFT, then=0), default=1)
        return self.select_related("application__partnership").order_by(handed_in, "due_on", "pk")

    def late_on(self, day: date) -> "ReportQuerySet":
        """Those that should have been handed in before ``day``."""
        return self.open().filter(due_on__lt=day)


@pghistory.track()
class Report(models.Model):
    """One report of one case, written by its parties; it opens by itself.

    A yearly report carries the accounts of its year; the final one has none, and is about
    the whole case.
    """

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="reports", verbose_name=_("case")
    )
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=5, choices=ReportKind.choices)
    year = models.PositiveSmallIntegerField(_("accounting year"), null=True)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    due_on = models.DateField(_("due"))
    paused_days = models.PositiveSmallIntegerField(
        default=0, help_text=_("How many days later than agreed it is due, because of pauses.")
    )
    status = models.CharField(
        _("status"), max_length=9, choices=ReportStatus.choices, default=ReportStatus.DRAFT
    )
    sheet = models.OneToOneField(AnswerSheet, models.PROTECT, related_name="report")
    statement = models.OneToOneField(
        Statement, models.PROTECT, null=True, related_name="report", verbose_name=_("accounts")
    )
    language = models.CharField(_("language of the report"), max_length=2, default="en")
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    reminded_days = models.SmallIntegerField(
        null=True, help_text=_("Days before, of the last reminder that was sent; -1 when overdue.")
    )
    content_version = models.PositiveIntegerField(default=1)
    content_sha256 = models.CharField(max_length=64, blank=True)
    has_approvals = models.BooleanField(default=False, editable=False)
    edition = models.PositiveSmallIntegerField(default=1)
    received_at = models.DateTimeField(_("received"), null=True)
    submitted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("submitted by")
    )
    officer = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="controlled_reports",
        verbose_name=_("controlled by"),
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["application", "first_on", "kind"]
        indexes: ClassVar = [
            models.Index(fields=["status", "due_on", "id"], name="report_status_due"),
            models.Index(fields=["due_on", "id"], name="report_due"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "kind", "year"],
                nulls_distinct=False,
                name="report_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(kind="year", year__range=(1, MAX_YEARS), statement__isnull=False)
                | Q(kind="final", year=None, statement=None),
                name="report_year_has_accounts",
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on"), due_on__gt=F("last_on")),
                name="report_due_after_its_days",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", received_at=None)
                | Q(
                    ~Q(status="draft"),
                    received_at__isnull=False,
                    content_sha256__regex=r"^[0-9a-f]{64}$",
                ),
                name="report_handed_in_has_fingerprint",
            ),
            known("status", ReportStatus, name="report_status_known"),
            known("kind", ReportKind, name="report_kind_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="status_moves",
                field="status",
                transitions=[(str(old), str(new)) for old, new in REPORT_MOVES],
            ),
            pgtrigger.Protect(
                name="opened_with",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"ROW({', '.join(f'OLD.{name}' for name in OPENED_WITH)}) IS DISTINCT FROM "
                    f"ROW({', '.join(f'NEW.{name}' for name in OPENED_WITH)})"
                ),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        if self.kind == ReportKind.FINAL:
            return gettext("Final report")
        return gettext("Report of year %(year)d") % {"year": self.year}

    def get_absolute_url(self) -> str:
        return reverse("applications:report", args=[self.application.reference, self.slug])

    @property
    def slug(self) -> str:
        """What names the report in the addresses of its case."""
        return f"year-{self.year}" if self.kind == ReportKind.YEAR else str(ReportKind.FINAL)

    @property
    def other_language(self) -> str:
        """The language the report is not written in."""
        return "en" if self.language == "sv" else "sv"


@pghistory.track()
class IndicatorOutcome(models.Model):
    """How far an indicator of the plan has come: in the year, and since the beginning."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="indicator_outcomes")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="outcomes")
    achieved = models.CharField(_("achieved"), max_length=200, blank=True)
    cumulative = models.CharField(_("since the beginning"), max_length=200, blank=True)
    comment = models.TextField(_("comment"), blank=True, max_length=2000)

    class Meta:
        ordering: ClassVar = ["report", "indicator"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "indicator"], name="indicator_outcome_once")
        ]
        triggers: ClassVar = frozen_with_report(part="part.kind = 'indicators'")

    def __str__(self) -> str:
        return self.achieved


class Done(models.TextChoices):
    """What became of a planned activity."""

    DONE = "done", _("done")
    PARTLY = "partly", _("partly done")
    MOVED = "moved", _("moved")
    DROPPED = "dropped", _("not done")


@pghistory.track()
class ActivityOutcome(models.Model):
    """What became of a planned activity in the year of the report."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="activity_outcomes")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="outcomes")
    done = models.CharField(_("what became of it"), max_length=7, choices=Done.choices)
    comment = models.TextField(_("comment"), blank=True, max_length=2000)

    class Meta:
        ordering: ClassVar = ["report", "activity"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "activity"], name="activity_outcome_once"),
            known("done", Done, name="activity_outcome_known"),
        ]
        triggers: ClassVar = frozen_with_report(part="part.kind = 'done'")

    def __str__(self) -> str:
        return self.done


class ParticipantGroup(models.TextChoices):
    """Who took part."""

    POLITICIANS = "politicians", _("politicians")
    OFFICIALS = "officials", _("officials")
    CITIZENS = "citizens", _("citizens and civil society")


@pghistory.track()
class Participation(models.Model):
    """How many took part in the year, by party, group and gender."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="participation")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("party")
    )
    group = models.CharField(_("group"), max_length=11, choices=ParticipantGroup.choices)
    women = models.PositiveIntegerField(_("women"), default=0)
    men = models.PositiveIntegerField(_("men"), default=0)
    others = models.PositiveIntegerField(_("others or not known"), default=0)

    class Meta:
        ordering: ClassVar = ["report", "organisation", "group"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report", "organisation", "group"], name="participation_once"
            ),
            models.CheckConstraint(
                condition=Q(women__lte=999_999, men__lte=999_999, others__lte=999_999),
                name="participation_sane",
            ),
            known("group", ParticipantGroup, name="participation_group_known"),
        ]
        triggers: ClassVar = frozen_with_report(part="part.kind = 'participants'")

    def __str__(self) -> str:
        return f"{self.group} {self.women} {self.men} {self.others}"


class ReportCitation(models.Model):
    """A verified decision of the partnership's steering group that a report is backed by."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="citations")
    decision = models.ForeignKey(
        SteeringDecision,
        models.PROTECT,
        related_name="report_citations",
        verbose_name=_("decision"),
    )
    cited_at = models.DateTimeField(default=timezone.now)
    cited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["report", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "decision"], name="report_citation_once")
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="of_a_verified_decision",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM partnerships_steeringdecision AS decision
                        JOIN partnerships_paragraph AS paragraph
                        ON paragraph.id = decision.paragraph_id
                        JOIN partnerships_steeringmeeting AS meeting
                        ON meeting.id = paragraph.meeting_id
                        JOIN partnerships_steeringgroup AS steering
                        ON steering.id = meeting.group_id
                        JOIN applications_application AS the_case
                        ON the_case.partnership_id = steering.partnership_id
                        JOIN applications_report AS report
                        ON report.application_id = the_case.id
                        WHERE decision.id = NEW.decision_id AND meeting.status = 'verified'
                        AND report.id = NEW.report_id
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: only a verified decision of the partnership';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *frozen_with_report(),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.decision_id}"


class ReportPaperKind(models.TextChoices):
    """What a paper of a report is."""

    RECEIPT = "receipt", _("Report as handed in")
    ACCOUNTS = "accounts", _("Accounts")
    CONTROL = "control", _("Control protocol")


class ReportPaper(FrozenPaper):
    """A paper of a report, made once per edition and language. Append-only."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="papers")
    kind = models.CharField(_("kind"), max_length=8, choices=ReportPaperKind.choices)
    edition = models.PositiveSmallIntegerField(_("submission"), default=1)

    class Meta:
        ordering: ClassVar = ["report", "kind", "edition", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report", "kind", "edition", "language"], name="report_paper_once"
            ),
            known("kind", ReportPaperKind, name="report_paper_kind_known"),
        ]
        triggers: ClassVar = triggers.append_only()
