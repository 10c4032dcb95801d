"""The rows of accounts as forms: a cost with its voucher, days of salary, receipts, comments."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from finance.accounts.rows import check_line, check_salary, line_fields, salary_fields
from finance.accounts.totals import KindSum, Unsaved
from finance.models import AccountLine, CostCategory, DeviationComment, SalaryRow
from icld_portal.files import UploadsField
from icld_portal.forms import LongTextField
from icld_portal.page_forms import PageForm
from icld_portal.seen_forms import SeenForm
from icld_portal.shared_texts import TextRow, TextsForm
from icld_portal.widgets import SharedSelect
from partnerships.models import Organisation

COMMENT_MAX_LENGTH = 4000
# The hidden field that says: there really are two costs that look alike.
AGAIN = "again"


class CostForm(SeenForm):
    """One row, stored or new; ``columns`` are what is written in it."""

    model: ClassVar[type[AccountLine] | type[SalaryRow]]
    columns: ClassVar[tuple[str, ...]]
    # What makes two rows look like one that was sent twice.
    alike: ClassVar[tuple[str, ...]]

    def __init__(self, row: Any = None, data: Any = None, **options: Any) -> None:
        self.row = row
        stored = {name: getattr(row, name) for name in self.columns} if row else {}
        super().__init__(stored, data, auto_id="id_%s", **options)

    def facts(self) -> dict[str, Any]:
        """The columns of the row as they were written, with the amount in SEK."""
        return {name: self.cleaned_data.get(name) for name in self.columns} | {
            "amount": self.cleaned_data["amount"],
            "comment": self.cleaned_data.get("comment") or "",
        }

    def refuse_twin(self, rows: Any) -> bool:
        """Whether a new row is one that is there already, and nobody has said that it is another.

        A page that is sent twice, or sent again by the back button, must not count twice.
        """
        if self.row is not None or self.data.get(AGAIN) == "yes":
            return False
        known = self.facts()
        if not rows.filter(**{name: known[name] for name in self.alike}).exists():
            return False
        self.asks_again = True
        self.add_error(
            None, _("There is a row like this one already. Save again if this is another cost.")
        )
        return True

    asks_again = False

    @property
    def readable(self) -> bool:
        """Whether what is typed can be counted, whoever has saved meanwhile."""
        self.is_valid()
        return self.cleaned_data.get("amount") is not None and not set(self.errors) - {"__all__"}


class LineForm(CostForm):
    """One cost: in SEK, or in another currency with its rate and the day of the rate."""

    model = AccountLine
    columns = (
        "voucher",
        "booked_on",
        "text",
        "organisation_id",
        "category_id",
        "amount",
        "currency",
        "amount_currency",
        "rate",
        "rate_on",
        "comment",
    )
    alike = ("voucher", "booked_on", "text", "organisation_id", "category_id", "amount", "currency")
    optional = frozenset({"amount_currency", "rate", "rate_on", "comment"})

    def __init__(
        self,
        row: AccountLine | None = None,
        data: Any = None,
        *,
        parties: Sequence[Organisation],
        categories: Sequence[CostCategory],
    ) -> None:
        super().__init__(row, data)
        for name, field in line_fields().items():
            self.add_field(name, field, optional=name in self.optional)
        self.add_field("organisation_id", choice(_("Party"), [(p.pk, p.name) for p in parties]))
        kinds = [(category.pk, str(category)) for category in categories]
        if row is not None and row.category_id not in {pk for pk, _name in kinds}:
            kinds.append((row.category_id, str(row.category)))
        self.add_field("category_id", choice(_("Cost category"), kinds))
        self.order_fields(["voucher", "booked_on", "text", "organisation_id", "category_id"])

    def clean(self) -> dict[str, Any]:
        """Work out SEK from another currency; without one there is no rate to keep."""
        cleaned = super().clean()
        if set(self.errors) - {"__all__"}:
            return cleaned
        for name, text in check_line(cleaned).items():
            self.add_error(name, text)
        return cleaned

    def typed(self) -> Unsaved | None:
        """The row as it counts now, if it can be read."""
        if not self.readable:
            return None
        facts = self.cleaned_data
        return Unsaved(facts["organisation_id"], facts["category_id"], facts["amount"])


class SalaryForm(CostForm):
    """Days that one person worked; what they cost is worked out."""

    model = SalaryRow
    columns = ("person", "first_on", "last_on", "days", "day_cost", "comment")
    alike = ("person", "first_on", "last_on", "days", "day_cost")
    optional = frozenset({"comment"})

    def __init__(self, row: SalaryRow | None = None, data: Any = None) -> None:
        super().__init__(row, data)
        for name, field in salary_fields().items():
            self.add_field(name, field, optional=name in self.optional)

    def clean(self) -> dict[str, Any]:
        """Work out what the days cost."""
        cleaned = super().clean()
        for name, text in check_salary(cleaned).items():
            self.add_error(name, text)
        return cleaned

    def typed(self) -> Decimal | None:
        """What the row costs, if it can be read."""
        return self.cleaned_data["amount"] if self.readable else None


def choice(label: Any, choices: Sequence[tuple[int, str]]) -> forms.TypedChoiceField:
    """Return a list of rows by their ids."""
    initial = choices[0][0] if choices else None
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=int, initial=initial, widget=SharedSelect
    )


class ReceiptsForm(PageForm):
    """Files that show a cost, or several."""

    receipts = UploadsField(
        label=_("Files"),
        help_text=_("PDF, picture, Word or Excel, at most 10 MB each."),
        error_messages={"required": _("Choose a file.")},
    )


class DeviationsForm(TextsForm[KindSum]):
    """One comment for each kind of cost that became much more or less than was decided."""

    def __init__(
        self,
        data: Any = None,
        *,
        kinds: Iterable[KindSum],
        comments: Mapping[tuple[int, int], DeviationComment],
    ) -> None:
        super().__init__(data, subjects=kinds, stored=comments)

    def key_of(self, subject: KindSum) -> Any:
        return subject.key

    def field_for(self, subject: KindSum) -> forms.Field:
        return LongTextField(
            label=_("%(category)s, %(party)s")
            % {"category": subject.category, "party": subject.organisation.name},
            required=False,
            max_length=COMMENT_MAX_LENGTH,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def name_of(self, subject: KindSum) -> str:
        return subject.anchor

    def token_name(self, subject: KindSum) -> str:
        return f"seen-{subject.anchor}"

    def rows(self) -> list[tuple[KindSum, TextRow]]:
        """Each kind with its field and, if somebody else was first, their text."""
        return [
            (
                kind,
                TextRow(
                    self[self.name_of(kind)],
                    self[self.token_name(kind)],
                    self.conflicts.get(kind.key),
                ),
            )
            for kind in self.subjects
        ]
