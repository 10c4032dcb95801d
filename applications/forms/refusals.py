"""What was refused on a page of forms and tables, each with the id of its field."""

from typing import Any

from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _

from icld_portal.problems import Problem


def refused_in(form: Any, place: str = "") -> list[Problem]:
    """Return what was refused in a form or a table; ``place`` says where it stands."""
    if isinstance(form, BaseFormSet):
        return _row_errors(form, place)
    if not form.is_bound:
        return []
    return [
        Problem(place + _with_label(form, name, str(text)), anchor=_anchor(form, name))
        for name, texts in form.errors.items()
        for text in texts
    ]


def _row_errors(rows: Any, place: str) -> list[Problem]:
    """What was refused in a table, each with the row it is about."""
    found = [Problem(place + str(text)) for text in rows.non_form_errors()]
    for number, row in enumerate(rows.forms, start=1):
        here = place + _("Row %(number)d") % {"number": number} + ", "
        found += refused_in(row, here)
        if hasattr(row, "indicators"):
            found += _row_errors(row.indicators, here)
    return found


def _with_label(form: Any, name: str, text: str) -> str:
    return f"{form[name].label}: {text}" if name in form.fields else text


def _anchor(form: Any, name: str) -> str:
    if name not in form.fields:
        return ""
    return str(form[name].id_for_label or form[name].auto_id)
