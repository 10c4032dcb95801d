"""A web worker loads what its pages need, and what few of them need with its first use."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LARGE = {"openpyxl", "xlsxwriter", "PIL", "weasyprint", "fontTools", "babel"}
WHAT_IS_LOADED = """
import sys
import icld_portal.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print(*{name.partition(".")[0] for name in sys.modules})
"""

WHAT_IS_KEPT = """
import gc
import icld_portal.wsgi
print(gc.get_freeze_count() > 50_000, gc.get_threshold()[0])
"""


def run(code: str) -> str:
    """Return what a fresh process says that imports the web server's door."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "icld_portal.settings", "SECRET_KEY": "x"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout


def test_a_web_worker_does_not_look_for_rubbish_in_what_stays():
    assert run(WHAT_IS_KEPT).split() == ["True", "10000"]


def test_a_web_worker_starts_without_spreadsheets_pictures_and_papers():
    loaded = set(run(WHAT_IS_LOADED).split())

    assert "applications" in loaded
    assert loaded & LARGE == set()
