"""Published guidelines, read once by each process: the database refuses to change them.

What is kept here is shared by all threads, and is only read. A version that is not published
yet may still be changed, and is read anew each time.
"""

from finance.models import Budget, Guideline

PUBLISHED: dict[int, Guideline] = {}


def guideline_of(budget: Budget) -> Guideline:
    """Return the guidelines of ``budget``, with their amounts and cost categories."""
    found = PUBLISHED.get(budget.guideline_id)
    if found is None:
        found = Guideline.objects.prefetch_related("amounts", "categories").get(
            pk=budget.guideline_id
        )
        if found.published_at is not None:
            PUBLISHED[found.pk] = found
    budget.guideline = found
    return found
