"""What the parties write in a case, as it is loaded: one query per kind of row.

Each kind is ordered by its own columns. The models' own orders begin with the case and
what it is ordered by, which would be joined and planned for nothing here.
"""

from django.db.models import Prefetch

from applications.models.answers import Answer
from applications.models.attachments import Attachment
from applications.models.plan import Activity, Indicator, Result, Risk
from finance.models import BudgetLine

BUDGET_LINES = Prefetch("budget__lines", BudgetLine.objects.all().for_rules())
# What tells whether a case is complete.
FACTS = (
    "core_areas",
    "cooperation_areas",
    "goals",
    Prefetch("sheet__answers", Answer.objects.order_by("pk")),
    Prefetch("results", Result.objects.order_by("pk")),
    Prefetch("results__indicators", Indicator.objects.order_by("result_id", "pk")),
    Prefetch("activities", Activity.objects.order_by("year", "pk")),
    Prefetch("risks", Risk.objects.order_by("pk")),
    Prefetch(
        "attachments", Attachment.objects.order_by("slot__sort_order", "organisation_id", "pk")
    ),
    BUDGET_LINES,
)
CONTENT = (*FACTS, "activities__organisation")
