"""Searching what was handed in: which cases hold the words, and where in them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    Expression,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from applications.models import (
    Answer,
    Application,
    SearchDocument,
    SupplementPart,
    SupplementState,
)
from icld_portal.among import Among, among
from icld_portal.localize import in_language
from icld_portal.searching import LEAST_RESEMBLING, lexemes, words_query

# A document of Postgres's text search holds a megabyte: so many characters of any script,
# in both configurations, always fit. A long application has a third of it.
CHARACTERS_SEARCHED = 100_000
# A word of so many cases, and of this share of all of them, is one that most cases hold.
MANY, MOST = 500, 0.8
KEEP = """
INSERT INTO applications_searchdocument (application_id, names, words)
SELECT application.id,
    folded(concat_ws(' ', application.reference, application.title_sv, application.title_en)),
    to_tsvector('portal_swedish', written.text) || to_tsvector('portal_simple', written.text)
FROM applications_application AS application
CROSS JOIN LATERAL (
    SELECT left(string_agg(piece.text, E'\n'), %s) AS text FROM (
        SELECT concat_ws(E'\n', application.title_sv, application.title_en) AS text
        UNION ALL
        SELECT answer.text FROM applications_answer AS answer
        JOIN applications_question AS question ON question.id = answer.question_id
        WHERE answer.sheet_id = application.sheet_id
        AND question.kind IN ('long_text', 'short_text')
        UNION ALL
        SELECT text FROM applications_result WHERE application_id = application.id
        UNION ALL
        SELECT text FROM applications_activity WHERE application_id = application.id
        UNION ALL
        SELECT text FROM applications_risk WHERE application_id = application.id
    ) AS piece
) AS written
WHERE application.id = ANY(%s) AND application.status <> 'draft'
ON CONFLICT (application_id) DO UPDATE SET names = excluded.names, words = excluded.words
"""
SHOWN_BEFORE, SHOWN_AFTER = 40, 70
NAMED = """
        SELECT id FROM (SELECT id, folded(name) AS name FROM {table} OFFSET 0) AS folded_once
        WHERE strpos(name, (SELECT name FROM sought)) > 0
        OR (SELECT resembles FROM sought) AND name %%>> (SELECT name FROM sought)
"""
# Gathered before any case is read: "this or that or that" would ask four times of each. The names
# of a word that most cases hold find nearly all of them again, by each of their parties: then they
# are asked of the rest alone. Which of the two is known once the words are found, and Postgres does
# not begin the other. In order, since Postgres sorts an array more slowly than rows. Written by
# hand: Django took 2 ms to write it anew for each page.
HOLDING = rf"""ARRAY(
    WITH sought AS MATERIALIZED (
        SELECT name, resembles,
            '%%' || regexp_replace(name, '([\\%%_])', '\\\1', 'g') || '%%' AS pattern
        FROM (SELECT folded(%s) AS name, %s::boolean AS resembles) AS asked
    ),
    worded AS MATERIALIZED (
        SELECT cases, cardinality(cases) < %s OR cardinality(cases) < (
            SELECT %s * count(*) FROM applications_application
        ) AS are_few
        FROM (SELECT ARRAY(SELECT * FROM cases_with_words({{words}})) AS cases OFFSET 0) AS once
    ),
    rest AS MATERIALIZED (
        SELECT id, partnership_id FROM applications_application
        WHERE NOT (SELECT are_few FROM worded) AND NOT EXISTS (
            SELECT FROM unnest((SELECT cases FROM worded)) AS held WHERE held = id
        )
    ),
    organisation AS MATERIALIZED ({NAMED.format(table="partnerships_organisation")}),
    partnership AS MATERIALIZED ({NAMED.format(table="partnerships_partnership")})
    SELECT unnest(cases) AS id FROM worded
    UNION ALL
    SELECT application_id FROM applications_searchdocument
    WHERE (SELECT are_few FROM worded) AND names LIKE (SELECT pattern FROM sought)
    UNION ALL
    SELECT application_id FROM applications_caseparty
    WHERE (SELECT are_few FROM worded)
    AND organisation_id = ANY(ARRAY(SELECT id FROM organisation))
    UNION ALL
    SELECT id FROM applications_application
    WHERE (SELECT are_few FROM worded)
    AND partnership_id = ANY(ARRAY(SELECT id FROM partnership))
    UNION ALL
    SELECT id FROM rest WHERE partnership_id = ANY(ARRAY(SELECT id FROM partnership))
    UNION ALL
    SELECT application_id FROM applications_caseparty
    WHERE application_id = ANY(ARRAY(SELECT id FROM rest))
    AND organisation_id IN (SELECT id FROM organisation)
    UNION ALL
    SELECT application_id FROM applications_searchdocument
    WHERE application_id = ANY(ARRAY(SELECT id FROM rest))
    AND names LIKE (SELECT pattern FROM sought)
    ORDER BY id
)"""  # noqa: S608 - every piece stands in this file


@dataclass(frozen=True)
class Found:
    """Where a word was found: the question, and the word amid its text."""

    question: str
    before: str
    word: str
    after: str


def keep(applications: Iterable[int]) -> None:
    """Make these cases findable as they were handed in; a draft among them is passed over."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [CHARACTERS_SEARCHED, list(applications)])


