"""What ICLD thinks and decides: assessments and the decision with its yearly sums."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.answers import AnswerSheet
from applications.models.application import Application
from applications.models.questions import Question
from applications.models.rounds import Round
from finance.models.budgets import MAX_YEARS
from icld_portal import triggers
from icld_portal.constraints import known
from partnerships.models import User

COMMENT_MAX_LENGTH = 5_000

# The pot's own constraint refuses a krona too many, whoever writes it and how.
COUNT_IN_POT = """
    UPDATE applications_pot AS pot SET granted_sek = granted_sek + NEW.amount_sek
    FROM applications_decision AS decision
    JOIN applications_application AS the_case ON the_case.id = decision.application_id
    JOIN finance_budget AS budget ON budget.id = the_case.budget_id
    WHERE decision.id = NEW.decision_id AND pot.round_id = decision.pot_round_id
    AND pot.region IN ('all', budget.region);
    RETURN NULL;
"""


class Outcome(models.TextChoices):
    """What was decided."""

    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


@pghistory.track()
class Assessment(models.Model):
    """One assessor's own view: a score and a reason per criterion, and what they recommend.

    Frozen while it is handed in.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="assessments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("author"))
    sheet = models.OneToOneField(
        AnswerSheet, models.PROTECT, null=True, related_name="assessment", editable=False
    )
    text = models.TextField(_("assessment"), blank=True)
    recommendation = models.CharField(
        _("recommendation"), max_length=8, choices=Outcome.choices, blank=True
    )
    written_at = models.DateTimeField(default=timezone.now)
    handed_in_at = models.DateTimeField(_("handed in"), null=True, editable=False)

    class Meta:
        ordering: ClassVar = ["application", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "author"], name="assessment_once_per_author"
            ),
            models.CheckConstraint(
                condition=Q(recommendation__in=Outcome.values)
                | Q(recommendation="", handed_in_at=None),
                name="assessment_recommendation_known",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="handed_in_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.handed_in_at IS NOT NULL AND NEW.handed_in_at IS NOT NULL "
                    "AND OLD.* IS DISTINCT FROM NEW.*"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.author_id}"


class AnswerComment(models.Model):
    """What an assessor notes beside one answer of the case; theirs alone until handed in.

    ``version`` counts the saves, to notice that another window has saved.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="comments")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    text = models.TextField(_("comment"), max_length=COMMENT_MAX_LENGTH, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["assessment", "question"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assessment", "question"], name="answer_comment_once_per_question"
            )
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "frozen_assessment",
                parent="applications_assessment",
                key="assessment_id",
                condition="parent.handed_in_at IS NOT NULL",
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.question_id}"


@pghistory.track()
class Consensus(models.Model):
    """What ICLD's assessors have come to together; the decision is taken on it.

    ``version`` counts the saves, to notice a second writer.
    """

    application = models.OneToOneField(Application, models.PROTECT, related_name="consensus")
    sheet = models.OneToOneField(AnswerSheet, models.PROTECT, related_name="consensus")
    text = models.TextField(_("assessment"), blank=True)
    recommendation = models.CharField(
        _("recommendation"), max_length=8, choices=Outcome.choices, blank=True
    )
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(default=timezone.now)
    agreed_at = models.DateTimeField(_("agreed"), null=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(recommendation__in=Outcome.values)
                | Q(recommendation="", agreed_at=None),
                name="consensus_recommendation_known",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None) | ~Q(text=""), name="consensus_agreed_has_a_text"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="agreed_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.agreed_at IS NOT NULL AND NEW.agreed_at IS NOT NULL "
                    "AND OLD.* IS DISTINCT FROM NEW.*"
                ),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.recommendation}"


class ConsensusYear(models.Model):
    """The sum proposed for one year of the case, whole SEK."""

    consensus = models.ForeignKey(Consensus, models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField(_("year"))
    amount_sek = models.PositiveIntegerField(_("amount"))

    class Meta:
        ordering: ClassVar = ["consensus", "year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["consensus", "year"], name="consensus_year_once"),
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="consensus_year_in_case"
            ),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "frozen_consensus",
                parent="applications_consensus",
                key="consensus_id",
                condition="parent.agreed_at IS NOT NULL",
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.consensus_id} {self.year} {self.amount_sek}"


class SharedAssessment(models.Model):
    """That ICLD lets the parties read the common view of a decided case. Append-only.

    They read scores and reasons, never who assessed nor what anybody noted.
    """

    application = models.OneToOneField(
        Application, models.PROTECT, related_name="shared_assessment"
    )
    shared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    shared_at = models.DateTimeField(_("shared"), default=timezone.now)

    class Meta:
        ordering: ClassVar = ["application"]
        triggers: ClassVar = triggers.append_only()

    def __str__(self) -> str:
        return str(self.application_id)


class Decision(models.Model):
    """ICLD's decision on one application, taken once. Append-only."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="decision")
    outcome = models.CharField(_("decision"), max_length=8, choices=Outcome.choices)
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), default=timezone.now)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    pot_round = models.ForeignKey(
        Round,
        models.PROTECT,
        null=True,
        related_name="decisions",
        help_text=_("The round whose pot pays: that of the meeting, else that of the case."),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="decision_has_a_reason"),
            models.CheckConstraint(
                condition=Q(proposed_by=None) | ~Q(proposed_by=F("decided_by")),
                name="decision_takes_two_people",
            ),
            known("outcome", Outcome, name="decision_outcome_known"),
        ]
        triggers: ClassVar = [
            *triggers.append_only(),
            # Decisions of before two people were asked for have no proposer; no new one lacks it.
            pgtrigger.Protect(
                name="somebody_proposed_it",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__proposed_by__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.outcome}"


class DecisionYear(models.Model):
    """The sum decided for one year, whole SEK. Append-only."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField(_("year"))
    amount_sek = models.PositiveIntegerField(_("amount"))

    class Meta:
        ordering: ClassVar = ["decision", "year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "year"], name="decision_year_once"),
            models.CheckConstraint(
                condition=Q(year__range=(1, MAX_YEARS)), name="decision_year_in_case"
            ),
        ]
        triggers: ClassVar = [
            *triggers.append_only(),
            pgtrigger.Trigger(
                name="counts_in_the_pot",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=COUNT_IN_POT,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.year} {self.amount_sek}"
