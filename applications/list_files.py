"""Files of many cases: the list as CSV, XLSX and PDF, and the cases' papers in a ZIP.

Made by the worker, for one person, from what that person may see at that moment.
"""

import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications.listing import EXPORTED, completed, export_header, rows_of
from applications.models import Answer, ApplicationPaper, Question
from applications.models.application import ApplicationQuerySet
from applications.picking import picked
from applications.snapshots import handed_in_answers
from icld_portal import exports
from icld_portal.among import among
from icld_portal.files import PDF, XLSX
from icld_portal.localize import in_language, moment
from icld_portal.pdf import render_pdf
from icld_portal.prepared import Made, Refused
from partnerships.models import User

Progress = Callable[[int, int], None]
# So many cases are read at a time: memory stays even, and 10 000 take under 50 queries.
CASES_PER_CHUNK = 1_500
# A longer list is no longer read on paper; it takes minutes to set.
PDF_CASES_MAX = 1_000
ZIP_CASES_MAX = 1_000
ZIP_BYTES_MAX = 2_000_000_000
COPIED_BYTES = 1024 * 1024
# Of a question: its section's key and its own.
Key = tuple[str, str]
# A question and a language.
Column = tuple[Key, str]


def make_work_list(by: User, facts: dict[str, Any], out: BinaryIO, progress: Progress) -> Made:
    """Write the ordered file to ``out``; Refused if nothing is left of the choice."""
    sent = QueryDict(mutable=True)
    sent["all"], sent["query"] = facts["all"], facts["query"]
    sent.setlist("pick", facts["picks"])
    chosen = picked(sent, by)
    total = chosen.cases.order_by().count()
    if chosen.problems or not total:
        raise Refused(" ".join(chosen.problems) or _("None of the cases is there any more."))
    maker = {"csv": _csv, "xlsx": _xlsx, "pdf": _pdf, "zip": _zip}[facts["format"]]
    return maker(chosen.cases, facts, out, lambda done: progress(done, total), total)


Told = Callable[[int], None]


def _csv(
    cases: ApplicationQuerySet, facts: dict[str, Any], out: BinaryIO, told: Told, total: int
) -> Made:
    for chunk in exports.csv_rows(*table(cases, answers=facts["answers"], told=told)):
        out.write(chunk)
    return Made(_name("csv"), "text/csv; charset=utf-8")


def _xlsx(
    cases: ApplicationQuerySet, facts: dict[str, Any], out: BinaryIO, told: Told, total: int
) -> Made:
    exports.write_xlsx(*table(cases, answers=facts["answers"], told=told), out)
    return Made(_name("xlsx"), XLSX)


def table(
    cases: ApplicationQuerySet, *, answers: bool, told: Told
) -> tuple[list[str], Iterator[list[Any]]]:
    """Return the header and the rows of a list; with ``answers`` a column for each question."""
    columns = answer_columns(cases) if answers else {}
    header = [*export_header(), *columns.values()]
    return header, _rows(cases, list(columns), told)


def _rows(cases: ApplicationQuerySet, columns: list[Column], told: Told) -> Iterator[list[Any]]:
    done = 0
    found = rows_of(cases).iterator(chunk_size=CASES_PER_CHUNK)
    keys = question_keys() if columns else {}
    while chunk := list(islice(found, CASES_PER_CHUNK)):
        rows = completed(chunk)
        written = answers_of((row["sheet_id"] for row in rows), keys) if columns else {}
        for row in rows:
            own = written.get(row["sheet_id"], {})
            yield [row[name] for name in EXPORTED] + [own.get(column) for column in columns]
        done += len(rows)
        told(done)


def question_keys() -> dict[int, Key]:
    """Return the keys of each question's section and its own, alike in all versions."""
    questions = Question.objects.order_by().values_list("pk", "section__key", "key")
    return {pk: (section, key) for pk, section, key in questions}


