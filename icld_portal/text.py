"""What counts as text here: what page, database, PDF and spreadsheet can all keep."""

import re

# What Postgres, XML or a PDF cannot keep. Newline and tab are text.
UNKEPT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
LINE_ENDS = re.compile("\r\n?")
# Longer than any word of Swedish or English; an address of a page may be several.
WORD_MAX_CHARACTERS = 60


def count_words(text: str) -> int:
    """Return the number of words: whatever stands between white space.

    Each 60 characters begun without a space count as one, or a text without spaces would
    pass every limit and fill a paper of hundreds of pages. ``static/words.js`` counts alike.
    """
    return sum(-(-len(word) // WORD_MAX_CHARACTERS) for word in text.split())
