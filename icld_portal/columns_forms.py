"""The columns of one row as a form: a column that its table gets is on the page by itself."""

from typing import Any

from django.db import models

from icld_portal.forms import formfield
from icld_portal.seen_forms import SeenForm

# What says which row it is and where it stands; written by the deeds, never by hand.
NOT_WRITTEN = frozenset(
    {"key", "code", "value", "sort_order", "version", "published_at", "purpose", "grant_type"}
)


class ColumnsForm(SeenForm):
    """What people write in a row of ``model``; ``row`` is None for a new one."""

    def __init__(
        self,
        model: type[models.Model],
        row: models.Model | None,
        data: Any = None,
        *,
        leave_out: frozenset[str] = frozenset(),
        **also_stored: Any,
    ) -> None:
        columns = [
            column
            for column in model._meta.concrete_fields
            if not (column.primary_key or column.is_relation)
            and column.name not in NOT_WRITTEN | leave_out
        ]
        stored = {
            column.name: getattr(row, column.name) if row else column.get_default()
            for column in columns
        }
        super().__init__(stored | also_stored, data)
        for column in columns:
            field = formfield(column)
            if field is None:
                continue
            if isinstance(column, models.IntegerField):
                # What the column cannot hold is told here and not by the database.
                field.validators += column.validators
            optional = column.blank and not isinstance(column, models.BooleanField)
            self.add_field(column.name, field, optional=optional)
