"""What an agreement says: made once from the decision, kept as data, shown in two languages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from applications import letter_texts
from applications.models import Agreement, Application, Decision, TextKind
from finance.budgets import AccountingYear, accounting_years, decided_lines
from finance.versions import guideline_of
from icld_portal.localize import day, money
from icld_portal.problems import Problem
from icld_portal.wording import Block, BlockKind, Value, as_html
from partnerships.models import Organisation, OrganisationSide


@dataclass(frozen=True)
class ReportDates:
    """When the report of each accounting year and the final one are due."""

    of_years: dict[int, date]
    final_on: date


@dataclass(frozen=True)
class BudgetRow:
    """One line of the decided budget in one language, whole SEK."""

    category: str
    party: str
    amount_sek: int


@dataclass(frozen=True)
class YearRows:
    """One accounting year: its days, its sum, its report and its decided budget."""

    year: int
    first: date
    last: date
    amount_sek: int
    report_on: date
    rows: list[BudgetRow]


@dataclass(frozen=True)
class AgreementText:
    """The agreement as it is read in one language."""

    language: str
    is_signed: bool
    level: int
    heading: str
    html: SafeString
    parties: list[dict[str, str]]
    years: list[YearRows]
    total_sek: int
    final_on: date
    is_reduced: bool


def years_of(application: Application, decision: Decision) -> list[AccountingYear]:
    """Return the accounting years that have a decided sum."""
    assert application.start_on and application.end_on  # noqa: S101, PT018 - asked before submission
    numbers = decision.years.values_list("year", flat=True)
    return accounting_years(application.start_on, application.end_on, numbers)


def usual_dates(application: Application, years: Iterable[AccountingYear]) -> ReportDates:
    """Return the days that the case's own guidelines suggest for the reports."""
    spans = list(years)
    guideline = guideline_of(application.budget)
    after, final_after = guideline.report_days, guideline.final_report_days
    return ReportDates(
        {year.number: year.last + timedelta(days=after) for year in spans},
        max(year.last for year in spans) + timedelta(days=final_after),
    )


def date_problems(years: Iterable[AccountingYear], dates: ReportDates) -> list[Problem]:
    """Return what is wrong with the days of the reports: none comes before what it is about."""
    spans = list(years)
    found = []
    for span in spans:
        chosen = dates.of_years.get(span.number)
        if chosen is None or chosen <= span.last:
            text = _("The report of year %(year)d comes after %(day)s, when the year ends.")
            words = {"year": span.number, "day": day(span.last)}
            found.append(Problem(text % words, anchor=f"year-{span.number}"))
    last = max([*dates.of_years.values(), *(span.last for span in spans)])
    if dates.final_on < last:
        text = _("The final report comes last: on %(day)s or later.") % {"day": day(last)}
        found.append(Problem(text, anchor="final_on"))
    return found


def content_of(
    application: Application,
    decision: Decision,
    office: Organisation,
    *,
    dates: ReportDates,
    edition: int,
    at: datetime,
) -> dict[str, Any]:
    """Return everything the agreement says, as data that is stored and has its SHA-256."""
    spans = {span.number: span for span in years_of(application, decision)}
    amounts = dict(decision.years.order_by("year").values_list("year", "amount_sek"))
    content: dict[str, Any] = {
        "reference": application.reference,
        "edition": edition,
        "language": application.language,
        "grant_type": application.grant_type,
        "partnership": application.partnership.name,
        "title_sv": application.title_sv,
        "title_en": application.title_en,
        "start_on": day(application.start_on),
        "end_on": day(application.end_on),
        "decided_on": day(decision.decided_at),
        "decided_by": decision.decided_by.name,
        "parties": _parties(application, office),
        "years": [
            {
                "year": year,
                "first": day(spans[year].first),
                "last": day(spans[year].last),
                "amount_sek": amount,
                "report_on": day(dates.of_years[year]),
            }
            for year, amount in amounts.items()
        ],
        "total_sek": sum(amounts.values()),
        "final_on": day(dates.final_on),
        "budget": decided_budget(application, amounts),
        "conditions": [
            {"text": condition.text, "due_on": day(condition.due_on)}
            for condition in application.conditions.filter(is_released=True)
        ],
    }
    content["text"] = {
        language: _text(application, content, language, at=at)
        for language, _name in settings.LANGUAGES
    }
    return content


