"""The budget guidelines the portal begins with, as version 1.

Source: the programme's presentation of 2019 and its budget guidelines. The multi-party
preparation is a guide value, everything else per grant type as in the table below.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from finance.models import (
    CostCategory,
    GrantType,
    Guideline,
    GuidelineAmount,
    LimitKind,
    PartyCount,
    Per,
)
from partnerships.models import BudgetRegion

VALID_FROM = date(2019, 1, 1)
DAY_RATE_SEK = 4_800

# Grant type, per, kind with two parties, with three, with more; then whole SEK:
# two parties in Europe and in Africa/Asia, several parties in Europe and in Africa/Asia.
C, G = LimitKind.CEILING, LimitKind.GUIDE
TABLE = (
    (GrantType.PREPARATION, Per.CASE, (C, C, G), (220_000, 275_000, 275_000, 330_000)),
    (GrantType.DEVELOPMENT, Per.CASE, (C, C, C), (220_000, 275_000, 275_000, 330_000)),
    (GrantType.STEERING_GROUP, Per.YEAR, (G, G, G), (300_000, 300_000, 400_000, 400_000)),
    (GrantType.PROJECT, Per.YEAR, (C, C, C), (450_000, 500_000, 600_000, 650_000)),
    (GrantType.DISSEMINATION, Per.CASE, (C, C, C), (50_000, 50_000, 50_000, 50_000)),
)
# Of a steering group's amount, how much is meant for work effort: two parties, several.
STEERING_WORK_EFFORT_SEK = (150_000, 200_000)

# Code, Swedish and English name. The list is closed: what is not named is not financed.
CATEGORIES = (
    ("salary", "Lönekompensation (arbetsinsatser)", "Salary compensation (work effort)"),
    ("experts", "Experter och konsulter", "Experts and consultants"),
    ("audit", "Revision", "Audit"),
    ("travel", "Resor", "Travel"),
    ("board-lodging", "Kost och logi", "Board and lodging"),
    ("interpreters", "Tolkar", "Interpreters"),
    ("visas", "Visum och bikostnader för visum", "Visas and their side-costs"),
    ("vaccinations", "Vaccinationer", "Vaccinations"),
    ("insurance", "Försäkringar", "Insurance"),
    ("communication", "Kommunikation", "Communication"),
    ("local-travel", "Lokala resor", "Local travel"),
    ("premises", "Mindre lokalhyra", "Small rent for premises"),
    ("environment", "Klimatkompensation för resor", "Environmental compensation for travel"),
)


@transaction.atomic
def load_guideline() -> None:
    """Publish version 1, if there is no version yet."""
    if Guideline.objects.exists():
        return
    guideline = Guideline.objects.create(
        version=1, valid_from=VALID_FROM, day_rate_sek=DAY_RATE_SEK
    )
    GuidelineAmount.objects.bulk_create(amounts(guideline))
    CostCategory.objects.bulk_create(
        CostCategory(
            guideline=guideline,
            code=code,
            name_sv=name_sv,
            name_en=name_en,
            is_salary=code == "salary",
            sort_order=order,
        )
        for order, (code, name_sv, name_en) in enumerate(CATEGORIES)
    )
    guideline.published_at = timezone.now()
    guideline.save(update_fields=["published_at"])


def amounts(guideline: Guideline) -> list[GuidelineAmount]:
    """Return the table's cells: grant type × region × number of parties."""
    cells = []
    for grant_type, per, kinds, sums in TABLE:
        for count, kind in zip(PartyCount, kinds, strict=True):
            several = count != PartyCount.TWO
            for column, region in enumerate(BudgetRegion):
                cells.append(
                    GuidelineAmount(
                        guideline=guideline,
                        grant_type=grant_type,
                        region=region,
                        parties=count,
                        per=per,
                        kind=kind,
                        amount_sek=sums[column + 2 * several],
                        work_effort_sek=(
                            STEERING_WORK_EFFORT_SEK[several]
                            if grant_type == GrantType.STEERING_GROUP
                            else None
                        ),
                    )
                )
    return cells
