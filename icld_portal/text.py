"""What counts as text here: what page, database, PDF and spreadsheet can all keep."""

import re

# What Postgres, XML or a PDF cannot keep. Newline and tab are text.
UNKEPT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("\r\n?")


def count_words(text: str) -> int:
    """Return the number of words: whatever stands between white space."""
    return len(text.split())
