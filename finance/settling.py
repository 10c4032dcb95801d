"""What of the money of a grant is not settled: nothing may be, before the grant is closed."""

from django.utils.translation import gettext as _

from finance import ledger
from finance.models import Grant, RepaymentStatus
from icld_portal.localize import money
from icld_portal.problems import Problem

# Where it is mended.
PAYMENTS, REPAYMENTS = "payments", "repayments"


def money_problems(grant: Grant) -> list[Problem]:
    """Return what is on its way or owed, each with its sum; three queries."""
    found = [
        Problem(
            _("Year %(year)d: %(amount)s is not paid yet.")
            % {"year": payment.year, "amount": money(payment.amount)},
            page=PAYMENTS,
        )
        for payment in grant.payments.under_way().order_by("year", "number")
    ]
    claims = grant.repayments.filter(status=RepaymentStatus.CLAIMED).order_by("year", "number")
    found += [
        Problem(
            _("Year %(year)d: %(amount)s is not paid back yet.")
            % {"year": claim.year, "amount": money(claim.amount)},
            page=REPAYMENTS,
        )
        for claim in claims
    ]
    if not found:
        found = [
            Problem(
                _("Year %(year)d: %(amount)s is approved and has no payment.")
                % {"year": year, "amount": money(one.payable)},
                page=PAYMENTS,
            )
            for year, one in ledger.balances(grant).items()
            if one.payable
        ]
    return found
