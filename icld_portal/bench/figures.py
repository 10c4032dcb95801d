"""Figures: what was measured against its bound, as a table for people and as data."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    A page has milliseconds (``ms``), its ratio to the bare page, the ratio to a bare page
    with a connection pool, and its queries; any other figure has a ``value`` in ``unit``
    with ``bound`` as its limit.
    """

    name: str
    applications: int
    ok: bool
    ms: float | None = None
    ratio: float | None = None
    ratio_pooled: float | None = None
    queries: int | None = None
    kilobytes: float | None = None
    bound_ratio: float | None = None
    bound_queries: int | None = None
    value: float | None = None
    unit: str = ""
    bound: float | None = None


def at_most(name: str, applications: int, value: float, unit: str, bound: float) -> Figure:
    """Return a figure that must not pass ``bound``."""
    value = round(value, 2)
    return Figure(name, applications, value <= bound, value=value, unit=unit, bound=bound)


def at_least(name: str, applications: int, value: float, unit: str, bound: float) -> Figure:
    """Return a figure that must reach ``bound``."""
    value = round(value, 1)
    return Figure(name, applications, value >= bound, value=value, unit=unit, bound=bound)


@dataclass(frozen=True)
class Bare:
    """Medians of the bare page, as Django comes and with the portal's connection pool."""

    ms: float
    pooled_ms: float


def as_data(bare: Bare, figures: Iterable[Figure]) -> dict[str, Any]:
    """Return what ``bench --json`` prints; keys without a value are left out."""
    rows = (asdict(figure) for figure in figures)
    return {
        "bare_ms": bare.ms,
        "bare_pooled_ms": bare.pooled_ms,
        "figures": [
            {key: value for key, value in row.items() if value not in (None, "")} for row in rows
        ],
    }


def as_table(bare: Bare, figures: Iterable[Figure]) -> str:
    """Return a Markdown table, so that a run can be pasted into the documentation."""
    lines = [
        f"Bare page: {bare.ms:.1f} ms; with a connection pool {bare.pooled_ms:.1f} ms.",
        "",
        "| work | applications | measured | bound | × pooled | queries | at most | kB | |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    return "\n".join([*lines, *(row(figure) for figure in figures)])


def row(figure: Figure) -> str:
    """Return one line of the table."""
    if figure.ratio is None:
        measured, bound = f"{figure.value} {figure.unit}", f"{figure.bound} {figure.unit}"
    else:
        measured = f"{figure.ratio:.2f} ×"
        if figure.ms is not None:
            measured = f"{figure.ms:.1f} ms, {measured}"
        bound = f"{figure.bound_ratio} ×"
    cells = [
        figure.name,
        f"{figure.applications:,}".replace(",", " "),
        measured,
        bound,
        "" if figure.ratio_pooled is None else f"{figure.ratio_pooled:.2f}",
        "" if figure.queries is None else str(figure.queries),
        "" if figure.bound_queries is None else str(figure.bound_queries),
        "" if figure.kilobytes is None else f"{figure.kilobytes:.0f}",
        "ok" if figure.ok else "**missed**",
    ]
    return f"| {' | '.join(cells)} |"
