"""Reading a PDF in tests: its text, its amounts, and what the standards say against it."""

import re
import subprocess

import page

AMOUNT = re.compile(r"(\d{1,3}(?:[ \u00a0]\d{3})*)[ \u00a0]kr")


def text_of(pdf: bytes) -> str:
    """The text as a reader's program finds it, line by line."""
    shown = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return shown.stdout.decode()


def words_of(pdf: bytes) -> str:
    """The text on one line, with ordinary spaces."""
    return " ".join(text_of(pdf).split())


def amounts_of(pdf: bytes) -> list[int]:
    """Every sum in kronor, in the order of reading."""
    return [int(re.sub(r"\D", "", amount)) for amount in AMOUNT.findall(text_of(pdf))]


def failures(pdf: bytes) -> set[str]:
    """What speaks against PDF/A-3a and PDF/UA-1."""
    return {
        f"{profile}: {failure.message}"
        for profile in ("3a", "ua1")
        for failure in page.validate_pdf_bytes(pdf, profile=profile).failures
    }
