"""Steering groups and the cases they follow, on each other's pages."""

from typing import Any

from django import template

from applications import citing, rules
from applications.models import Application, Following
from applications.statuses import APPLICANT_WORDS, Status
from finance.models import GrantType
from partnerships.models import SteeringGroup
from partnerships.rules import may_begin_group

register = template.Library()
# A partnership's chain is short.
MOST_SHOWN = 50


@register.inclusion_tag("applications/_followed_by.html", takes_context=True)
def followed_by(context: dict[str, Any], group: SteeringGroup) -> dict[str, Any]:
    """List the cases that ``group`` follows, as far as the reader may see."""
    user = context["request"].user
    visible = Application.objects.all().visible_to(user).filter(partnership=group.partnership_id)
    found = Following.objects.filter(group=group, application__in=visible)
    rows = found.select_related("application").order_by("application")[:MOST_SHOWN]
    return {
        "group": group,
        "rows": [
            {
                "application": row.application,
                "word": _word(row.application, office=user.office),
            }
            for row in rows
        ],
        "may_run": context.get("may_run"),
    }


@register.inclusion_tag("applications/_groups_of_case.html", takes_context=True)
def groups_of_case(context: dict[str, Any], application: Application) -> dict[str, Any]:
    """Name the steering groups that follow a case; from the groups' own case one is begun."""
    user = context["request"].user
    if not (user.office or rules.is_of_party(user, application)):
        return {}
    shown = citing.steering_of(application).groups[:MOST_SHOWN]
    is_own = application.grant_type == GrantType.STEERING_GROUP
    begins = is_own and not shown and may_begin_group(user, application.partnership)
    return {"groups": shown, "begins": begins, "partnership_pk": application.partnership_id}


def _word(case: Application, *, office: bool) -> Any:
    return case.get_status_display() if office else APPLICANT_WORDS[Status(case.status)]
