"""Supplements: which named parts of a handed-in case its parties may change, why, until when."""

from datetime import datetime
from typing import ClassVar, Self, TypeVar

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application
from applications.models.attachments import AttachmentSlot
from applications.models.questions import Question
from applications.models.rounds import end_of
from finance.models import Budget
from icld_portal import triggers
from icld_portal.constraints import known
from icld_portal.localize import in_language
from partnerships.models import User

REASON_MAX_LENGTH = 1000


class SupplementState(models.TextChoices):
    """How far a supplement has come; the case keeps its own status meanwhile."""

    OPEN = "open", _("asked for")
    HANDED_IN = "handed_in", _("handed in")
    ACCEPTED = "accepted", _("accepted")
    AGAIN = "again", _("asked for again")
    CLOSED = "closed", _("closed without answer")
    WITHDRAWN = "withdrawn", _("ended: the application was withdrawn")


# The moves Postgres allows.
SUPPLEMENT_MOVES = (
    ("open", "handed_in"),
    ("open", "closed"),
    ("open", "withdrawn"),
    ("handed_in", "accepted"),
    ("handed_in", "again"),
)
# ICLD has something left to do, or the parties: the case cannot be decided.
PENDING = frozenset({SupplementState.OPEN, SupplementState.HANDED_IN})


class PartKind(models.TextChoices):
    """What kind of thing a supplement unlocks; the plan's parts are named as in the form."""

    QUESTION = "question", _("question")
    RESULTS = "results", _("Results and indicators")
    ACTIVITIES = "activities", _("Activities")
    RISKS = "risks", _("Risks")
    BUDGET = "budget", _("Budget")
    SLOT = "slot", _("attachment")


Asked = TypeVar("Asked", bound="AskedSupplement")


class AskedQuerySet(models.QuerySet[Asked]):
    """Phrases about supplements."""

    def open(self) -> Self:
        """Those that the parties are to answer."""
        return self.filter(state=SupplementState.OPEN)

    def pending(self) -> Self:
        """Those that somebody has still something to do with."""
        return self.filter(state__in=PENDING)


class SupplementQuerySet(AskedQuerySet["Supplement"]):
    """Phrases about supplements of applications."""

    def with_parts(self) -> Self:
        """Load the named parts, with the words for each."""
        return self.prefetch_related(NAMED_PARTS)


class AskedSupplement(models.Model):
    """One request by ICLD to supplement named parts, and what came of it."""

    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(
        _("state"), max_length=9, choices=SupplementState.choices, default=SupplementState.OPEN
    )
    due_on = models.DateField(_("answer by"))
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reminded_days = models.PositiveSmallIntegerField(
        null=True, help_text=_("Days before, of the last reminder that was sent.")
    )
    answer = models.TextField(_("what the parties say"), blank=True, max_length=4000)
    handed_in_at = models.DateTimeField(_("handed in"), null=True)
    handed_in_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    edition = models.PositiveSmallIntegerField(
        null=True, help_text=_("The submission that the answer made.")
    )
    closed_at = models.DateTimeField(_("ended"), null=True)
    closed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    close_reason = models.TextField(_("reason"), blank=True, max_length=REASON_MAX_LENGTH)

    class Meta:
        abstract = True

    @property
    def due_at(self) -> datetime:
        """The first moment that is too late: the second after the answer-by day in Stockholm."""
        return end_of(self.due_on)

    def is_open_at(self, moment: datetime) -> bool:
        """Whether the parties may answer at ``moment``, to the second."""
        return self.state == SupplementState.OPEN and moment < self.due_at

    def is_overdue_at(self, moment: datetime) -> bool:
        """Whether the parties have let the day pass."""
        return self.state == SupplementState.OPEN and moment >= self.due_at