def forget(application: Application) -> None:
    """Let nobody find the case; call it before it becomes a draft again."""
    SearchDocument.objects.filter(application=application).delete()


class CasesFound(Expression):
    """The ids of the cases that hold a text, as an array; some may stand in it twice."""

    output_field: ClassVar[Any] = ArrayField(BigIntegerField())

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        words, params = "NULL::tsquery", []
        query: Any = words_query(self.text)
        if query:
            words, params = compiler.compile(query.resolve_expression(compiler.query))
        resembles = len(self.text) >= LEAST_RESEMBLING
        asked = [self.text, resembles, MANY, MOST]
        return HOLDING.format(words=words), [*asked, *params]


def matching(text: str) -> Q:
    """The condition that a case holds ``text``, to choose from what a person may see.

    Every word of it stands somewhere in the case, or all of it in the reference, a title,
    or the name of the partnership or of a party, which may be slightly misspelt.
    """
    return Q(Among(F("pk"), CasesFound(text)))


def places(sheets: Iterable[int], text: str) -> dict[int, Found]:
    """Return, by answer sheet, the answer that holds most words of ``text``, in two queries."""
    stems = lexemes(text)
    if not stems:
        return {}
    holding = [Q(text__regex=_any_letters(stem)) for stem in stems]
    begins = "|".join(map(_any_letters, stems))
    answers = (
        Answer.objects.filter(among("sheet", sheets), text__regex=rf"\m({begins})")
        .exclude(Exists(_being_supplemented()))
        .annotate(held=sum((Case(When(held, then=1), default=0) for held in holding), Value(0)))
        .select_related("question")
        .only("sheet", "text", "question__text_sv", "question__text_en")
        .order_by("sheet", "-held", "question__section__sort_order", "question__sort_order")
        .distinct("sheet")
    )
    shown = {answer.sheet_id: _place(answer, stems) for answer in answers}
    return {sheet: place for sheet, place in shown.items() if place}


def _being_supplemented() -> QuerySet[SupplementPart]:
    """The parts whose answers the parties are changing: nobody else reads them yet."""
    return SupplementPart.objects.filter(
        question=OuterRef("question"),
        supplement__state=SupplementState.OPEN,
        supplement__application__sheet=OuterRef("sheet"),
    )


def _place(answer: Answer, stems: Iterable[str]) -> Found | None:
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, stems))})\w*")
    hit = pattern.search(answer.text.translate(_BARE))
    return _shown(answer, *hit.span()) if hit else None


def _shown(answer: Answer, start: int, end: int) -> Found:
    """Cut the text around one word, at spaces, and say so."""
    text = answer.text
    before, after = text[max(0, start - SHOWN_BEFORE) : start], text[end : end + SHOWN_AFTER]
    if start > SHOWN_BEFORE:
        before = "… " + before.partition(" ")[2]
    if end + SHOWN_AFTER < len(text):
        after = after.rpartition(" ")[0] + " …"
    return Found(in_language(answer.question, "text"), before, text[start:end], after)


class _BareLetters(dict[int, int]):
    """Each letter in lower case without its accent: one letter for one, so places stay."""

    def __missing__(self, code: int) -> int:
        bare = unicodedata.normalize("NFD", chr(code))[0].lower()
        self[code] = ord(bare[0])
        return self[code]


_BARE: Mapping[int, int] = _BareLetters()
LATIN = (*range(0x41, 0x250), *range(0x1E00, 0x1F00))


@cache
def _lettered() -> Mapping[str, str]:
    """Return each letter with all that are it once their case and accents are gone."""
    found: dict[str, str] = defaultdict(str)
    for code in LATIN:
        if chr(code).isalpha():
            found[chr(_BARE[code])] += chr(code)
    return found


def _any_letters(stem: str) -> str:
    """Return the pattern of ``stem`` with or without accents: far quicker than to fold a text."""
    letters = _lettered()
    return "".join(f"[{letters.get(letter, letter)}]" for letter in stem)
