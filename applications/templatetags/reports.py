"""Small helps for the pages of reports."""

from collections.abc import Mapping
from typing import Any

from django import template

from applications.models import Report
from applications.reports.completeness import problem_url
from icld_portal.problems import Problem

register = template.Library()


@register.filter
def of(found: Mapping[Any, Any], key: Any) -> Any:
    """Pick what belongs to ``key``; nothing where there is nothing."""
    return found.get(key, [])


@register.filter
def mended_at(problem: Problem, report: Report) -> str:
    """Where a problem of the report is mended."""
    return problem_url(report, problem)
