"""A supplemented part before and after: which texts, rows and files were changed, word by word."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from applications import snapshots
from applications.models import Application, Indicator, PartKind, Supplement, SupplementPart
from applications.read_answers import shown
from applications.snapshots import Snapshot
from finance.versions import guideline_of
from icld_portal.comparing import Change, versions
from icld_portal.localize import money

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class Pair:
    """One text, row or file as it stood and as it stands; empty where it is not there."""

    title: str
    before: str
    after: str

    @property
    def what(self) -> str:
        """What became of it."""
        if not self.before:
            return ADDED
        return CHANGED if self.after else REMOVED

    @property
    def word(self) -> str:
        """The same in words."""
        return {ADDED: _("added"), REMOVED: _("removed"), CHANGED: _("changed")}[self.what]

    @property
    def changes(self) -> list[Change]:
        """The text piece by piece."""
        return versions(self.before, self.after)


@dataclass(frozen=True)
class YearSum:
    """What a year of the budget comes to before and after, whole SEK; year 0 is all of them."""

    year: int
    before_sek: int
    after_sek: int


@dataclass(frozen=True)
class PartChange:
    """One named part with everything in it that was changed."""

    part: SupplementPart
    is_changed: bool
    pairs: list[Pair] = field(default_factory=list)
    same: int = 0
    sums: list[YearSum] = field(default_factory=list)


def changes_in(application: Application, supplement: Supplement) -> list[PartChange]:
    """Return the supplement's parts, each compared with what was handed in before it.

    Of an open supplement with what stands now; of another with what was handed in. One that
    ended without answer has no changes.
    """
    parts = list(supplement.parts.all())
    after: dict[Any, Snapshot | None] = {part.place: part.after for part in parts}
    if supplement.state == "open":
        after |= snapshots.taken_all(application, after)
    words = Words(application)
    return [compared(words, part, after[part.place]) for part in parts]


def compared(words: "Words", part: SupplementPart, after: Snapshot | None) -> PartChange:
    """Compare one part with what stood there before."""
    if after is None or snapshots.say_the_same(part.before, after):
        return PartChange(part, is_changed=False)
    old, new = words.of(part, part.before), words.of(part, after)
    pairs = [
        Pair(new.get(key, old.get(key, ("", "")))[0], _text(old, key), _text(new, key))
        for key in dict.fromkeys([*old, *new])
    ]
    changed = [pair for pair in pairs if pair.before != pair.after]
    sums = year_sums(part.before, after) if part.kind == PartKind.BUDGET else []
    return PartChange(part, True, changed, len(pairs) - len(changed), sums)


def _text(found: dict[str, tuple[str, str]], key: str) -> str:
    return found[key][1] if key in found else ""


def year_sums(before: Snapshot, after: Snapshot) -> list[YearSum]:
    """Return the sums by year of the case, and at last of all years."""
    sums: list[dict[int, int]] = [{}, {}]
    for found, snapshot in zip(sums, (before, after), strict=True):
        for row in snapshot["rows"]:
            year, amount = row["fields"]["year"], row["fields"]["amount_sek"]
            found[year] = found.get(year, 0) + amount
            found[0] = found.get(0, 0) + amount
    years = sorted({*sums[0], *sums[1]}, key=lambda year: (year == 0, year))
    return [YearSum(year, sums[0].get(year, 0), sums[1].get(year, 0)) for year in years]


class Words:
    """Says what a row of a snapshot says, for people: by key, its title and its text."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.parties = {
            party.organisation_id: party.organisation.name
            for party in application.case_parties.all()
        }

    def of(self, part: SupplementPart, snapshot: Snapshot) -> dict[str, tuple[str, str]]:
        """Return every text, row or file in a snapshot of ``part``, in order."""
        say: Callable[[SupplementPart, list[Any]], Iterable[tuple[str, str, str]]] = {
            PartKind.QUESTION: self._answers,
            PartKind.SLOT: self._files,
            PartKind.RESULTS: self._results,
            PartKind.ACTIVITIES: self._activities,
            PartKind.RISKS: self._risks,
            PartKind.BUDGET: self._lines,
        }[PartKind(part.kind)]
        found = {
            key: (title, text) for key, title, text in say(part, snapshots.objects_in(snapshot))
        }
        if reason := snapshot.get("guide_reason"):
            found["reason"] = (_("Reason for going above a guide value"), reason)
        return found

    def _answers(self, part: SupplementPart, rows: list[Any]) -> Iterable[tuple[str, str, str]]:
        titles = {"sv": _("In Swedish"), "en": _("In English")}
        for row in rows:
            text = shown(part.question, row.text) if part.question else row.text
            yield row.language, titles[row.language], text

    def _files(self, part: SupplementPart, rows: list[Any]) -> Iterable[tuple[str, str, str]]:
        for row in rows:
            title = self.parties.get(row.organisation_id, "")
            yield str(row.pk), title, f"{row.file_name} (SHA-256 {row.sha256[:12]}…)"

    def _results(self, part: SupplementPart, rows: list[Any]) -> Iterable[tuple[str, str, str]]:
        measured = [row for row in rows if isinstance(row, Indicator)]
        results = [row for row in rows if not isinstance(row, Indicator)]
        for number, result in enumerate(results, start=1):
            lines = [result.text]
            for one in measured:
                if one.result_id == result.pk:
                    words = {"from": one.baseline, "to": one.target, "source": one.source}
                    facts = _("from %(from)s to %(to)s, source: %(source)s") % words
                    lines.append(f"• {one.text}: {facts}")
            yield str(result.pk), _("Result %(number)d") % {"number": number}, "\n".join(lines)

    def _activities(self, part: SupplementPart, rows: list[Any]) -> Iterable[tuple[str, str, str]]:
        for row in sorted(rows, key=lambda row: (row.year, row.pk)):
            title = _("Year %(year)d") % {"year": row.year}
            facts = [self.parties.get(row.organisation_id, "")]
            if row.cost_sek is not None:
                facts.append(money(row.cost_sek))
            yield str(row.pk), title, f"{row.text}\n{', '.join(facts)}"

    def _risks(self, part: SupplementPart, rows: list[Any]) -> Iterable[tuple[str, str, str]]:
        for number, row in enumerate(rows, start=1):
            words = {"probability": row.probability, "consequence": row.consequence}
            facts = _("probability %(probability)d, consequence %(consequence)d") % words
            measure = _("Measure: %(measure)s (%(owner)s)")
            measured = measure % {"measure": row.measure, "owner": row.owner}
            title = _("Risk %(number)d") % {"number": number}
            yield str(row.pk), title, f"{row.text}\n{facts}\n{measured}"

    def _lines(self, part: SupplementPart, rows: list[Any]) -> Iterable[tuple[str, str, str]]:
        guideline = guideline_of(self.application.budget)
        categories = {one.pk: str(one) for one in guideline.categories.all()}
        for row in sorted(rows, key=lambda row: (row.year, row.pk)):
            facts = [
                self.parties.get(row.organisation_id, ""),
                categories.get(row.category_id, ""),
                row.description,
                f"{row.days:f} × {money(row.day_cost_sek)}".replace(".", ",") if row.days else "",
                money(row.amount_sek),
            ]
            title = _("Year %(year)d") % {"year": row.year}
            yield str(row.pk), title, " · ".join(fact for fact in facts if fact)
