"""Grants that were decided before budgets were kept with them get theirs, and their entries."""

from collections import Counter

from django.db import migrations

from finance.budgets import shared_by_weight


def give_budgets(apps, schema_editor):
    Grant = apps.get_model("finance", "Grant")
    GrantBudget = apps.get_model("finance", "GrantBudget")
    GrantBudgetLine = apps.get_model("finance", "GrantBudgetLine")
    LedgerEntry = apps.get_model("finance", "LedgerEntry")
    Application = apps.get_model("applications", "Application")
    for grant in Grant.objects.filter(budgets=None).iterator():
        case = Application.objects.select_related("decision").get(reference=grant.reference)
        decided = {"by": case.decision.decided_by_id, "at": case.decision.decided_at}
        made = GrantBudget.objects.create(
            grant=grant, version=1, made_by_id=decided["by"], made_at=decided["at"]
        )
        asked = Counter()
        for line in case.budget.lines.order_by("year", "category__sort_order", "pk"):
            asked[line.year, line.organisation_id, line.category_id] += line.amount_sek
        for year in grant.years.order_by("year"):
            keys = [key for key in asked if key[0] == year.year]
            shared = shared_by_weight(year.decided_sek, [asked[key] for key in keys])
            GrantBudgetLine.objects.bulk_create(
                GrantBudgetLine(
                    budget=made,
                    year=year.year,
                    organisation_id=key[1],
                    category_id=key[2],
                    amount_sek=amount,
                )
                for key, amount in zip(keys, shared, strict=True)
            )
            if year.decided_sek:
                LedgerEntry.objects.create(
                    grant=grant,
                    year=year.year,
                    kind="granted",
                    amount=year.decided_sek,
                    budget=made,
                    booked_by_id=decided["by"],
                    booked_at=decided["at"],
                )


class Migration(migrations.Migration):
    dependencies = [("applications", "0034_reports_and_change_requests")]

    operations = [migrations.RunPython(give_budgets, migrations.RunPython.noop, elidable=True)]
