"""Searching text: words with and without Swedish endings, and names despite a misspelling."""

import re
from typing import Any, ClassVar

from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable
from django.db import connection
from django.db.models import Func, TextField

SWEDISH, SIMPLE = "portal_swedish", "portal_simple"
WORD = re.compile(r"[^\W_]+")
# A shorter beginning of a word would match half of everything.
LEAST_BEGINNING = 2
# A shorter name resembles too many others.
LEAST_RESEMBLING = 4


class Folded(Func):
    """The database's ``folded(text)``: lower case, without accents."""

    function = "folded"
    arity = 1
    output_field: ClassVar[Any] = TextField()


def words_query(text: str) -> SearchQueryCombinable | None:
    """Return the query for every word of ``text``; None if there is no word in it.

    A word is found with other Swedish endings, and where another word begins with it.
    """
    found: SearchQueryCombinable | None = None
    for word in WORD.findall(text):
        beginning = f"'{word}':*" if len(word) >= LEAST_BEGINNING else f"'{word}'"
        one = SearchQuery(word, config=SWEDISH) | SearchQuery(
            beginning, config=SIMPLE, search_type="raw"
        )
        found = one if found is None else found & one
    return found


def lexemes(text: str) -> list[str]:
    """Return the words of ``text`` as the search knows them: folded, without Swedish endings."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(to_tsvector(%s::regconfig, %s))", [SWEDISH, text])
        (found,) = cursor.fetchone() or ([],)
    return list(found)
