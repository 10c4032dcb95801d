"""The benchmarks run and report every figure; how fast a page is decides no test."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from icld_portal.bench.browser import form_on
from icld_portal.bench.figures import Bare, Figure, as_data, as_table, at_least, at_most
from icld_portal.bench.timing import growth
from tests import database

ROOT = Path(__file__).parent.parent.parent
WORK = {
    "start page",
    "questions of one grant type",
    "applicant's home",
    "applicant's list",
    "draft: task list",
    "draft: section questions",
    "draft: section basics",
    "draft: section results",
    "draft: section budget",
    "save one answer",
    "save one answer while typing",
    "live budget sums",
    "draft: check your answers",
    "case page, applicant",
    "decision meeting",
    "read the application, applicant",
    "report, task list",
    "report, section questions",
    "report, accounts",
    "report, salaries",
    "report, receipts",
    "report, deviations",
    "report, missing",
    "live sums of the accounts",
    "reports of a party",
    "report, staff",
    "reports, all",
    "reports, late",
    "reports, in control",
    "reports, last page",
    "forecast",
    "payments",
    "ledger of a grant",
    "due, paid and left",
    "staff list, unfiltered",
    "staff list, by status",
    "staff list, by round",
    "staff list, by grant type",
    "staff list, by country",
    "staff list, by officer",
    "staff list, last page",
    "staff list, sorted by title",
    "staff list, sorted by officer",
    "staff list, a saved view",
    "staff list, text search",
    "staff list, a word of most cases",
    "grants list",
    "case page, staff",
    "read the application, staff",
    "assess page",
    "decide page",
    "stored paper",
    "submit",
}
CROWD = {
    "5 clients at once: staff list",
    "5 clients at once: saving",
    "5 submits from 20 clients",
    "receipt of a whole project, warm",
    "memory of a web worker",
    "list with all answers, CSV",
    "list with all answers, CSV: memory",
    "list with all answers, CSV: queries",
    "list with all answers, XLSX",
    "list with all answers, XLSX: memory",
    "list with all answers, XLSX: queries",
}


@pytest.fixture(scope="module")
def figures(django_db_setup) -> list[dict]:
    """Return what a small run reports, from a process and a database of its own.

    The tests' template spares it half a minute of migrating.
    """
    environment = {key: value for key, value in os.environ.items() if "SETTINGS" not in key}
    environment["PORTAL_BENCH_DATABASE"] = f"portal_bench_{os.getpid()}"
    environment["PORTAL_BENCH_TEMPLATE"] = database.template_name()
    command = [sys.executable, "manage.py", "bench", "--quick", "--applications", "20", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["figures"]


def test_every_figure_is_reported_with_its_bound(figures):
    pages = {figure["name"] for figure in figures if "ms" in figure}

    assert pages == WORK
    assert {figure["name"] for figure in figures} - pages == CROWD
    for figure in figures:
        assert figure["applications"] == 20
        assert isinstance(figure["ok"], bool)
        assert {"ratio", "queries", "bound_ratio", "bound_queries"} <= set(figure) or {
            "value",
            "unit",
            "bound",
        } <= set(figure)


def test_no_page_asks_more_often_than_it_may(figures):
    above = {
        figure["name"]: figure["queries"]
        for figure in figures
        if "ms" in figure and figure["queries"] > figure["bound_queries"]
    }

    assert above == {}


def test_growth_compares_the_largest_size_with_the_smallest():
    def figure(size: int, ratio: float, queries: int) -> Figure:
        return Figure("list", size, True, ms=ratio * 10, ratio=ratio, queries=queries)

    (steady,) = growth([figure(100, 2.0, 9), figure(1000, 2.2, 9), figure(10_000, 3.0, 9)])
    (slower,) = growth([figure(100, 2.0, 9), figure(10_000, 3.1, 9)])
    (asking,) = growth([figure(100, 2.0, 9), figure(10_000, 2.0, 10)])

    assert (steady.ratio, steady.ok) == (1.5, True)
    assert (slower.ratio, slower.ok) == (1.55, False)
    assert asking.ok is False
    assert list(growth([figure(100, 2.0, 9)])) == []


def test_a_limit_is_met_when_it_is_reached_exactly():
    assert at_most("time", 1, 15.0, "s", 15).ok
    assert not at_most("time", 1, 15.01, "s", 15).ok
    assert at_least("pace", 1, 60.0, "a second", 60).ok
    assert not at_least("pace", 1, 59.9, "a second", 60).ok


def test_table_and_data_say_the_same():
    found = [
        Figure("page", 1000, True, 12.3, 1.2, 3.1, 9, 20.0, 3.0, 25),
        at_most("memory", 1000, 131, "MB", 130),
    ]

    assert as_data(Bare(10.0, 4.0), found)["figures"][1] == {
        "name": "memory",
        "applications": 1000,
        "ok": False,
        "value": 131,
        "unit": "MB",
        "bound": 130,
    }
    assert as_table(Bare(10.0, 4.0), found).splitlines()[4:] == [
        "| page | 1 000 | 12.3 ms, 1.20 × | 3.0 × | 3.10 | 9 | 25 | 20 | ok |",
        "| memory | 1 000 | 131 MB | 130 MB |  |  |  |  | **missed** |",
    ]


def test_a_form_is_read_as_a_browser_sends_it():
    page = b"""<form><input name="q"></form><form>
    <input type="hidden" name="csrfmiddlewaretoken" value="secret">
    <input name="title" value="a &amp; b"><input type="checkbox" name="no" value="1">
    <input type="checkbox" name="yes" value="2" checked><input type="submit" name="send">
    <textarea name="text">\nfirst &lt;line\n</textarea>
    <select name="kind"><option value="x">X<option value="y" selected>Y</option></select></form>"""

    assert form_on(page) == [
        ("title", "a & b"),
        ("yes", "2"),
        ("text", "first <line\n"),
        ("kind", "y"),
    ]
