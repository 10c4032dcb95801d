"""Searching what was handed in: which cases hold the words, and where in them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import connection
from django.db.models import BigIntegerField, Exists, Func, OuterRef, Q, QuerySet, Value

from applications.models import (
    Answer,
    Application,
    CaseParty,
    SearchDocument,
    SupplementPart,
    SupplementState,
)
from icld_portal.among import among
from icld_portal.localize import in_language
from icld_portal.searching import Folded, lexemes, name_holds, words_query
from partnerships.models import Organisation, Partnership

# A document of Postgres's text search holds a megabyte: so many characters of any script,
# in both configurations, always fit. A long application has a third of it.
CHARACTERS_SEARCHED = 100_000
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


class CasesWithWords(Func):
    """The ids of the cases whose document answers a query of words."""

    function = "cases_with_words"
    template = "(SELECT %(function)s(%(expressions)s))"
    arity = 1
    output_field: ClassVar[Any] = BigIntegerField()


def matching(text: str) -> Q:
    """The condition that a case holds ``text``, to choose from what a person may see.

    Every word of it stands somewhere in the case, or all of it in the reference, a title,
    or the name of the partnership or of a party, which may be slightly misspelt.
    """
    documents = SearchDocument.objects.filter(names__contains=Folded(Value(text)))
    named = name_holds("folded_name", text)
    parties = Organisation.objects.alias(folded_name=Folded("name")).filter(named)
    cases = CaseParty.objects.filter(organisation__in=parties.order_by().values("pk"))
    partnerships = Partnership.objects.alias(folded_name=Folded("name")).filter(named)
    found = (
        Q(pk__in=documents.values("application"))
        | Q(pk__in=cases.order_by().values("application"))
        | Q(partnership__in=partnerships.order_by().values("pk"))
    )
    if query := words_query(text):
        found |= Q(pk__in=CasesWithWords(query))
    return found


def places(sheets: Iterable[int], text: str) -> dict[int, Found]:
    """Return, by answer sheet, the answer that holds most words of ``text``, in two queries."""
    stems = lexemes(text)
    if not stems:
        return {}
    holds = Q()
    for stem in stems:
        holds |= Q(folded_text__contains=stem)
    answers = (
        Answer.objects.alias(folded_text=Folded("text"))
        .filter(holds, among("sheet", sheets))
        .exclude(Exists(_being_supplemented()))
        .select_related("question")
        .only("sheet", "text", "question__text_sv", "question__text_en")
        .order_by("sheet", "question__section__sort_order", "question__sort_order")
    )
    found: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        found[answer.sheet_id].append(answer)
    shown = {sheet: _place(those, stems) for sheet, those in found.items()}
    return {sheet: place for sheet, place in shown.items() if place}


def _being_supplemented() -> QuerySet[SupplementPart]:
    """The parts whose answers the parties are changing: nobody else reads them yet."""
    return SupplementPart.objects.filter(
        question=OuterRef("question"),
        supplement__state=SupplementState.OPEN,
        supplement__application__sheet=OuterRef("sheet"),
    )


def _place(answers: list[Answer], stems: list[str]) -> Found | None:
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, stems))})\w*")
    best: tuple[int, Answer, re.Match[str]] | None = None
    for answer in answers:
        folded = answer.text.translate(_BARE)
        if not (hit := pattern.search(folded)):
            continue
        words = sum(stem in folded for stem in stems)
        if best is None or words > best[0]:
            best = words, answer, hit
    return None if best is None else _shown(best[1], *best[2].span())


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
