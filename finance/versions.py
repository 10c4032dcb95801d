"""Published guidelines, read once by each process: the database refuses to change them.

What is kept here is shared by all threads, and is only read. A version that is not published
yet may still be changed, and is read anew each time.
"""

from finance.models import Budget, Guideline, Statement

PUBLISHED: dict[int, Guideline] = {}


def guideline_of(budget: Budget) -> Guideline:
    """Return the guidelines of ``budget``, with their amounts and cost categories."""
    budget.guideline = _guideline(budget.guideline_id)
    return budget.guideline


def guideline_of_statement(statement: Statement) -> Guideline:
    """Return the guidelines that the accounts are held against, with their cost categories."""
    statement.guideline = _guideline(statement.guideline_id)
    return statement.guideline


def _guideline(pk: int) -> Guideline:
    found = PUBLISHED.get(pk)
    if found is None:
        found = Guideline.objects.prefetch_related("amounts", "categories").get(pk=pk)
        if found.published_at is not None:
            PUBLISHED[pk] = found
    return found
