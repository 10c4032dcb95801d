"""A condition on many rows by their numbers, sent as one array.

``field__in=[…]`` sends each number by itself: 1 500 of them take longer to write down than to
find, and a list of another length is another statement, planned anew (decision 0010).
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Lookup, Q


class Among(Lookup):  # type: ignore[type-arg]
    """``field = ANY(array)``: an array as Postgres writes it, or an expression."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        array, numbers = self.process_rhs(compiler, connection)
        return f"{column} = ANY(({array})::bigint[])", [*params, *numbers]


def among(field: str, numbers: Iterable[int | None]) -> Q:
    """Return that ``field``, an id, is one of ``numbers``; of none Postgres is not asked."""
    # Written as Postgres reads it: psycopg looks at each number of a list by itself.
    wanted = ",".join(str(number) for number in numbers if number is not None)
    return Q(Among(F(field), f"{{{wanted}}}")) if wanted else Q(pk__in=[])
