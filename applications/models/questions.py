"""Question sets: the programme's forms as dated, frozen versions in both languages."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from finance.models import GrantType
from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.localize import in_language
from partnerships.models import User


class Purpose(models.TextChoices):
    """What the answers are: the same machinery serves them all."""

    APPLICATION = "application", _("application")
    REPORT = "report", _("yearly report")
    FINAL_REPORT = "final_report", _("final report")
    ASSESSMENT = "assessment", _("assessment")
    CONTROL = "control", _("control of a report")
    AUDIT = "audit", _("audit")


class Part(models.TextChoices):
    """What a section's page is made of, besides its questions."""

    QUESTIONS = "questions", _("questions")
    BASICS = "basics", _("the case in short")
    AREAS = "areas", _("areas and goals")
    RESULTS = "results", _("results and indicators")
    ACTIVITIES = "activities", _("activities")
    RISKS = "risks", _("risks")
    BUDGET = "budget", _("budget")
    INDICATORS = "indicators", _("indicators achieved")
    DONE = "done", _("activities done or moved")
    PARTICIPANTS = "participants", _("participants")
    ACCOUNTS = "accounts", _("accounts")
    SALARIES = "salaries", _("salary sheet")


# What the pages of each kind of form can be made of.
APPLICATION_PARTS = (
    Part.QUESTIONS,
    Part.BASICS,
    Part.AREAS,
    Part.RESULTS,
    Part.ACTIVITIES,
    Part.RISKS,
    Part.BUDGET,
)
REPORT_PARTS = (
    Part.QUESTIONS,
    Part.INDICATORS,
    Part.DONE,
    Part.PARTICIPANTS,
    Part.ACCOUNTS,
    Part.SALARIES,
)
PARTS_OF: dict[str, tuple[Part, ...]] = {
    Purpose.APPLICATION: APPLICATION_PARTS,
    Purpose.REPORT: REPORT_PARTS,
    Purpose.FINAL_REPORT: REPORT_PARTS[:4],
    Purpose.ASSESSMENT: (Part.QUESTIONS,),
    Purpose.CONTROL: (Part.QUESTIONS,),
    Purpose.AUDIT: (Part.QUESTIONS,),
}


class OwnerSide(models.TextChoices):
    """Which party writes a section."""

    SWEDISH = "swedish", _("the Swedish party")
    PARTNER = "partner", _("the cooperation partner")
    JOINT = "joint", _("both parties")


class QuestionKind(models.TextChoices):
    """How a question is answered."""

    LONG_TEXT = "long_text", _("long text")
    SHORT_TEXT = "short_text", _("short text")
    NUMBER = "number", _("number")
    YES_NO = "yes_no", _("yes or no")
    CHOICE = "choice", _("choice")


class QuestionSetQuerySet(models.QuerySet["QuestionSet"]):
    """Phrases about question sets."""

    def visible_to(self, user: User) -> "QuestionSetQuerySet":
        """ICLD reads what it is writing; others what is published."""
        return self if user.office else self.published()

    def drafts(self) -> "QuestionSetQuerySet":
        """What is being written: at most one of each form, since its number is the next."""
        return self.filter(published_at=None)

    def of_form(self, purpose: str, grant_type: str) -> "QuestionSetQuerySet":
        """The versions of one form."""
        return self.filter(purpose=purpose, grant_type=grant_type)

    def published(self) -> "QuestionSetQuerySet":
        """Versions that are, or have been, in use."""
        return self.filter(published_at__isnull=False)

    def in_force(self, grant_type: str, purpose: Purpose = Purpose.APPLICATION) -> "QuestionSet":
        """The newest published form of ``grant_type``; DoesNotExist if there is none."""
        return self.published().filter(purpose=purpose, grant_type=grant_type).latest("version")

    def with_questions(self) -> "QuestionSetQuerySet":
        """Load sections, questions, options and attachment slots in four queries."""
        return self.prefetch_related("sections__questions__options", "slots")

    def with_standing(self) -> "QuestionSetQuerySet":
        """Annotate ``newest``, the version in force of the same form, and ``question_count``."""
        of_form = QuestionSet.objects.filter(
            purpose=models.OuterRef("purpose"),
            grant_type=models.OuterRef("grant_type"),
            published_at__isnull=False,
        )
        return self.with_question_counts().annotate(
            newest=models.Subquery(of_form.order_by("-version").values("version")[:1])
        )

    def with_question_counts(self) -> "QuestionSetQuerySet":
        """Annotate ``question_count``."""
        return self.annotate(question_count=models.Count("sections__questions"))


