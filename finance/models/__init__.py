"""The money: guidelines, budgets and grants."""

from finance.models.budgets import Budget, BudgetLine
from finance.models.grants import Grant, GrantYear
from finance.models.guidelines import (
    CostCategory,
    GrantType,
    Guideline,
    GuidelineAmount,
    LimitKind,
    PartyCount,
    Per,
)

__all__ = [
    "Budget",
    "BudgetLine",
    "CostCategory",
    "Grant",
    "GrantType",
    "GrantYear",
    "Guideline",
    "GuidelineAmount",
    "LimitKind",
    "PartyCount",
    "Per",
]
