"""Results with indicators, activities and risks: rows that grow by one blank row a save."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.rows import PartyField, RowForm, RowSet, facts_of, rows_of, stored_in_order
from applications.models import Activity, Application, Indicator, Result, Risk
from applications.models.plan import SCALE
from finance.models.budgets import MAX_YEARS
from icld_portal.forms import LongTextField, MoneyField, SafeCharField
from partnerships.models import Organisation

YEARS = [(year, str(year)) for year in range(1, MAX_YEARS + 1)]
MOST_INDICATORS = 15
SHORT_AREA = {"rows": 3}


class IndicatorForm(RowForm):
    """How a result is measured."""

    text = SafeCharField(label=_("Indicator"), max_length=300)
    baseline = SafeCharField(label=_("Baseline"), max_length=200, required=False)
    target = SafeCharField(label=_("Target"), max_length=200, required=False)
    source = SafeCharField(label=_("Source of verification"), max_length=300, required=False)


class ResultForm(RowForm):
    """An expected result."""

    text = LongTextField(
        label=_("Expected result"), max_length=2000, widget=forms.Textarea(attrs=SHORT_AREA)
    )
    indicators: RowSet


class ActivityForm(RowForm):
    """What a party does in a year."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int, choices=YEARS, initial=1)
    text = LongTextField(
        label=_("Activity"), max_length=2000, widget=forms.Textarea(attrs=SHORT_AREA)
    )
    cost_sek = MoneyField(label=_("Cost, if known"), required=False)

    def __init__(self, *args: Any, party: PartyField, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_field("organisation", party)
        self.order_fields(["pk", "year", "organisation", "text", "cost_sek"])


class RiskForm(RowForm):
    """What may go wrong, and what is done about it."""

    text = LongTextField(label=_("Risk"), max_length=1000, widget=forms.Textarea(attrs=SHORT_AREA))
    probability = forms.TypedChoiceField(
        label=_("Probability, 1 low to 5 high"), coerce=int, choices=SCALE, initial=3
    )
    consequence = forms.TypedChoiceField(
        label=_("Consequence, 1 low to 5 high"), coerce=int, choices=SCALE, initial=3
    )
    measure = LongTextField(
        label=_("Measure"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs=SHORT_AREA),
    )
    owner = SafeCharField(label=_("Who watches this risk"), max_length=120, required=False)


RiskRows = rows_of(RiskForm)
ActivityRows = rows_of(ActivityForm)
IndicatorRows = rows_of(IndicatorForm, most=MOST_INDICATORS)


class ResultSet(RowSet):
    """Results, each carrying its own rows of indicators."""

    def __init__(self, *args: Any, stored: Sequence[Result] = (), **kwargs: Any) -> None:
        self.indicators_of = {row.pk: list(row.indicators.all()) for row in stored}
        super().__init__(*args, **kwargs)

    def add_fields(self, form: RowForm, index: int | None) -> None:
        """Give the result its indicators, named under its own prefix."""
        super().add_fields(form, index)
        prefix = f"{form.prefix}-indicators"
        data = self.data if self.is_bound else None
        rows = self.indicators_of.get(int(form.initial.get("pk") or 0), [])
        initial = [
            facts_of(row, "text", "baseline", "target", "source")
            for row in stored_in_order(data, prefix, rows)
        ]
        form.indicators = IndicatorRows(data, prefix=prefix, initial=initial, auto_id="%s")  # type: ignore[attr-defined]

    def is_valid(self) -> bool:
        """The results, and the indicators of those that stay."""
        valid = super().is_valid()
        for form in self.forms:
            if self.goes(form):
                continue
            written = any(row.has_changed() for row in form.indicators.forms)  # type: ignore[attr-defined]
            if form.is_blank and written:
                form.add_error("text", _("Write the result that this indicator measures."))
                valid = False
            valid = form.indicators.is_valid() and valid  # type: ignore[attr-defined]
        return valid


ResultRows = rows_of(ResultForm, rows=ResultSet)


def result_rows(data: Any, application: Application) -> RowSet:
    """The results of ``application`` as rows."""
    stored = list(application.results.prefetch_related("indicators"))
    initial = [facts_of(row, "text") for row in stored_in_order(data, "results", stored)]
    rows: RowSet = ResultRows(data, prefix="results", initial=initial, stored=stored, auto_id="%s")
    return rows


def save_results(rows: RowSet, application: Application) -> None:
    """Write results and their indicators to a locked draft."""
    stored = {row.pk: row for row in application.results.prefetch_related("indicators")}
    known = {pk: {row.pk: row for row in result.indicators.all()} for pk, result in stored.items()}
    for form, result in rows.save_rows(stored, lambda: Result(application=application)):
        form.indicators.save_rows(  # type: ignore[attr-defined]
            known.get(result.pk, {}), lambda result=result: Indicator(result=result)
        )


def activity_rows(data: Any, application: Application, parties: Sequence[Organisation]) -> RowSet:
    """The activities of ``application`` as rows."""
    stored = list(application.activities.select_related("organisation"))
    initial = [
        facts_of(row, "year", "organisation", "text", "cost_sek")
        for row in stored_in_order(data, "activities", stored)
    ]
    party = PartyField(parties, label=_("Responsible party"))
    rows: RowSet = ActivityRows(
        data, prefix="activities", initial=initial, form_kwargs={"party": party}, auto_id="%s"
    )
    return rows


def save_activities(rows: RowSet, application: Application) -> None:
    """Write the activities to a locked draft."""
    stored = {row.pk: row for row in application.activities.select_related("organisation")}
    rows.save_rows(stored, lambda: Activity(application=application))


def risk_rows(data: Any, application: Application) -> RowSet:
    """The risks of ``application`` as rows."""
    stored = stored_in_order(data, "risks", list(application.risks.all()))
    names = ("text", "probability", "consequence", "measure", "owner")
    rows: RowSet = RiskRows(
        data, prefix="risks", initial=[facts_of(row, *names) for row in stored], auto_id="%s"
    )
    return rows


def save_risks(rows: RowSet, application: Application) -> None:
    """Write the risks to a locked draft."""
    stored = {row.pk: row for row in application.risks.all()}
    rows.save_rows(stored, lambda: Risk(application=application))