class QuestionSet(models.Model):
    """One version of one form. Frozen once published; a case keeps the one it began with."""

    called: ClassVar = _("Form")

    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    grant_type = models.CharField(_("grant type"), max_length=16, choices=GrantType.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    title_sv = models.CharField(_("title in Swedish"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = QuestionSetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["purpose", "grant_type", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "grant_type", "version"], name="question_set_version_once"
            ),
            known("purpose", Purpose, name="question_set_purpose_known"),
            known("grant_type", GrantType, name="question_set_grant_type_known"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="published_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return in_language(self, "title")

    @property
    def address(self) -> tuple[str, str, int]:
        """What names this version in an address."""
        return self.purpose, self.grant_type, self.version

    def office_url(self) -> str:
        """The page on which ICLD reads and writes this version."""
        return reverse("applications:form", args=self.address)


PUBLISHED_SET = "parent.published_at IS NOT NULL"
IN_PUBLISHED_SET = (
    "EXISTS (SELECT 1 FROM applications_questionset AS the_set "
    "WHERE the_set.id = parent.question_set_id AND the_set.published_at IS NOT NULL)"
)
OF_PUBLISHED_QUESTION = (
    "EXISTS (SELECT 1 FROM applications_section AS section "
    "JOIN applications_questionset AS the_set ON the_set.id = section.question_set_id "
    "WHERE section.id = parent.section_id AND the_set.published_at IS NOT NULL)"
)


class Section(models.Model):
    """One page of a form."""

    called: ClassVar = _("Section")

    question_set = models.ForeignKey(QuestionSet, models.CASCADE, related_name="sections")
    key = models.SlugField(_("key"))
    sort_order = models.PositiveSmallIntegerField()
    part = models.CharField(_("part"), max_length=12, choices=Part.choices, default=Part.QUESTIONS)
    side = models.CharField(
        _("written by"), max_length=8, choices=OwnerSide.choices, default=OwnerSide.JOINT
    )
    title_sv = models.CharField(_("title in Swedish"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    intro_sv = models.TextField(_("introduction in Swedish"), blank=True)
    intro_en = models.TextField(_("introduction in English"), blank=True)

    class Meta:
        ordering: ClassVar = ["question_set", "sort_order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question_set", "key"], name="section_key_once"),
            models.UniqueConstraint(
                fields=["question_set", "sort_order"], name="section_order_once"
            ),
            known("part", Part, name="section_part_known"),
            known("side", OwnerSide, name="section_side_known"),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "published_is_frozen",
                parent="applications_questionset",
                key="question_set_id",
                condition=PUBLISHED_SET,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return in_language(self, "title")


class Question(models.Model):
    """One question with its help; the key is stable over versions."""

    called: ClassVar = _("Question")

    section = models.ForeignKey(Section, models.CASCADE, related_name="questions")
    key = models.SlugField(_("key"))
    sort_order = models.PositiveSmallIntegerField()
    kind = models.CharField(_("kind"), max_length=12, choices=QuestionKind.choices)
    required = models.BooleanField(_("must be answered"), default=True)
    word_limit = models.PositiveSmallIntegerField(_("at most words"), default=0)
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=0, help_text=_("How much a criterion's score counts; else 0.")
    )
    text_sv = models.CharField(_("question in Swedish"), max_length=300)
    text_en = models.CharField(_("question in English"), max_length=300)
    help_sv = models.TextField(_("help in Swedish"), blank=True)
    help_en = models.TextField(_("help in English"), blank=True)

    class Meta:
        ordering: ClassVar = ["section", "sort_order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["section", "key"], name="question_key_once"),
            models.UniqueConstraint(fields=["section", "sort_order"], name="question_order_once"),
            models.CheckConstraint(
                condition=Q(word_limit=0) | Q(kind__in=["long_text", "short_text"]),
                name="question_word_limit_on_texts_only",
            ),
            models.CheckConstraint(
                condition=Q(weight=0) | Q(kind="choice", weight__lte=100),
                name="question_weight_on_choices_only",
            ),
            known("kind", QuestionKind, name="question_kind_known"),
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "published_is_frozen",
                parent="applications_section",
                key="section_id",
                condition=IN_PUBLISHED_SET,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return in_language(self, "text")

    @property
    def part_of(self) -> Section:
        """Where it stands; a question that changes section is told of in a comparison."""
        return self.section


class QuestionOption(models.Model):
    """One answer that can be chosen."""

    called: ClassVar = _("Choice")

    question = models.ForeignKey(Question, models.CASCADE, related_name="options")
    value = models.SlugField(_("value"))
    sort_order = models.PositiveSmallIntegerField()
    text_sv = models.CharField(_("text in Swedish"), max_length=200)
    text_en = models.CharField(_("text in English"), max_length=200)

    class Meta:
        ordering: ClassVar = ["question", "sort_order"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "value"], name="question_option_once")
        ]
        triggers: ClassVar = [
            triggers.frozen_by(
                "published_is_frozen",
                parent="applications_question",
                key="question_id",
                condition=OF_PUBLISHED_QUESTION,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return in_language(self, "text")

    @property
    def key_in_version(self) -> str:
        """Which choice it is, by which versions are compared."""
        return f"{self.question.key}/{self.value}"
