"""Tables that people fill in row by row; without JavaScript each save gives a blank row."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from icld_portal.page_forms import PageForm, dress
from icld_portal.widgets import SharedSelect
from partnerships.models import Organisation

if TYPE_CHECKING:
    RowFormSet = BaseFormSet["RowForm"]
else:
    RowFormSet = BaseFormSet

# No case needs more; keeps the work of one request bounded.
MOST_ROWS = 60
PK_MAX = 2**62


class RowForm(PageForm):
    """One row; ``pk`` says which stored row it is, if any."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=PK_MAX)

    def has_changed(self) -> bool:
        """A stored row always counts; a new one when something is written in it.

        A choice alone says nothing: every new row comes with its first one made.
        """
        if self.initial.get("pk"):
            return True
        return any(
            str(self.data.get(self.add_prefix(name), "")).strip()
            for name, field in self.fields.items()
            if not isinstance(field, forms.ChoiceField | forms.BooleanField)
        )

    @property
    def is_blank(self) -> bool:
        """Whether this is a new row in which nothing was written."""
        return not self.has_changed()


class PartyField(forms.TypedChoiceField):
    """One of the case's own parties; any other id is refused. All rows share one field."""

    def __init__(self, parties: Sequence[Organisation], **options: Any) -> None:
        self.by_pk = {str(party.pk): party for party in parties}
        choices = [(pk, party.name) for pk, party in self.by_pk.items()]
        options.setdefault("initial", parties[0] if parties else None)
        options.setdefault("widget", SharedSelect)
        super().__init__(choices=choices, coerce=lambda pk: self.by_pk[str(pk)], **options)

    def prepare_value(self, value: Any) -> Any:
        """Mark the party by its id."""
        return value.pk if isinstance(value, Organisation) else value


class RowSet(RowFormSet):
    """Rows of one table. A stored row is known by its id, never by its place."""

    def add_fields(self, form: RowForm, index: int | None) -> None:
        """Name the removal in words."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove")
            dress(form.fields["DELETE"])

    def goes(self, form: RowForm) -> bool:
        """Whether the row was ticked for removal."""
        return bool(self.can_delete and self._should_delete_form(form))  # type: ignore[attr-defined]

    def save_rows(
        self, stored: dict[int, Any], make: Callable[[], Any]
    ) -> list[tuple[RowForm, Any]]:
        """Change stored rows, add new ones, delete those that go.

        A row whose id is not in ``stored`` (another case's, or removed meanwhile) is made
        anew: a tampered id reaches nothing, and no text is lost.
        """
        written = []
        for form in self.forms:
            row = stored.get(form.cleaned_data.get("pk") or 0)
            if self.goes(form):
                if row is not None:
                    row.delete()
            elif not form.is_blank:
                written.append((form, _write(row if row is not None else make(), form)))
        return written


def _write(row: Any, form: RowForm) -> Any:
    facts = {k: v for k, v in form.cleaned_data.items() if k not in ("pk", "DELETE")}
    if row.pk and all(getattr(row, name) == value for name, value in facts.items()):
        return row
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    return row


def rows_of(
    form: type[RowForm], *, rows: type[RowSet] = RowSet, most: int = MOST_ROWS, blank: int = 1
) -> Any:
    """Return the class of a table of ``form`` rows with ``blank`` new ones at its end."""
    return formset_factory(
        form,
        formset=rows,
        extra=blank,
        can_delete=True,
        can_delete_extra=False,
        max_num=most,
        absolute_max=most + blank,
        validate_max=True,
    )


def facts_of(row: Any, *names: str) -> dict[str, Any]:
    """Return a stored row as a form's initial values; empty for a row that is gone."""
    return {name: getattr(row, name) for name in ("pk", *names)} if row is not None else {}


def stored_in_order(data: Any, prefix: str, stored: Sequence[Any]) -> list[Any]:
    """Return the stored rows in the order in which the sent form names them.

    Another editor may have added or removed rows since the page was opened, so places
    mean nothing; what the form names and is not stored is None.
    """
    if data is None:
        return list(stored)
    by_pk = {str(row.pk): row for row in stored}
    found: list[Any] = []
    while (pk := data.get(f"{prefix}-{len(found)}-pk")) is not None and len(found) <= MOST_ROWS:
        found.append(by_pk.get(pk))
    return found
