"""The demo's draft that a decision of the steering group backs."""

from datetime import datetime

from applications import beginning, citing
from applications.models import Application, Status
from finance.models import GrantType
from partnerships.models import SteeringDecision, SteeringGroup


def begin_backed(now: datetime, group: SteeringGroup) -> None:
    """Begin a development from the project that the group steers, and cite its decision."""
    projects = Application.objects.filter(
        followings__group=group, grant_type=GrantType.PROJECT, status=Status.APPROVED
    )
    project = projects.latest("pk")
    by = project.submitted_by
    assert by is not None  # noqa: S101 - it was handed in
    draft = beginning.start_from(project, GrantType.DEVELOPMENT, by=by, at=now)
    decision = SteeringDecision.objects.verified().filter(paragraph__group=group).latest("pk")
    citing.cite(draft, decision.pk, by=by)