def _parties(application: Application, office: Organisation) -> list[dict[str, str]]:
    bound = [(office, OrganisationSide.OFFICE.value, False)]
    bound += [
        (party.organisation, party.side, party.is_grantee)
        for party in application.case_parties.select_related("organisation__country")
    ]
    return [
        {
            "name": organisation.name,
            "country_sv": organisation.country.name_sv,
            "country_en": organisation.country.name_en,
            "part": "grantee" if is_grantee else str(side),
        }
        for organisation, side, is_grantee in bound
    ]


def decided_budget(application: Application, amounts: dict[int, int]) -> list[dict[str, Any]]:
    """Return the budget of the decision by year, category and party, whole SEK, as data."""
    return [
        {
            "year": line.year,
            "party": line.organisation.name,
            "category_sv": line.category.name_sv,
            "category_en": line.category.name_en,
            "asked_sek": line.asked_sek,
            "amount_sek": line.amount_sek,
        }
        for line in decided_lines(application.budget, amounts)
    ]


def _text(
    application: Application, content: dict[str, Any], language: str, *, at: datetime
) -> dict[str, Any]:
    """Return heading and body in one language, by the staff's text in force at ``at``."""
    facts = letter_texts.case_facts(application, language) | _merge_fields(content, language)
    written = letter_texts.render(TextKind.AGREEMENT_TEXT, language, facts, at=at)
    return {
        "heading": written.subject,
        "blocks": [
            {"kind": block.kind.value, "lines": list(block.lines), "field": block.field}
            for block in written.blocks
        ],
        "wording": written.wording,
    }


def _merge_fields(content: dict[str, Any], language: str) -> dict[str, Value]:
    with translation.override(language):
        return _fields_in_language(content, language)


def _fields_in_language(content: dict[str, Any], language: str) -> dict[str, Value]:
    reports = [
        _("Year %(year)d, %(first)s – %(last)s: %(day)s") % {**row, "day": row["report_on"]}
        for row in content["years"]
    ]
    return {
        "grantee": next(one["name"] for one in content["parties"] if one["part"] == "grantee"),
        "parties": [
            f"{one['name']}, {one[f'country_{language}']}"
            for one in content["parties"]
            if one["part"] != OrganisationSide.OFFICE
        ],
        "decided_on": content["decided_on"],
        "amounts": [
            _("Year %(year)d: %(amount)s")
            % {"year": row["year"], "amount": money(row["amount_sek"])}
            for row in content["years"]
        ],
        "total": money(content["total_sek"]),
        "report_dates": [*reports, _("Final report: %(day)s") % {"day": content["final_on"]}],
        "conditions": [
            _("%(condition)s (to be met by %(day)s)")
            % {"condition": row["text"], "day": row["due_on"]}
            for row in content["conditions"]
        ],
    }


def text_in(agreement: Agreement, language: str, *, level: int = 2) -> AgreementText:
    """Return the agreement as it is read in ``language``; its headings are of ``level``."""
    content = agreement.content
    written = content["text"][language]
    return AgreementText(
        language,
        language == agreement.language,
        level,
        written["heading"],
        as_html((_block(one) for one in written["blocks"]), level=level),
        [
            {"name": one["name"], "country": one[f"country_{language}"], "part": one["part"]}
            for one in content["parties"]
        ],
        [_year_rows(row, content["budget"], language) for row in content["years"]],
        content["total_sek"],
        date.fromisoformat(content["final_on"]),
        any(row["asked_sek"] != row["amount_sek"] for row in content["budget"]),
    )


def _block(stored: dict[str, Any]) -> Block:
    return Block(BlockKind(stored["kind"]), tuple(stored["lines"]), stored["field"])


def _year_rows(row: dict[str, Any], budget: list[dict[str, Any]], language: str) -> YearRows:
    return YearRows(
        row["year"],
        date.fromisoformat(row["first"]),
        date.fromisoformat(row["last"]),
        row["amount_sek"],
        date.fromisoformat(row["report_on"]),
        [
            BudgetRow(line[f"category_{language}"], line["party"], line["amount_sek"])
            for line in budget
            if line["year"] == row["year"]
        ],
    )
