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


def test_a_web_worker_starts_without_spreadsheets_pictures_and_papers():
    said = subprocess.run(
        [sys.executable, "-c", WHAT_IS_LOADED],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "icld_portal.settings", "SECRET_KEY": "x"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    loaded = set(said.stdout.split())

    assert "applications" in loaded
    assert loaded & LARGE == set()
