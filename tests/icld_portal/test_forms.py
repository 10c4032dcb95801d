"""What the fields read, what they refuse, and that nothing written is lost."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis.strategies import decimals, integers, text

from applications.models import Application
from finance.models import BudgetLine
from icld_portal.forms import (
    MONEY_MAX_SEK,
    DayField,
    DaysField,
    LongTextField,
    MoneyField,
    OreField,
    RateField,
    SafeCharField,
    formfield,
)
from icld_portal.localize import money
from icld_portal.text import count_words


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def refusal(field, written):
    with pytest.raises(ValidationError) as refused:
        field.clean(written)
    return refused.value.messages[0]


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("650000", 650_000),
        ("650 000", 650_000),
        ("650\u00a0000", 650_000),
        ("650\u202f000", 650_000),
        ("650\u2009000", 650_000),
        ("650 000,00", 650_000),
        (" 650 000 kr ", 650_000),
        ("650 000\u00a0Kr", 650_000),
        ("1 234 567 SEK", 1_234_567),
        ("0", 0),
        ("99 999 999", 99_999_999),
        (650_000, 650_000),
    ],
)
def test_money_is_read_as_people_write_it(written, amount):
    assert MoneyField().clean(written) == amount


@pytest.mark.parametrize(
    "written",
    ["650.000", "650,000", "1e5", "0x10", "65 0000", "6 50", "650 000,0", "kr", "+5", "1_000", "½"],
)
def test_money_that_could_mean_two_things_is_refused_with_an_example(written):
    assert refusal(MoneyField(), written) == "Write whole kronor, for example 650 000."


@pytest.mark.parametrize("written", ["٦٥٠", "65\x00", "650\n000", "9" * 5_000, " " * 100_000 + "x"])
def test_money_that_no_keyboard_wrote_is_refused(written):
    assert refusal(MoneyField(), f"1{written}1").startswith("Write whole kronor")


@pytest.mark.parametrize(
    ("written", "begins"),
    [
        ("650 000,50", "Write whole kronor without öre"),
        ("-5", "The amount cannot be below zero"),
        ("−5", "The amount cannot be below zero"),
        ("100 000 000", "The amount can be at most"),
    ],
)
def test_money_says_what_is_wrong(written, begins):
    assert refusal(MoneyField(), written).startswith(begins)


def test_money_that_is_optional_may_be_empty():
    assert MoneyField(required=False).clean("  ") is None
    assert refusal(MoneyField(), "") == "This field is required."


class BudgetForm(forms.Form):
    amount = MoneyField()
    days = DaysField(required=False)
    first_day = DayField(required=False)
    summary = LongTextField(required=False)


def test_stored_values_are_shown_grouped_and_with_a_comma():
    form = BudgetForm(
        initial={"amount": 650_000, "days": Decimal("31.50"), "first_day": date(2027, 3, 15)}
    )

    assert 'value="650\u00a0000"' in str(form["amount"])
    assert 'inputmode="numeric"' in str(form["amount"])
    assert 'value="31,5"' in str(form["days"])
    assert 'type="date" name="first_day" value="2027-03-15"' in str(form["first_day"])


@given(integers(min_value=0, max_value=MONEY_MAX_SEK))
def test_an_amount_copied_from_a_page_is_read_back(amount):
    assert MoneyField().clean(money(amount)) == amount
    assert MoneyField().clean(MoneyField().prepare_value(amount)) == amount


@given(decimals(min_value="0.01", max_value="9999.99", places=2))
def test_days_as_they_are_shown_are_read_back(days):
    assert DaysField().clean(DaysField().prepare_value(days)) == days


@given(text(max_size=60))
def test_whatever_is_written_is_read_or_refused_with_words(written):
    said = []
    for field in (MoneyField(), DaysField(), DayField(), LongTextField(), SafeCharField()):
        try:
            field.clean(written)
        except ValidationError as refused:
            said += refused.messages

    assert all(said)


def test_what_is_shown_is_read_back_as_unchanged():
    stored = {"amount": 650_000, "days": Decimal("20.00")}
    shown = {name: BudgetForm(initial=stored)[name].value() for name in stored}

    assert not BudgetForm(shown, initial=stored).has_changed()


def test_refused_values_are_shown_as_they_were_written():
    form = BudgetForm({"amount": "650.000", "days": "en <b>", "summary": "a\x00b\x07 " + "x" * 99})

    assert not form.is_valid()
    assert 'value="650.000"' in str(form["amount"])
    assert 'value="en &lt;b&gt;"' in str(form["days"])
    assert "a�b� " + "x" * 99 in str(form["summary"])
    assert "U+0000" in form.errors["summary"][0]


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("31,25", "31.25"),
        ("31.25", "31.25"),
        ("31", "31"),
        ("0,5", "0.5"),
        ("9 999,99", "9999.99"),
    ],
)
def test_days_are_read_with_comma_or_point(written, days):
    assert DaysField().clean(written) == Decimal(days)


@pytest.mark.parametrize(
    ("written", "begins"),
    [
        ("1.250", "Write the number of days"),
        ("31,255", "Write the number of days"),
        ("1e1", "Write the number of days"),
        ("NaN", "Write the number of days"),
        ("0,00", "The number of days must be above zero"),
        ("-2", "The number of days must be above zero"),
        ("10 000", "The number of days can be at most"),
    ],
)
def test_days_say_what_is_wrong(written, begins):
    assert refusal(DaysField(), written).startswith(begins)


@pytest.mark.parametrize("day", [date(2009, 1, 1), date(2027, 3, 15), date(2100, 12, 31)])
def test_a_day_is_read_in_iso_form(day):
    assert DayField().clean(day.isoformat()) == day


@pytest.mark.parametrize("written", ["03/04/2026", "2027-3-5", "20270315", "2027-02-30", "15 mars"])
def test_a_day_in_another_form_is_refused_and_repeated(written):
    assert refusal(DayField(), written) == (
        f"“{written}” is not a day. Write year-month-day, for example 2027-03-15."
    )


@pytest.mark.parametrize("written", ["2008-12-31", "2101-01-01", "0001-01-01"])
def test_a_day_outside_the_range_is_refused(written):
    assert refusal(DayField(), written).startswith(f"“{written}” is outside the years 2009–2100.")


def test_text_gets_plain_line_ends_and_keeps_every_paragraph():
    assert LongTextField().clean("  ett\r\ntvå\rtre\n\tfyra ") == "ett\ntvå\ntre\n\tfyra"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x9f", "\ufffe"])
def test_hidden_characters_are_refused_by_name(character):
    for field in (LongTextField(), SafeCharField()):
        assert f"U+{ord(character):04X}" in refusal(field, f"before{character}after")


def test_a_hidden_character_passes_once_it_is_visible():
    shown = LongTextField().bound_data("a\x00b", None)

    assert LongTextField().clean(shown) == "a�b"


def test_a_hundred_thousand_characters_pass_and_one_more_does_not():
    assert len(LongTextField().clean("x" * 100_000)) == 100_000
    assert refusal(LongTextField(), "x" * 100_001) == (
        "The text is too long: at most 100000 characters, it has 100001."
    )


def test_the_browser_is_never_told_to_cut_a_text():
    assert "maxlength" not in str(BudgetForm()["summary"])


@pytest.mark.parametrize("written", ["two\nlines", "two\r\nlines", "two\u2028lines"])
def test_one_line_is_one_line(written):
    assert refusal(SafeCharField(), written).startswith("Write this on one line")


def test_a_tab_from_a_spreadsheet_becomes_a_space():
    assert SafeCharField().clean("Ystad\tKisumu") == "Ystad Kisumu"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("ett", 1),
        (" ett  två\u00a0tre\nfyra ", 4),
        ("x" * 60, 1),
        ("x" * 61, 2),
        ("x" * 100_000, 1_667),
    ],
)
def test_words_stand_between_white_space_and_end_after_sixty_characters(text, words):
    assert count_words(text) == words


def test_columns_get_the_fields_of_the_portal():
    def kind(model, name):
        return type(formfield(model._meta.get_field(name)))

    assert kind(BudgetLine, "amount_sek") is MoneyField
    assert kind(BudgetLine, "description") is SafeCharField
    assert kind(Application, "start_on") is DayField
    assert kind(Application, "status") is forms.TypedChoiceField
    assert formfield(BudgetLine._meta.get_field("description")).max_length == 200


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1234,50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,5 kr", "1234.50"),
        ("12\u202f345\u202f678,01", "12345678.01"),
        ("7", "7.00"),
        ("99 999 999,99", "99999999.99"),
    ],
)
def test_an_amount_with_ore_is_read_however_its_thousands_are_grouped(written, amount):
    assert OreField().clean(written) == Decimal(amount)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.234,50", "invalid"),
        ("1234.50", "invalid"),
        ("1,234", "invalid"),
        ("1e5", "invalid"),
        ("12 34,50", "invalid"),
        ("=1+1", "invalid"),
        ("0", "zero"),
        ("-1", "negative"),
        ("100 000 000,00", "too_large"),
        ("9" * 100_000, "invalid"),
    ],
)
def test_an_amount_that_could_mean_two_things_is_refused_with_an_example(written, code):
    with pytest.raises(ValidationError) as refused:
        OreField().clean(written)

    assert [error.code for error in refused.value.error_list] == [code]


def test_an_amount_below_zero_is_read_where_it_may_be():
    field = OreField(below_zero=True)

    assert field.clean("−1 234,50") == field.clean("-1234,50") == Decimal("-1234.50")
    assert field.prepare_value(Decimal("-1234.50")) == "−1\u00a0234,50"


def test_a_rate_has_six_decimals():
    assert RateField().clean("0,081234") == Decimal("0.081234")
    assert RateField().prepare_value(Decimal("11.452700")) == "11,4527"
    with pytest.raises(ValidationError):
        RateField().clean("0,0812345")
