"""The money: guidelines, budgets, grants, accounts, payments and the ledger."""

from finance.models.books import BookAccounts
from finance.models.budgets import Budget, BudgetLine, BudgetSum
from finance.models.control import Review, Verdict
from finance.models.decided import GrantBudget, GrantBudgetLine
from finance.models.endings import Closing, Ending, EndingOutcome, Pause
from finance.models.frames import Frame
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
from finance.models.imports import AccountImport, AccountMapping, ImportKind, ImportState
from finance.models.ledger import EntryKind, LedgerEntry, YearBalance
from finance.models.payments import (
    AccountKind,
    BankDetails,
    Payment,
    PaymentExport,
    PaymentStatus,
    Repayment,
    RepaymentStatus,
)
from finance.models.statements import (
    AccountLine,
    DeviationComment,
    Receipt,
    SalaryRow,
    Statement,
)

__all__ = [
    "AccountImport",
    "AccountKind",
    "AccountLine",
    "AccountMapping",
    "BankDetails",
    "BookAccounts",
    "Budget",
    "BudgetLine",
    "BudgetSum",
    "Closing",
    "CostCategory",
    "DeviationComment",
    "Ending",
    "EndingOutcome",
    "EntryKind",
    "Frame",
    "Grant",
    "GrantBudget",
    "GrantBudgetLine",
    "GrantType",
    "GrantYear",
    "Guideline",
    "GuidelineAmount",
    "ImportKind",
    "ImportState",
    "LedgerEntry",
    "LimitKind",
    "PartyCount",
    "Pause",
    "Payment",
    "PaymentExport",
    "PaymentStatus",
    "Per",
    "Receipt",
    "Repayment",
    "RepaymentStatus",
    "Review",
    "SalaryRow",
    "Statement",
    "Verdict",
    "YearBalance",
]