def of_asked(of: str, *, name: str) -> list[models.BaseConstraint]:
    """Constraints of a table of supplements of an ``of``; their names begin with ``name``."""
    return [
        models.UniqueConstraint(fields=[of, "number"], name=f"{name}_number_once"),
        models.UniqueConstraint(fields=[of], condition=Q(state="open"), name=f"{name}_one_open"),
        models.CheckConstraint(
            condition=Q(due_on__range=("2009-01-01", "2100-12-31")),
            name=f"{name}_due_on_sane",
        ),
        models.CheckConstraint(
            condition=Q(state__in=["open", "closed", "withdrawn"], handed_in_at=None)
            | Q(
                state__in=["handed_in", "accepted", "again"],
                handed_in_at__isnull=False,
                edition__isnull=False,
            ),
            name=f"{name}_handed_in_at_a_time",
        ),
        models.CheckConstraint(
            condition=~Q(state="closed") | ~Q(close_reason=""),
            name=f"{name}_closed_for_a_reason",
        ),
        known("state", SupplementState, name=f"{name}_state_known"),
    ]


def asked_of(parent: str, *, key: str, statuses: str) -> list[pgtrigger.Trigger]:
    """Triggers of a table of supplements: only what is under work can be supplemented."""
    return [
        pgtrigger.FSM(name="state_moves", field="state", transitions=list(SUPPLEMENT_MOVES)),
        pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        pgtrigger.Trigger(
            name="of_a_case_under_work",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            func=f"""
                    IF NEW.state <> 'open' OR NOT EXISTS (
                        SELECT 1 FROM {parent} AS the_case
                        WHERE the_case.id = NEW.{key}
                        AND the_case.status IN ({statuses})
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: no supplement can be asked for';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - names of ours
        ),
        triggers.no_truncate(),
    ]


class Supplement(AskedSupplement):
    """A supplement of an application."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="supplements")

    objects = SupplementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["application", "number"]
        constraints: ClassVar = of_asked("application", name="supplement")
        triggers: ClassVar = asked_of(
            "applications_application",
            key="application_id",
            statuses="'submitted', 'in_assessment'",
        )

    def __str__(self) -> str:
        return f"{self.application_id} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("applications:supplement", args=[self.application.handle, self.number])


class SupplementPart(models.Model):
    """One named part: what stood there when it was unlocked, and what was handed in."""

    supplement = models.ForeignKey(Supplement, models.PROTECT, related_name="parts")
    kind = models.CharField(_("part"), max_length=10, choices=PartKind.choices)
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="+")
    slot = models.ForeignKey(AttachmentSlot, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("what is to be supplemented"), max_length=REASON_MAX_LENGTH)
    before = models.JSONField(encoder=DjangoJSONEncoder)
    after = models.JSONField(encoder=DjangoJSONEncoder, null=True)

    class Meta:
        ordering: ClassVar = ["supplement", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["supplement", "kind", "question", "slot"],
                nulls_distinct=False,
                name="supplement_part_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="question", question__isnull=False, slot=None)
                | Q(kind="slot", question=None, slot__isnull=False)
                | (~Q(kind__in=["question", "slot"]) & Q(question=None, slot=None)),
                name="supplement_part_names_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="supplement_part_asked_for_a_reason"
            ),
            known("kind", PartKind, name="supplement_part_kind_known"),
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
        if self.slot:
            return str(self.slot)
        return str(PartKind(self.kind).label)

    @property
    def place(self) -> tuple[str, int]:
        """What is unlocked: the kind, and which question or slot."""
        return self.kind, self.question_id or self.slot_id or 0

    @property
    def anchor(self) -> str:
        """A mark of the part on a page."""
        kind, pk = self.place
        return f"part-{kind}-{pk}" if pk else f"part-{kind}"


# The named parts of a supplement, with the words for each.
NAMED_PARTS = models.Prefetch(
    "parts", SupplementPart.objects.select_related("question__section", "slot")
)


class CaseBudget(Budget):
    """A budget as the case sees it: opened again only with a draft or for a supplement."""

    class Meta:
        proxy = True
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="opened_with_its_case",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__frozen_at__isnull=False, new__frozen_at__isnull=True),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM applications_application AS the_case
                        WHERE the_case.budget_id = NEW.id AND the_case.status <> 'draft'
                        AND NOT EXISTS (
                            SELECT 1 FROM applications_supplementpart AS part
                            JOIN applications_supplement AS supplement
                            ON supplement.id = part.supplement_id
                            WHERE supplement.application_id = the_case.id
                            AND supplement.state = 'open' AND part.kind = 'budget'
                        )
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: the budget of a handed-in case stays';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]
