"""The frozen PDFs of an application."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.models import FrozenPaper


class PaperKind(models.TextChoices):
    """What a paper is."""

    RECEIPT = "receipt", _("Receipt")
    DECISION = "decision", _("Decision letter")


class ApplicationPaper(FrozenPaper):
    """A receipt or decision letter, made once per submission and language. Append-only."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="papers")
    kind = models.CharField(_("kind"), max_length=8, choices=PaperKind.choices)
    edition = models.PositiveSmallIntegerField(_("submission"), default=1)

    class Meta:
        ordering: ClassVar = ["application", "kind", "edition", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "kind", "edition", "language"],
                name="paper_once_per_submission",
            ),
            known("kind", PaperKind, name="paper_kind_known"),
        ]
        triggers: ClassVar = triggers.append_only()


class SummaryStage(models.TextChoices):
    """When a final summary was frozen."""

    ENDED = "ended", _("Summary when the grant ended early")
    CLOSED = "closed", _("Final summary")


class SummaryPaper(FrozenPaper):
    """The summary of a case as it stood when its grant ended early, or was closed. Append-only."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="summaries")
    stage = models.CharField(max_length=6, choices=SummaryStage.choices)

    class Meta:
        ordering: ClassVar = ["application", "stage", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "stage", "language"], name="summary_paper_once"
            ),
            known("stage", SummaryStage, name="summary_paper_stage_known"),
        ]
        triggers: ClassVar = triggers.append_only()
