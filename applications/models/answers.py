"""Answer sheets: what has been written to a question set."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.questions import Question, QuestionSet
from icld_portal import triggers

# Far above any word limit: text above the limit is kept and pointed out, never cut.
ANSWER_MAX_LENGTH = 200_000


# An open supplement of the case, or of the report, names the very question.
ASKED_AGAIN = """
    SELECT 1 FROM applications_supplementpart AS part
    JOIN applications_supplement AS supplement ON supplement.id = part.supplement_id
    JOIN applications_application AS the_case ON the_case.id = supplement.application_id
    WHERE the_case.sheet_id = parent.id AND supplement.state = 'open'
    AND part.kind = 'question' AND part.question_id = %s.question_id
    UNION ALL
    SELECT 1 FROM applications_reportsupplementpart AS part
    JOIN applications_reportsupplement AS supplement ON supplement.id = part.supplement_id
    JOIN applications_report AS report ON report.id = supplement.report_id
    WHERE report.sheet_id = parent.id AND supplement.state = 'open'
    AND part.kind = 'question' AND part.question_id = %s.question_id
"""


class AnswerSheet(models.Model):
    """The answers to one question set; frozen answers cannot be written by anyone."""

    question_set = models.ForeignKey(QuestionSet, models.PROTECT, related_name="sheets")
    frozen_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="opened_with_its_case",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__frozen_at__isnull=False, new__frozen_at__isnull=True),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM applications_application AS the_case
                        WHERE the_case.sheet_id = NEW.id AND the_case.status <> 'draft'
                    ) OR EXISTS (
                        SELECT 1 FROM applications_report AS report
                        WHERE report.sheet_id = NEW.id AND report.status <> 'draft'
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: the answers of a handed-in case stay';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.question_set_id} {self.pk}"


@pghistory.track()
class Answer(models.Model):
    """One answer in one language. ``version`` counts the saves, to notice a second editor."""

    sheet = models.ForeignKey(AnswerSheet, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    language = models.CharField(_("language"), max_length=2, default="sv")
    text = models.TextField(_("answer"), blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["sheet", "question"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sheet", "question", "language"], name="answer_once_per_language"
            ),
            models.CheckConstraint(
                condition=Q(language__in=["sv", "en"]), name="answer_language_known"
            ),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "frozen_sheet",
                parent="applications_answersheet",
                key="sheet_id",
                condition="parent.frozen_at IS NOT NULL",
                unless=ASKED_AGAIN,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.language}"
