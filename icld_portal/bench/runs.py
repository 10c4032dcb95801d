"""One run of the benchmarks: every size in a database of its own, the crowd at the largest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from django.db import connection

from icld_portal.bench import database, world
from icld_portal.bench.browser import Browser
from icld_portal.bench.figures import Bare, Figure
from icld_portal.bench.list_files import list_files
from icld_portal.bench.load import Crowd, load
from icld_portal.bench.sites import Site, served
from icld_portal.bench.timing import Stopwatch, growth
from icld_portal.bench.works import works
from icld_portal.demo.bulk import top_up

BARE, POOLED = "icld_portal.bench.bare", "icld_portal.bench.bare_pooled"
PORTAL = "icld_portal.bench.portal"
# What the largest size is compared with.
FEW = 100
WORKERS_UNDER_LOAD = 2


@dataclass(frozen=True)
class Plan:
    """How large, how often and how many at once."""

    sizes: tuple[int, ...]
    times: int
    crowd: Crowd

    @property
    def spare(self) -> int:
        """How many drafts are needed: one for each submission, apart from each other."""
        return self.times * 2 + self.crowd.submits


FULL = Plan((FEW, 1_000, 10_000), times=40, crowd=Crowd(clients=50, seconds=5, submits=200))
QUICK = Plan((20,), times=5, crowd=Crowd(clients=5, seconds=0.5, submits=5))


def run(plan: Plan, *, keep: bool, say: Callable[[str], None]) -> tuple[Bare, list[Figure]]:
    """Measure everything; return the bare page's medians and the figures."""
    watches: list[Stopwatch] = []
    figures: list[Figure] = []
    with database.prepared(keep=keep) as bare_session:
        for size in plan.sizes:
            say(f"{size} applications …")
            made = fill(size, plan)
            with served(BARE) as bare, served(POOLED) as pooled, served(PORTAL) as portal:
                watch = Stopwatch(
                    Browser(bare.port, bare_session),
                    Browser(pooled.port, bare_session),
                    opener(portal),
                    size,
                    plan.times,
                )
                figures += [watch.measure(work) for work in works(made, watch.browse)]
                watches.append(watch)
        say("The whole list as a file …")
        figures += list_files(PORTAL, plan.sizes[-1])
        say(f"{plan.crowd.clients} clients at once …")
        with served(PORTAL, workers=WORKERS_UNDER_LOAD) as portal:
            figures += load(portal, made, plan.crowd, plan.sizes[-1])
    figures += growth(figures)
    return (
        Bare(
            milliseconds(second for watch in watches for second in watch.bare_seconds),
            milliseconds(second for watch in watches for second in watch.pooled_seconds),
        ),
        figures,
    )


def milliseconds(seconds: Iterable[float]) -> float:
    """Return the median in milliseconds."""
    return round(median(seconds) * 1000, 2)


def fill(size: int, plan: Plan) -> world.World:
    """Begin a database anew with ``size`` applications and the people who measure."""
    database.begin_anew()
    top_up(size)
    made = world.build(spare=plan.spare)
    # What Postgres does by itself over a night, done now: else it is done while we measure.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    database.leave()
    return made


def opener(site: Site) -> Callable[[str], Browser]:
    """Return a function that opens a browser on ``site`` for a session."""
    return lambda session: Browser(site.port, session)
