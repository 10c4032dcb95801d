"""The guidelines page shows the table as the database has it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from finance.models import Guideline
from finance.views.guidelines import COLUMNS, rows
from icld_portal.localize import money


@pytest.mark.django_db
def test_every_amount_stands_in_its_row_and_column():
    guideline = Guideline.objects.in_force_on(timezone.localdate())

    table = {str(row.label): row.amounts for row in rows(guideline)}

    shown = [amount for amounts in table.values() for amount in amounts if amount]
    assert len(shown) == guideline.amounts.count()
    for amounts in table.values():
        for (parties, region), amount in zip(COLUMNS, amounts, strict=True):
            assert amount is None or (amount.parties, amount.region) == (parties, region)


@pytest.mark.django_db
def test_the_page_shows_the_day_rate_and_every_amount(client):
    guideline = Guideline.objects.in_force_on(timezone.localdate())

    text = client.get("/guidelines/").content.decode()

    assert money(guideline.day_rate_sek) == "4\u00a0800\u00a0kr"
    for amount in [guideline.day_rate_sek, *guideline.amounts.values_list("amount_sek", flat=True)]:
        assert money(amount) in text
    for category in guideline.categories.all():
        assert category.name_sv in text


@pytest.mark.django_db
def test_a_version_that_is_not_yet_valid_is_not_shown(client):
    Guideline.objects.create(
        version=99,
        valid_from=timezone.localdate() + timedelta(days=1),
        published_at=timezone.now(),
        day_rate_sek=9_999,
    )

    assert money(9_999) not in client.get("/guidelines/").content.decode()
