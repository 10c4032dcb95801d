"""The rows of accounts as forms: a cost with its voucher, days of salary, receipts, comments."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from finance.accounts import ore
from finance.accounts.totals import KindSum, Unsaved
from finance.models import AccountLine, CostCategory, DeviationComment, SalaryRow
from finance.models.statements import HIGHEST, SEK
from icld_portal.files import UploadsField
from icld_portal.forms import DayField, DaysField, LongTextField, OreField, RateField, SafeCharField
from icld_portal.page_forms import PageForm
from icld_portal.seen_forms import SeenForm
from icld_portal.shared_texts import TextRow, TextsForm
from icld_portal.widgets import SharedSelect
from partnerships.models import Organisation

CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
HIGHEST_IN_CURRENCY = Decimal("999999999999.99")
HIGHEST_DAY_COST = Decimal("999999.99")
DAYS_OF_A_YEAR = 366
COMMENT_MAX_LENGTH = 4000
# The hidden field that says: there really are two costs that look alike.
AGAIN = "again"


class CurrencyField(SafeCharField):
    """Three letters, such as EUR; nothing is SEK."""

    def to_python(self, value: Any) -> str:
        """Return the letters as capitals."""
        code = (super().to_python(value) or "").upper() or SEK
        if not CURRENCY.fullmatch(code):
            raise forms.ValidationError(_("Write the currency as three letters, such as EUR."))
        return code


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

    voucher = SafeCharField(label=_("Voucher"), max_length=40)
    booked_on = DayField(label=_("Date"))
    text = SafeCharField(label=_("What it is"), max_length=200)
    amount = OreField(label=_("Amount in SEK"), below_zero=True, required=False)
    currency = CurrencyField(
        label=_("Currency"),
        required=False,
        initial=SEK,
        max_length=3,
        help_text=_("SEK, or three letters such as EUR: the amount in SEK is then worked out."),
    )
    amount_currency = OreField(
        label=_("Amount in the currency"),
        below_zero=True,
        required=False,
        most=HIGHEST_IN_CURRENCY,
    )
    rate = RateField(label=_("SEK for one unit"), required=False)
    rate_on = DayField(label=_("Day of the rate"), required=False)
    comment = SafeCharField(
        label=_("Comment"),
        required=False,
        max_length=500,
        help_text=_("Needed where something is unusual, such as a sum below zero."),
    )

    def __init__(
        self,
        row: AccountLine | None = None,
        data: Any = None,
        *,
        parties: Sequence[Organisation],
        categories: Sequence[CostCategory],
    ) -> None:
        super().__init__(row, data)
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
        if cleaned["currency"] == SEK:
            cleaned |= {"amount_currency": None, "rate": None, "rate_on": None}
            if cleaned["amount"] is None:
                self.add_error("amount", _("Write the amount, for example 1 234,50."))
        else:
            self._convert(cleaned)
        return cleaned

    def _convert(self, cleaned: dict[str, Any]) -> None:
        for name, text in {
            "amount_currency": _("Write the amount in the currency, for example 1 234,50."),
            "rate": _("Write what one unit costs in kronor, for example 11,4527."),
            "rate_on": _("Write the day of the rate."),
        }.items():
            if cleaned[name] is None:
                self.add_error(name, text)
        if self.errors.keys() & {"amount_currency", "rate", "rate_on"}:
            cleaned["amount"] = None
            return
        amount = ore.in_sek(cleaned["amount_currency"], cleaned["rate"])
        if not 0 < abs(amount) <= HIGHEST:
            self.add_error("amount_currency", _("That is not between 0,01 and 99 999 999,99 kr."))
            return
        cleaned["amount"] = amount

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

    person = SafeCharField(
        label=_("Person"),
        max_length=120,
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
    )
    first_on = DayField(label=_("First day"))
    last_on = DayField(label=_("Last day"))
    days = DaysField(label=_("Days"))
    day_cost = OreField(
        label=_("Cost per day"),
        most=HIGHEST_DAY_COST,
        help_text=_("Actual salary plus social charges, SEK."),
    )
    comment = SafeCharField(label=_("Comment"), required=False, max_length=500)

    def clean_person(self) -> str:
        """Write a name with single spaces, so that the same person is known again."""
        return " ".join(self.cleaned_data["person"].split())

    def clean_days(self) -> Decimal:
        """Nobody works more days than a year has."""
        days: Decimal = self.cleaned_data["days"]
        if days > DAYS_OF_A_YEAR:
            raise forms.ValidationError(_("A year has at most 366 days."))
        return days

    def clean(self) -> dict[str, Any]:
        """Work out what the days cost."""
        cleaned = super().clean()
        first, last = cleaned.get("first_on"), cleaned.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", _("The last day is before the first."))
        if cleaned.get("days") is not None and cleaned.get("day_cost") is not None:
            cleaned["amount"] = ore.salary(cleaned["days"], cleaned["day_cost"])
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
