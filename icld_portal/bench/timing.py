"""Timing one page at a time, the bare pages between, so that a busy moment hits all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median

from icld_portal.bench.browser import Browser
from icld_portal.bench.figures import Figure
from icld_portal.bench.works import Work

WARM_UPS = 3
GROWTH = 1.5


@dataclass
class Stopwatch:
    """Times work against the bare pages, and remembers every time of theirs."""

    bare: Browser
    pooled: Browser
    browse: Callable[[str], Browser]
    applications: int
    times: int
    bare_seconds: list[float] = field(default_factory=list)
    pooled_seconds: list[float] = field(default_factory=list)

    def measure(self, work: Work) -> Figure:
        """Do the work many times, each time after the bare pages; compare the medians."""
        browser = self.browse(work.session)
        times = min(self.times, work.at_most - WARM_UPS - 1)
        for number in range(WARM_UPS):
            self.bare.get("/")
            self.pooled.get("/")
            work.run(browser, number)
        # After the first ones: what a process reads once for all its pages is not the page's.
        counted = work.run(browser, WARM_UPS, count=True)
        bare, pooled, taken = [], [], []
        for number in range(WARM_UPS + 1, WARM_UPS + 1 + times):
            bare.append(self.bare.get("/").seconds)
            pooled.append(self.pooled.get("/").seconds)
            taken.append(work.run(browser, number).seconds)
        self.bare_seconds += bare
        self.pooled_seconds += pooled
        ratio = round(median(taken) / median(bare), 2)
        return Figure(
            work.name,
            self.applications,
            ratio <= work.bound_ratio and counted.queries <= work.bound_queries,
            ms=round(median(taken) * 1000, 2),
            ratio=ratio,
            ratio_pooled=round(median(taken) / median(pooled), 2),
            queries=counted.queries,
            kilobytes=round(len(counted.text) / 1000, 1),
            bound_ratio=work.bound_ratio,
            bound_queries=work.bound_queries,
        )


def growth(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Compare each page at the largest size with itself at the smallest, queries too."""
    pages = [figure for figure in figures if figure.ms is not None]
    sizes = sorted({figure.applications for figure in pages})
    if len(sizes) < 2:
        return
    small = {figure.name: figure for figure in pages if figure.applications == sizes[0]}
    for large in pages:
        if large.applications != sizes[-1]:
            continue
        before = small[large.name]
        ratio = round((large.ratio or 0) / (before.ratio or 1), 2)
        yield Figure(
            f"{large.name}: {sizes[-1]} against {sizes[0]}",
            large.applications,
            ratio <= GROWTH and large.queries == before.queries,
            ratio=ratio,
            queries=large.queries,
            bound_ratio=GROWTH,
            bound_queries=before.queries,
        )
