"""Texts with merge fields: read as lines, checked on saving, never run."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icld_portal.wording import (
    FieldKind,
    MergeField,
    as_html,
    as_text,
    field_problems,
    help_html,
    merged,
)

pytestmark = pytest.mark.usefixtures("in_english")

FIELDS = (
    MergeField("reference", "number", "2027-0001"),
    MergeField("reason", "reason", "…", FieldKind.TEXT),
    MergeField("amounts", "sums", "…", FieldKind.ROWS),
)
TEXT = """Case {{reference}}
of the parties

# Sums
{{ amounts }}
# Reason
{{reason}}
# Points

- one
- two
1. first
7. second"""
FACTS = {"reference": "2027-0012", "reason": "Good.\n\nVery good.", "amounts": ["1: 5", "2: 6"]}


def test_a_mail_has_plain_lines():
    assert as_text(merged(TEXT, FACTS)) == (
        "Case 2027-0012\nof the parties\n\nSums\n- 1: 5\n- 2: 6\n\nReason\nGood.\n\nVery good.\n\n"
        "Points\n- one\n- two\n\n1. first\n2. second\n"
    )


def test_a_page_has_paragraphs_lists_and_headings():
    assert as_html(merged(TEXT, FACTS)) == (
        "<p>Case 2027-0012<br>of the parties</p>\n<h2>Sums</h2>\n"
        "<ul><li>1: 5</li><li>2: 6</li></ul>\n<h2>Reason</h2>\n<p>Good.</p>\n<p>Very good.</p>\n"
        "<h2>Points</h2>\n<ul><li>one</li><li>two</li></ul>\n<ol><li>first</li><li>second</li></ol>"
    )


def test_a_heading_with_nothing_below_it_is_left_out():
    html = as_html(merged(TEXT, FACTS | {"amounts": [], "reason": " "}))
    assert "Sums" not in html
    assert "Reason" not in html


def test_a_value_is_escaped_and_never_becomes_structure_or_a_field():
    hostile = "- <b>{{reason}}</b>\n# x {% now %}"
    shown = as_html(merged("{{reference}}", FACTS | {"reference": hostile}))
    assert shown == "<p>- &lt;b&gt;{{reason}}&lt;/b&gt;<br># x {% now %}</p>"


def test_what_staff_write_is_escaped_too():
    assert help_html("**Hi** <script>\n**a <i>**") == (
        "<p><strong>Hi</strong> &lt;script&gt;<br><strong>a &lt;i&gt;</strong></p>"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{refrence}}", "“refrence” is not a field of this text. Did you mean {{reference}}?"),
        ("{{Reference}}", "Did you mean {{reference}}?"),
        ("{{reference}", "“{{reference}” is a broken field: two braces on each side."),
        ("{reference}}", "“{reference}}” is a broken field"),
        ("reference}}", "“reference}}” is a broken field"),
        ("{reference}", "Did you mean {{reference}}?"),
        ("{{{reference}}}", "names no field"),
        ("{{ }}", "“{{ }}” names no field. There are: {{reference}}, {{reason}}, {{amounts}}."),
        ("{{reference|safe}}", "Did you mean {{reference}}?"),
        ("{% load x %}", "is a broken field"),
        ("{{reference.__class__}}", "is a broken field"),
        ("{{amounts}} kr", "{{amounts}} is a list and stands alone on its line."),
        ("}", "names no field"),
    ],
)
def test_a_broken_field_is_told_with_its_line(text, told):
    found = field_problems(f"First.\n\n{text}", FIELDS)
    assert found
    assert all(one.startswith("Line 3: ") for one in found)
    assert told in found[0]


def test_a_subject_takes_short_fields_only():
    assert field_problems("{{reference}}", FIELDS, is_subject=True) == []
    (told,) = field_problems("{{reason}}", FIELDS, is_subject=True)
    assert "cannot stand in a subject" in told


def test_a_text_without_fields_takes_no_braces():
    (told,) = field_problems("{{reference}}", ())
    assert "This text has no fields" in told


def test_a_hundred_thousand_braces_are_told_at_once():
    assert len(field_problems("{\n" * 50_000, FIELDS)) == 20
    assert len(field_problems("{ " * 50_000, FIELDS)) == 20


@pytest.mark.parametrize("text", ["x" * 100_000 + "{", "{{" + " " * 100_000, "{" * 100_000])
def test_a_long_line_is_checked_in_no_time(text):
    begun = time.process_time()
    assert field_problems(text, FIELDS)
    assert time.process_time() - begun < 1


@given(st.text(alphabet="ab{}# -1.\nreference", max_size=60))
def test_whatever_passes_the_check_can_be_merged(text):
    if not field_problems(text, FIELDS):
        blocks = merged(text, FACTS)
        assert "{{reference}}" not in as_text(blocks)
        as_html(blocks)