def answer_columns(cases: ApplicationQuerySet) -> dict[Column, str]:
    """Return a heading for each question and language that was written to, as the forms go.

    Questions of one key are one column, whatever form and version they stand in; the newest
    wording heads it.
    """
    sheets = cases.order_by().values("sheet")
    written = Answer.objects.filter(sheet__in=sheets).exclude(text="").order_by()
    pairs = set(written.values_list("question", "language").distinct())
    questions = Question.objects.filter(pk__in={question for question, _language in pairs})
    wordings: dict[Key, str] = {}
    keys: dict[int, Key] = {}
    for question in questions.select_related("section").order_by(
        "section__sort_order", "sort_order", "-pk"
    ):
        keys[question.pk] = key = (question.section.key, question.key)
        section, words = in_language(question.section, "title"), in_language(question, "text")
        wordings.setdefault(key, f"{section}: {words}")
    found = {(keys[question], language) for question, language in pairs}
    return {
        (key, language): f"{wording} ({language})"
        for key, wording in wordings.items()
        for language in ("sv", "en")
        if (key, language) in found
    }


def answers_of(sheets: Iterable[int], keys: dict[int, Key]) -> dict[int, dict[Column, str]]:
    """Return what was written on each sheet, by question and language, in two queries."""
    found: dict[int, dict[Column, str]] = defaultdict(dict)
    answers = Answer.objects.filter(among("sheet", sheets)).order_by()
    rows = answers.values_list("sheet", "question", "language", "text")
    for sheet, question, language, text in rows.iterator(chunk_size=5_000):
        found[sheet][keys[question], language] = text
    for sheet, question, texts in handed_in_answers(found):
        for language in ("sv", "en"):
            found[sheet].pop((keys[question], language), None)
        for language, text in texts.items():
            found[sheet][keys[question], language] = text
    return found


def _pdf(
    cases: ApplicationQuerySet, facts: dict[str, Any], out: BinaryIO, told: Told, total: int
) -> Made:
    if total > PDF_CASES_MAX:
        raise Refused(
            _("A list to print holds at most %d cases. Filter it, or take a spreadsheet.")
            % PDF_CASES_MAX
        )
    language = (translation.get_language() or "sv")[:2]
    now = timezone.now()
    rows = completed(list(rows_of(cases)))
    context = {
        "rows": rows,
        "total_sek": sum(row["asked_sek"] for row in rows),
        "made_at": moment(now),
        "dated_at": now.isoformat(timespec="seconds"),
    }
    out.write(
        render_pdf(
            "papers/worklist.html",
            context,
            language=language,
            identifier=f"work list {now.isoformat()} {language}",
        )
    )
    told(total)
    return Made(_name("pdf"), PDF)


def _zip(
    cases: ApplicationQuerySet, facts: dict[str, Any], out: BinaryIO, told: Told, total: int
) -> Made:
    if total > ZIP_CASES_MAX:
        raise Refused(_("A ZIP holds at most %d cases. Filter the list.") % ZIP_CASES_MAX)
    papers = ApplicationPaper.objects.filter(application__in=cases.order_by().values("pk"))
    by_case: dict[int, list[ApplicationPaper]] = defaultdict(list)
    size_bytes = 0
    for paper in papers.order_by("application", "edition", "kind", "language"):
        by_case[paper.application_id].append(paper)
        size_bytes += paper.size_bytes
    if size_bytes > ZIP_BYTES_MAX:
        raise Refused(_("The papers are larger than 2 GB together. Choose fewer cases."))
    listed: list[list[Any]] = []
    # Papers are packed already; packing them once more takes time and saves nothing.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for done, row in enumerate(completed(list(rows_of(cases))), start=1):
            own = by_case.get(row["pk"], [])
            for paper in own:
                _pack(archive, f"{row['reference']}/{paper.file_name}", paper)
                listed.append([row["reference"], row["title"], paper.file_name, paper.sha256])
            if not own:
                listed.append([row["reference"], row["title"], _("no paper is made yet"), ""])
            told(done)
        header = [_("Reference"), _("Title"), _("File"), "SHA-256"]
        archive.writestr(_("contents") + ".csv", b"".join(exports.csv_rows(header, listed)))
    return Made(_name("zip"), "application/zip")


def _pack(archive: zipfile.ZipFile, name: str, paper: ApplicationPaper) -> None:
    """Copy one stored paper into the archive, a megabyte at a time."""
    with paper.file.open("rb") as stored, archive.open(name, "w") as packed:
        while block := stored.read(COPIED_BYTES):
            packed.write(block)


def _name(suffix: str) -> str:
    return f"applications-{timezone.localdate().isoformat()}.{suffix}"
