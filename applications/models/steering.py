"""Which steering group follows a case, and which of its decisions the case cites."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, frozen_with_case
from icld_portal import triggers
from partnerships.decisions import with_words
from partnerships.models import SteeringDecision, SteeringGroup, User

# A decision as data; it is annotated with its words and whether the case cites it.
AS_DATA = JSONObject(
    pk="pk",
    group_id="paragraph__group_id",
    group_name="paragraph__group__name",
    meeting_id="paragraph__meeting_id",
    number="paragraph__number",
    year="paragraph__year",
    decided_at="paragraph__meeting__starts_at",
    heading="paragraph__heading",
    text="words",
    language="paragraph__meeting__language",
    minutes_sha256="paragraph__meeting__content_sha256",
    is_cited="is_cited",
)


def decisions_as_data(decisions: "models.QuerySet[SteeringDecision]") -> ArraySubquery:
    """Decisions beside the row of a case, so that no page asks for them by itself."""
    return ArraySubquery(decisions.values(data=AS_DATA))


def cited_data() -> ArraySubquery:
    """What each case cites, whole, in the order it was cited."""
    decisions = SteeringDecision.objects.filter(citations__application=models.OuterRef("pk"))
    cited = with_words(decisions).annotate(is_cited=models.Value(value=True))
    return decisions_as_data(cited.order_by("citations__pk"))


def backing_data() -> JSONObject:
    """Whether a case could be backed by a steering group, and how many decisions it cites."""
    groups = SteeringGroup.objects.filter(partnership=models.OuterRef("partnership")).order_by()
    cited = Citation.objects.filter(application=models.OuterRef("pk")).order_by()
    number = cited.values("application").annotate(n=models.Count("pk")).values("n")
    return JSONObject(
        has_group=models.Exists(groups),
        has_active_group=models.Exists(groups.active()),
        number=Coalesce(models.Subquery(number), 0),
    )


class Following(models.Model):
    """A steering group that follows a case of its partnership; one group may follow several."""

    group = models.ForeignKey(
        SteeringGroup, models.PROTECT, related_name="followings", verbose_name=_("steering group")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="followings", verbose_name=_("case")
    )
    since = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["group", "application"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "application"], name="following_once")
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="of_one_partnership",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM partnerships_steeringgroup AS steering
                        JOIN applications_application AS the_case
                        ON the_case.partnership_id = steering.partnership_id
                        WHERE steering.id = NEW.group_id AND the_case.id = NEW.application_id
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: the case is of another partnership';
                    END IF;
                    RETURN NEW;
                """,
            ),
            triggers.no_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.application_id}"


class Citation(models.Model):
    """A verified decision of the partnership's steering group that a case is backed by."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="citations")
    decision = models.ForeignKey(
        SteeringDecision, models.PROTECT, related_name="citations", verbose_name=_("decision")
    )
    cited_at = models.DateTimeField(default=timezone.now)
    cited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["application", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "decision"], name="citation_once")
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
                        WHERE decision.id = NEW.decision_id AND meeting.status = 'verified'
                        AND the_case.id = NEW.application_id
                    ) THEN
                        RAISE EXCEPTION 'pgtrigger: only a verified decision of the partnership';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *frozen_with_case(),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.decision_id}"
