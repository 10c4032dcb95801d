"""Public references: YYYY-NNNN, one series a year over all grant types."""

from django.db.models import F

from applications.models import ReferenceSeries


def next_reference(year: int) -> str:
    """Take the year's next number; call it last in the transaction that uses it.

    The row stays locked until the transaction ends, so numbers have neither doubles nor
    gaps: a submission that fails gives its number back. Source: the programme's lists.
    """
    ReferenceSeries.objects.get_or_create(year=year)
    series = ReferenceSeries.objects.select_for_update().get(year=year)
    ReferenceSeries.objects.filter(pk=series.pk).update(last_number=F("last_number") + 1)
    return f"{year}-{series.last_number + 1:04d}"
