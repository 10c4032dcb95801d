"""What stands in a part against what a second editor sends: compared, and said in words.

Forms drawn from what is stored and forms that were sent are read alike, so that the two
can be laid side by side. A row is known by what is written in it: sent twice it is the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _

from applications.fingerprints import DIGEST_LENGTH
from applications.models import SectionWork
from icld_portal import localize
from icld_portal.canonical import fingerprint_of
from icld_portal.forms import MoneyField
from partnerships.models import User

# What a form carries for itself; nobody has written it.
NOT_WRITTEN = frozenset({"pk", "DELETE"})
Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Row:
    """One form on the page of a part, by what is written in it.

    ``title`` and ``words`` are for people; the rest is compared.
    """

    title: str
    kind: str
    pk: int | None
    values: Values
    form: Any
    under: Values = ()

    @property
    def words(self) -> list[tuple[str, str]]:
        """Each field that says something: its label, and the text."""
        facts = _facts(self.form)
        fields = [(self.form.fields[name], facts.get(name)) for name, _value in self.values]
        said = [(str(one.label), _in_words(one, value)) for one, value in fields]
        return [(label, text) for label, text in said if text]

    @property
    def itself(self) -> tuple[str, Values]:
        """What the row says, wherever it stands."""
        return self.kind, self.values


@dataclass(frozen=True)
class Standing:
    """What a second editor is shown beside their own fields.

    ``others`` stand and are not in the fields, ``gone`` are in the fields and do not
    stand any more; ``same`` counts the rows that are alike.
    """

    saved_by: str
    by_reader: bool
    saved_at: datetime | None
    others: list[Row] = field(default_factory=list)
    gone: list[Row] = field(default_factory=list)
    same: int = 0


def rows_on(named_forms: Iterable[tuple[str, Any]]) -> list[Row]:
    """Read the forms of a page, each with its name: as they were sent, else as drawn."""
    return [row for name, form in named_forms for row in _rows(name, form)]


def digest(rows: Sequence[Row]) -> str:
    """Return a short mark of what the rows say."""
    return fingerprint_of(sorted(_whole(rows).elements()))[:DIGEST_LENGTH]


def say_the_same(some: Sequence[Row], others: Sequence[Row]) -> bool:
    """Whether two pages have the same written in them."""
    return _whole(some) == _whole(others)


def only_adds(named_forms: Sequence[tuple[str, Any]], stored: Sequence[Row]) -> bool:
    """Whether the sent forms change and remove nothing of what stands: they may add rows."""
    if any(_removes(form) for _name, form in named_forms):
        return False
    known = {(row.kind, row.pk): row.values for row in stored}
    return all(
        known[row.kind, row.pk] == row.values if (row.kind, row.pk) in known else row.pk is None
        for row in rows_on(named_forms)
    )


def _removes(form: Any) -> bool:
    if not isinstance(form, BaseFormSet):
        return False
    rows: Any = form
    return any(
        rows.goes(row) or (hasattr(row, "indicators") and _removes(row.indicators))
        for row in rows.forms
    )


def laid_beside(
    sent: Sequence[Row], stored: Sequence[Row], *, last: SectionWork | None, reader: User
) -> Standing:
    """Lay what stands beside what ``reader`` has sent."""
    left = Counter(row.itself for row in sent)
    others = []
    for row in stored:
        if left[row.itself]:
            left[row.itself] -= 1
        else:
            others.append(row)
    known = {(row.kind, row.pk) for row in stored}
    return Standing(
        saved_by=last.changed_by.name if last and last.changed_by else "–",
        by_reader=bool(last and last.changed_by_id == reader.pk),
        saved_at=last.changed_at if last else None,
        others=others,
        gone=[row for row in sent if row.pk and (row.kind, row.pk) not in known],
        same=len(stored) - len(others),
    )


def _whole(rows: Sequence[Row]) -> Counter[tuple[str, Values, Values]]:
    return Counter((row.kind, row.values, row.under) for row in rows)


def _rows(name: str, form: Any, under: Row | None = None) -> Iterator[Row]:
    if not isinstance(form, BaseFormSet):
        yield _row(name, form.prefix or "", form)
        return
    kind = str(form.prefix) if under is None else "under"
    for number, one in enumerate(_written(form), start=1):
        title = f"{name} {number}" if under is None else f"{under.title}, {name} {number}"
        row = _row(title, kind, one, under)
        yield row
        if hasattr(one, "indicators"):
            yield from _rows(_("Indicator"), one.indicators, row)


def _written(rows: Any) -> Iterator[Any]:
    if rows.is_bound:
        yield from (form for form in rows.forms if not form.is_blank and not rows.goes(form))
    else:
        yield from (form for form in rows.forms if form.initial.get("pk"))


def _row(title: str, kind: str, form: Any, under: Row | None = None) -> Row:
    names = [name for name in form.fields if name not in NOT_WRITTEN]
    facts = _facts(form)
    return Row(
        title=title,
        kind=kind,
        pk=facts.get("pk"),
        values=tuple((name, _plain(facts.get(name))) for name in names),
        form=form,
        under=under.values if under else (),
    )


def _facts(form: Any) -> dict[str, Any]:
    facts: dict[str, Any] = form.cleaned_data if form.is_bound else form.initial
    return facts


def _plain(value: Any) -> str:
    """Write a value so that the stored and the sent one are written alike."""
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int):
        return str(value)
    return " ".join(str(pk) for pk in sorted(_pks(value)))


def _pks(terms: Iterable[Any]) -> set[int]:
    return {term.pk if isinstance(term, Model) else int(term) for term in terms}


def _in_words(form_field: forms.Field, value: Any) -> str:
    """Say a value as people read it; empty when nothing is written."""
    if value is None or value == "":
        return ""
    if isinstance(form_field, forms.ModelMultipleChoiceField):
        chosen = _pks(value)
        terms: Any = form_field.queryset
        return ", ".join(str(term) for term in terms if term.pk in chosen)
    if isinstance(form_field, forms.ChoiceField):
        choices: Any = form_field.choices
        sent = str(form_field.prepare_value(value))
        return next((str(text) for key, text in choices if str(key) == sent), sent)
    if isinstance(form_field, MoneyField):
        return localize.money(value)
    return str(form_field.prepare_value(value))
