"""What a round may still promise, read and held while somebody decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _

from applications.models import (
    Application,
    PendingOutcome,
    PendingYear,
    Pot,
    PotRegion,
    Round,
    Status,
)
from icld_portal.localize import money
from icld_portal.problems import Problem


@dataclass(frozen=True)
class PotState:
    """One pot as it stands, whole SEK: what is granted, and what is confirmed but not released."""

    pot: Pot
    confirmed_sek: int

    @property
    def used_sek(self) -> int:
        """What is granted or confirmed."""
        return self.pot.granted_sek + self.confirmed_sek

    @property
    def left_sek(self) -> int:
        """What can still be confirmed or granted."""
        return self.pot.amount_sek - self.used_sek

    def pays_for(self, region: str) -> bool:
        """Whether a case whose budget is of ``region`` is paid from this pot."""
        return self.pot.region in (PotRegion.ALL, region)


def lock(round_id: int | None) -> None:
    """Let one at a time spend from the pots of a round; call it inside a transaction.

    A round without a pot is locked too, so that one can be set while cases are decided.
    """
    if round_id is not None:
        Round.objects.select_for_update(no_key=True).get(pk=round_id)


def states(round_id: int | None, *, but: Application | None = None) -> list[PotState]:
    """Return the pots of a round with what is confirmed, ``but`` for one case; two queries."""
    pots = list(Pot.objects.filter(round=round_id)) if round_id else []
    if not pots:
        return []
    years = PendingYear.objects.filter(
        pending__meeting__round=round_id,
        pending__meeting__released_at=None,
        pending__outcome=PendingOutcome.APPROVED,
        pending__confirmed_at__isnull=False,
        pending__application__status=Status.IN_ASSESSMENT,
    )
    if but is not None:
        years = years.exclude(pending__application=but)
    sums = dict(
        years.order_by()
        .values("pending__application__budget__region")
        .annotate(sum=Sum("amount_sek"))
        .values_list("pending__application__budget__region", "sum")
    )
    return [
        PotState(
            pot,
            sum(total for region, total in sums.items() if pot.region in (PotRegion.ALL, region)),
        )
        for pot in pots
    ]


def problems(pots: Sequence[PotState], application: Application, amount_sek: int) -> list[Problem]:
    """Return what stops ``amount_sek`` for a case: each pot that does not hold it."""
    text = _("The pot for %(region)s has %(left)s left, and this takes %(amount)s.")
    return [
        Problem(
            text
            % {
                "region": state.pot.get_region_display(),
                "left": money(state.left_sek),
                "amount": money(amount_sek),
            },
            anchor="year-1",
        )
        for state in pots
        if state.pays_for(application.budget.region) and amount_sek > state.left_sek
    ]
