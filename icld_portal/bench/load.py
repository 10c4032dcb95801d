"""Many at once: throughput, two hundred submissions, the PDF, the memory of a web worker."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from statistics import median
from time import perf_counter

from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from applications.jobs import make_receipt
from applications.models import Application, Part, Status
from applications.pdfs import receipt_pdf
from icld_portal.bench.browser import Browser
from icld_portal.bench.figures import Figure, at_least, at_most
from icld_portal.bench.sites import Site
from icld_portal.bench.works import Failed, section_path, sections_of
from icld_portal.bench.world import World, approve_by_both
from icld_portal.bench.writing import Writer

LIST_PER_SECOND, SAVES_PER_SECOND = 60, 120
SUBMITS_SECONDS, PDF_SECONDS, WORKER_MEGABYTES = 15, 1, 130
SUBMITTING_CLIENTS = 20
PDF_TIMES = 5


@dataclass(frozen=True)
class Crowd:
    """How many clients come at once, for how long, and how much they hand in."""

    clients: int
    seconds: float
    submits: int


def load(site: Site, world: World, crowd: Crowd, applications: int) -> Iterator[Figure]:
    """Measure a served site under load; the drafts that are submitted are the last spare ones."""
    name = f"{crowd.clients} clients at once"
    listed = list_per_second(site, world, crowd)
    yield at_least(f"{name}: staff list", applications, listed, "a second", LIST_PER_SECOND)
    saved = saves_per_second(site, world, crowd)
    yield at_least(f"{name}: saving", applications, saved, "a second", SAVES_PER_SECOND)
    yield submits(site, world, crowd, applications)
    yield at_most(
        "receipt of a whole project, warm", applications, pdf_seconds(world), "s", PDF_SECONDS
    )
    resident = max(rss for rss, _pss in site.worker_megabytes())
    yield at_most("memory of a web worker", applications, resident, "MB", WORKER_MEGABYTES)


def list_per_second(site: Site, world: World, crowd: Crowd) -> float:
    """Return how many staff lists a second are served."""
    path = reverse("applications:worklist")

    def ask(browser: Browser, _client: int, _number: int) -> None:
        expect(browser.get(path).status, 200, path)

    return per_second(site, world.decider, crowd, ask)


def saves_per_second(site: Site, world: World, crowd: Crowd) -> float:
    """Return how many saves a second are served; each client writes in a draft of its own."""
    section = sections_of(world.draft)[Part.QUESTIONS]
    browser = Browser(site.port, world.submitter)
    writers = [
        Writer(browser, section_path(draft, section)) for draft in world.spare[-crowd.clients :]
    ]

    def save(browser: Browser, client: int, number: int) -> None:
        writer = writers[client]
        expect(browser.post(writer.path, writer.rewrite(number)).status, 302, writer.path)

    return per_second(site, world.submitter, crowd, save)


def per_second(
    site: Site, session: str, crowd: Crowd, ask: Callable[[Browser, int, int], None]
) -> float:
    """Return how often ``ask(browser, client, number)`` succeeds a second, all clients together.

    The clock starts when every client has been served once.
    """
    browsers = [Browser(site.port, session) for _client in range(crowd.clients)]

    def first(index: int) -> None:
        ask(browsers[index], index, 0)

    def client(index: int) -> int:
        browser = browsers[index]
        for number in count(1):
            if perf_counter() - started > crowd.seconds:
                return number - 1
            ask(browser, index, number)
        return 0

    with ThreadPoolExecutor(crowd.clients) as clients:
        list(clients.map(first, range(crowd.clients)))
        started = perf_counter()
        done = sum(clients.map(client, range(crowd.clients)))
    return done / (perf_counter() - started)


def submits(site: Site, world: World, crowd: Crowd, applications: int) -> Figure:
    """Have many drafts handed in at once; each must get its own reference and its receipt's job.

    Raises Failed when one is lost: then the time says nothing.
    """
    drafts = [approve_by_both(draft) for draft in world.spare[-crowd.submits :]]

    def hand_in(share: list[Application]) -> None:
        browser = Browser(site.port, world.submitter)
        for draft in share:
            path = reverse("applications:submit", args=[draft.key])
            expect(browser.post(path, []).status, 302, path)

    started = perf_counter()
    with ThreadPoolExecutor(SUBMITTING_CLIENTS) as clients:
        shares = [drafts[first::SUBMITTING_CLIENTS] for first in range(SUBMITTING_CLIENTS)]
        list(clients.map(hand_in, shares))
    seconds = perf_counter() - started
    if lost := crowd.submits - handed_in(drafts):
        raise Failed(f"{lost} of {crowd.submits} submissions are lost.")
    name = f"{crowd.submits} submits from {SUBMITTING_CLIENTS} clients"
    return at_most(name, applications, seconds, "s", SUBMITS_SECONDS)


def handed_in(drafts: list[Application]) -> int:
    """Return how many of ``drafts`` have been received and have a receipt waiting to be made."""
    keys = [draft.pk for draft in drafts]
    received = Application.objects.filter(pk__in=keys, status=Status.SUBMITTED)
    jobs = ProcrastinateJob.objects.filter(
        task_name=make_receipt.name, args__application_id__in=keys
    )
    return min(
        received.values("reference").distinct().count(),
        jobs.values("args__application_id").distinct().count(),
    )


def pdf_seconds(world: World) -> float:
    """Return how long the receipt of a whole project takes once everything is loaded."""
    taken = []
    for _time in range(PDF_TIMES + 1):
        started = perf_counter()
        receipt_pdf(world.decided, "sv")
        taken.append(perf_counter() - started)
    return median(taken[1:])


def expect(status: int, wanted: int, path: str) -> None:
    """Raise Failed when an answer is not the one a user should get."""
    if status != wanted:
        raise Failed(f"{path}: {status}, not {wanted}")
