"""What stood in a part of a case at a moment: kept as data, shown and put back from it."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.core import serializers
from django.db.models import Model, QuerySet
from django.utils import timezone

from applications import rules
from applications.models import (
    Answer,
    Application,
    Attachment,
    Indicator,
    PartKind,
    Result,
    SupplementPart,
    SupplementState,
)
from applications.statuses import UNDER_WORK
from applications.unlocking import Place, unlocked_in
from finance.sums import asked_by_budget
from icld_portal.among import among
from partnerships.models import User

# Not written by the parties: who saved last and which save it was.
NOT_CONTENT = frozenset({"version", "updated_at", "updated_by"})
Snapshot = dict[str, Any]


def rows_of(application: Application, kind: str, pk: int = 0) -> list[QuerySet[Any]]:
    """Return the stored rows of a part, parents first."""
    if kind == PartKind.QUESTION:
        answers = Answer.objects.filter(sheet=application.sheet_id, question=pk)
        return [answers.order_by("language")]
    if kind == PartKind.RESULTS:
        indicators = Indicator.objects.filter(result__application=application)
        return [application.results.order_by("pk"), indicators.order_by("pk")]
    rows: dict[str, Any] = {
        PartKind.ACTIVITIES: application.activities,
        PartKind.RISKS: application.risks,
        PartKind.BUDGET: application.budget.lines,
    }
    return [rows[kind].order_by("pk")]


def taken(application: Application, kind: str, pk: int = 0) -> Snapshot:
    """Return what stands in a part now, as plain data."""
    return taken_all(application, [(kind, pk)])[kind, pk]


def taken_all(application: Application, places: Iterable[Place]) -> dict[Place, Snapshot]:
    """Return what stands in each of ``places``: one query per kind of row that is not loaded."""
    wanted = list(places)
    answers: dict[int, list[Any]] = defaultdict(list)
    files: dict[int, list[Any]] = defaultdict(list)
    if any(kind == PartKind.QUESTION for kind, _pk in wanted):
        for answer in sorted(application.sheet.answers.all(), key=lambda one: one.language):
            answers[answer.question_id].append(answer)
    if any(kind == PartKind.SLOT for kind, _pk in wanted):
        for file in sorted(application.attachments.all(), key=lambda one: one.pk):
            files[file.slot_id].append(file)
    found = {}
    for kind, pk in wanted:
        if kind == PartKind.QUESTION:
            rows = answers[pk]
        else:
            rows = files[pk] if kind == PartKind.SLOT else _whole(application, kind)
        found[kind, pk] = _as_data(application, kind, rows)
    return found


def _whole(application: Application, kind: str) -> list[Any]:
    """The rows of a whole part, as they were loaded with the case or else are stored."""
    owner, name = {
        PartKind.RESULTS: (application, "results"),
        PartKind.ACTIVITIES: (application, "activities"),
        PartKind.RISKS: (application, "risks"),
        PartKind.BUDGET: (application.budget, "lines"),
    }[PartKind(kind)]
    loaded = getattr(owner, "_prefetched_objects_cache", {}).get(name)
    if loaded is None:
        return [row for rows in rows_of(application, kind) for row in rows]
    rows = sorted(loaded, key=lambda row: int(row.pk))
    if kind != PartKind.RESULTS:
        return rows
    indicators = [one for row in rows for one in row.indicators.all()]
    return [*rows, *sorted(indicators, key=lambda one: int(one.pk))]


def _as_data(application: Application, kind: str, rows: Sequence[Model]) -> Snapshot:
    snapshot: Snapshot = {"rows": json.loads(serializers.serialize("json", rows))}
    if kind == PartKind.BUDGET:
        snapshot["guide_reason"] = application.budget.guide_reason
    return snapshot


def say_the_same(one: Snapshot, other: Snapshot) -> bool:
    """Whether two snapshots of a part hold the same content."""
    return bool(_content(one) == _content(other))


def _content(snapshot: Snapshot) -> Any:
    rows = [
        (
            row["model"],
            row["pk"] if row["model"] != "applications.answer" else 0,
            {name: value for name, value in row["fields"].items() if name not in NOT_CONTENT},
        )
        for row in snapshot["rows"]
    ]
    return rows, snapshot.get("guide_reason")


def objects_in(snapshot: Snapshot) -> list[Model]:
    """Return the rows of a snapshot as objects that are not saved."""
    read = serializers.deserialize("python", snapshot["rows"], ignorenonexistent=True)
    return [found.object for found in read]


def put_back(application: Application, part: SupplementPart) -> None:
    """Write a part as it stood when it was unlocked; its supplement must still be open.

    What was written meanwhile stays in the history of its rows; files are set aside.
    """
    now, before = taken(application, *part.place), part.before
    if say_the_same(now, before):
        return
    if part.kind == PartKind.SLOT:
        _put_back_files(application, part)
        return
    kept = {_identity(row) for row in before["rows"]}
    for rows in reversed(rows_of(application, *part.place)):
        for row in rows:
            if (row._meta.label_lower, row.pk) not in kept:
                row.delete()
    standing = {_identity(row): row for row in now["rows"]}
    for row, stored in zip(before["rows"], objects_in(before), strict=True):
        there = standing.get(_identity(row))
        if there != row:
            _save(stored, there)
    if part.kind == PartKind.BUDGET:
        application.budget.guide_reason = before["guide_reason"]
        application.budget.save(update_fields=["guide_reason"])


def _identity(row: dict[str, Any]) -> tuple[str, int]:
    return row["model"], row["pk"]


def _save(stored: Model, there: dict[str, Any] | None) -> None:
    if isinstance(stored, Answer) and there is not None:
        # Another version: a page that still shows the text between is noticed.
        stored.version = there["fields"]["version"] + 1
        stored.updated_at = timezone.now()
    stored.save()


def _put_back_files(application: Application, part: SupplementPart) -> None:
    before = {row["pk"] for row in part.before["rows"]}
    new = Attachment.objects.filter(application=application, slot=part.slot_id)
    new.exclude(pk__in=before).update(set_aside_at=timezone.now())
    Attachment.ever.filter(pk__in=before, set_aside_at__isnull=False).update(
        set_aside_at=None, set_aside_by=None, replaced_by=None
    )


# --- For readers to whom what the parties are writing is not handed in yet --------------


def for_reader(
    application: Application, user: User, *, kinds: Collection[str] = PartKind.values
) -> Application:
    """Let a loaded case show ``user`` what they may read: ICLD only what was handed in.

    ``kinds`` are those that a page shows.
    """
    if application.status in UNDER_WORK and not rules.is_of_party(user, application):
        let_read_as_handed_in(application, kinds=kinds)
    return application


def let_read_as_handed_in(
    application: Application, *, kinds: Collection[str] = PartKind.values
) -> None:
    """Hide what the parties are writing for a supplement that is still open."""
    if unlocked := unlocked_in(application):
        parts = unlocked.parts.values()
        as_handed_in(application, [part for part in parts if part.kind in kinds])


def as_handed_in(application: Application, parts: Iterable[SupplementPart]) -> None:
    """Let the loaded ``application`` say in ``parts`` what was handed in, not what stands.

    It is for reading only: what is loaded from its relations is put in their place.
    """
    for part in parts:
        PUT_IN[PartKind(part.kind)](application, part, objects_in(part.before))


def _put(owner: Any, name: str, rows: Sequence[Any]) -> None:
    """Make ``owner.name.all()`` answer ``rows``, as Django does with what is prefetched."""
    found = getattr(owner, name).get_queryset().all()
    found._result_cache = list(rows)
    found._prefetch_done = True
    cache = owner.__dict__.setdefault("_prefetched_objects_cache", {})
    cache[name] = found


def _answers(application: Application, part: SupplementPart, rows: Sequence[Any]) -> None:
    others = [
        answer
        for answer in application.sheet.answers.all()
        if answer.question_id != part.question_id
    ]
    _put(application.sheet, "answers", [*others, *rows])


def _files(application: Application, part: SupplementPart, rows: Sequence[Any]) -> None:
    others = [one for one in application.attachments.all() if one.slot_id != part.slot_id]
    organisations = {
        party.organisation_id: party.organisation for party in application.case_parties.all()
    }
    for row in rows:
        row.application, row.slot = application, part.slot
        row.organisation = organisations[row.organisation_id]
    found = sorted([*others, *rows], key=lambda one: (one.slot.sort_order, one.pk))
    _put(application, "attachments", found)


def _results(application: Application, part: SupplementPart, rows: Sequence[Any]) -> None:
    indicators = defaultdict(list)
    for row in rows:
        if isinstance(row, Indicator):
            indicators[row.result_id].append(row)
    results = [row for row in rows if isinstance(row, Result)]
    for result in results:
        _put(result, "indicators", indicators[result.pk])
    _put(application, "results", results)


def _activities(application: Application, part: SupplementPart, rows: Sequence[Any]) -> None:
    _with_parties(application, rows)
    _put(application, "activities", sorted(rows, key=lambda row: (row.year, row.pk)))


def _risks(application: Application, part: SupplementPart, rows: Sequence[Any]) -> None:
    _put(application, "risks", rows)


def _budget(application: Application, part: SupplementPart, rows: Sequence[Any]) -> None:
    _with_parties(application, rows)
    for row in rows:
        row.budget = application.budget
    application.budget.guide_reason = part.before["guide_reason"]
    _put(application.budget, "lines", sorted(rows, key=lambda row: (row.year, row.pk)))


def _with_parties(application: Application, rows: Sequence[Any]) -> None:
    organisations = {
        party.organisation_id: party.organisation for party in application.case_parties.all()
    }
    for row in rows:
        if row.organisation_id in organisations:
            row.organisation = organisations[row.organisation_id]


PUT_IN = {
    PartKind.QUESTION: _answers,
    PartKind.SLOT: _files,
    PartKind.RESULTS: _results,
    PartKind.ACTIVITIES: _activities,
    PartKind.RISKS: _risks,
    PartKind.BUDGET: _budget,
}


def handed_in_sums(budgets: Iterable[int]) -> dict[int, int]:
    """Return what was asked for, whole SEK by budget id, where a supplement unlocks it."""
    parts = SupplementPart.objects.filter(
        among("supplement__application__budget", budgets),
        kind=PartKind.BUDGET,
        supplement__state=SupplementState.OPEN,
    )
    rows = parts.order_by().values_list("supplement__application__budget", "before")
    return {
        budget: sum(row["fields"]["amount_sek"] for row in before["rows"])
        for budget, before in rows
    }


def asked_sums(budgets: Iterable[int]) -> dict[int, int]:
    """Return the asked sum of each budget id as it was handed in, whole SEK; two queries."""
    wanted = list(budgets)
    return asked_by_budget(wanted) | handed_in_sums(wanted)


def handed_in_answers(sheets: Iterable[int]) -> list[tuple[int, int, dict[str, str]]]:
    """Return the answers that are being supplemented, as they were handed in: the sheet, the
    question, and the texts by language."""
    parts = SupplementPart.objects.filter(
        among("supplement__application__sheet", sheets),
        kind=PartKind.QUESTION,
        supplement__state=SupplementState.OPEN,
    )
    rows = parts.order_by().values_list("supplement__application__sheet", "question", "before")
    return [
        (
            sheet,
            question,
            {row["fields"]["language"]: row["fields"]["text"] for row in before["rows"]},
        )
        for sheet, question, before in rows
    ]
