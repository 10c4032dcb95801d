"""A condition on many rows by their numbers."""

import pytest

from icld_portal.among import among
from partnerships.models import Country

pytestmark = pytest.mark.django_db


def test_it_finds_what_a_list_of_numbers_finds(django_assert_num_queries):
    numbers = list(Country.objects.order_by("pk").values_list("pk", flat=True))
    assert len(numbers) > 2

    found = Country.objects.filter(among("pk", [numbers[0], None, numbers[2], -1, 2**40]))

    assert set(found.values_list("pk", flat=True)) == {numbers[0], numbers[2]}
    with django_assert_num_queries(0):
        assert not Country.objects.filter(among("pk", [None]))
