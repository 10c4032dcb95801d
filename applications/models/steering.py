"""Which steering group follows a case, and which of its decisions the case cites."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.models.application import Application, frozen_with_case
from icld_portal import triggers
from partnerships.models import SteeringDecision, SteeringGroup, User


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
