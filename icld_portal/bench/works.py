"""What is measured: each piece of work, with the most it may take and ask.

Bounds are ratios to the bare page, and numbers of queries.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.urls import reverse

from applications.models import Application, Part, Report, Section
from icld_portal.bench.browser import Answer, Browser, form_on
from icld_portal.bench.world import World
from icld_portal.bench.writing import Writer
from icld_portal.paging import ROWS_PER_PAGE

LIST, SEARCH, PAGE, SAVE, SUBMIT, PAPER = 3.0, 4.0, 4.0, 2.0, 10.0, 1.5
PAGE_QUERIES = 25
SAVE_QUERIES, SUBMIT_QUERIES, PAPER_QUERIES = 12, 60, 10
OK, MOVED = 200, 302


class Failed(Exception):
    """A page answered otherwise than it should: its time says nothing."""


@dataclass(frozen=True)
class Work:
    """One piece of work: ``once`` does it one time, for the n-th time, in ``browser``."""

    name: str
    session: str
    once: Callable[[Browser, int, bool], Answer]
    bound_ratio: float
    bound_queries: int
    expects: int = OK
    at_most: int = field(default=10_000)

    def run(self, browser: Browser, number: int, *, count: bool = False) -> Answer:
        """Do it; raises Failed when the answer is not the one a user should get."""
        answer = self.once(browser, number, count)
        if answer.status != self.expects:
            raise Failed(f"{self.name}: {answer.status}, not {self.expects}: {answer.location}")
        return answer


def page(
    name: str,
    session: str,
    path: str,
    *,
    bound: float = PAGE,
    queries: int = PAGE_QUERIES,
) -> Work:
    """Return the work of opening one page."""
    return Work(
        name, session, lambda browser, _n, count: browser.get(path, count=count), bound, queries
    )


def works(world: World, browse: Callable[[str], Browser]) -> Iterator[Work]:
    """Yield all work in the order of the journey; ``browse`` opens a browser for a session."""
    yield from public_works()
    yield from applicant_works(world, browse(world.applicant))
    yield from office_works(world, browse(world.decider))
    yield from report_works(world, browse(world.accountant))
    yield from money_works(world)
    yield submitting(world)


def public_works() -> Iterator[Work]:
    """Before signing in."""
    yield page("start page", "", reverse("start"), bound=LIST)
    yield page(
        "questions of one grant type", "", reverse("applications:question_set", args=["project"])
    )


def applicant_works(world: World, browser: Browser) -> Iterator[Work]:
    """The parties' pages, a complete draft of a three-year project before all."""
    draft, session = world.draft, world.applicant
    yield page("applicant's home", session, reverse("home"), bound=LIST)
    yield page("applicant's list", session, reverse("applications:applications"), bound=LIST)
    yield page("draft: task list", session, draft.get_absolute_url())
    sections = sections_of(draft)
    for part in (Part.QUESTIONS, Part.BASICS, Part.RESULTS, Part.BUDGET):
        yield page(f"draft: section {part.value}", session, section_path(draft, sections[part]))
    yield saving(session, section_path(draft, sections[Part.QUESTIONS]), browser)
    yield autosaving(draft, session, section_path(draft, sections[Part.QUESTIONS]), browser)
    yield recalculating(world, section_path(draft, sections[Part.BUDGET]), browser)
    yield page(
        "draft: check your answers", session, reverse("applications:check", args=[draft.key])
    )
    yield page("case page, applicant", session, world.decided.get_absolute_url())
    yield page("read the application, applicant", session, read_path(world.decided))


def office_works(world: World, browser: Browser) -> Iterator[Work]:
    """The staff's lists and one case."""
    session, worklist = world.decider, reverse("applications:worklist")
    handed_in = Application.objects.exclude(status="draft")
    last = -(-handed_in.count() // ROWS_PER_PAGE)
    some = world.assessed
    filters = {
        "unfiltered": "",
        "by status": "?status=submitted",
        "by round": f"?round={some.round_id}",
        "by grant type": "?grant_type=project",
        "by country": f"?country={some.country.code}",
        "by officer": f"?officer={some.officer_id}",
        "last page": f"?page={last}",
        "sorted by title": "?sort=title",
        "sorted by officer": "?sort=-officer",
        "a saved view": f"?{world.view.query}&view={world.view.pk}",
    }
    for name, query in filters.items():
        yield page(f"staff list, {name}", session, worklist + query, bound=LIST)
    yield page("staff list, text search", session, f"{worklist}?text=vatten", bound=SEARCH)
    often = f"{worklist}?text=kommun"
    yield page("staff list, a word of most cases", session, often, bound=SEARCH)
    yield page("grants list", session, reverse("finance:grants"), bound=LIST)
    yield page("case page, staff", session, some.get_absolute_url())
    yield page("read the application, staff", session, read_path(some))
    for name in ("assess", "decide"):
        yield page(f"{name} page", session, reverse(f"applications:{name}", args=[some.handle]))
    if some.round:
        deadline = some.round.deadline_on.isoformat()
        yield page("decision meeting", session, reverse("applications:meeting", args=[deadline]))
    paper = world.stored_paper
    yield page(
        "stored paper",
        session,
        reverse("applications:paper", args=[paper.application.handle, paper.kind, paper.language]),
        bound=PAPER,
        queries=PAPER_QUERIES,
    )


def report_works(world: World, browser: Browser) -> Iterator[Work]:
    """A report being written, with the accounts of a large project, and one in control."""
    session, report = world.accountant, world.report
    handle = [report.application.reference, report.slug]
    yield page("report, task list", session, report.get_absolute_url())
    sections = list(report.sheet.question_set.sections.order_by("sort_order"))
    key = next(section.key for section in sections if section.part == Part.QUESTIONS)
    path = reverse("applications:report_section", args=[*handle, key])
    yield page("report, section questions", session, path)
    for name in ("accounts", "salaries", "receipts", "deviations", "missing"):
        yield page(f"report, {name}", session, reverse(f"applications:report_{name}", args=handle))
    yield counting_costs(world, browser)
    yield page("reports of a party", world.applicant, reverse("applications:reports"), bound=LIST)
    yield page("report, staff", world.decider, world.controlled.get_absolute_url())


def counting_costs(world: World, browser: Browser) -> Work:
    """Return the work of adding up the accounts while somebody types a cost."""
    handle = [world.report.application.reference, world.report.slug]
    shown = browser.get(reverse("applications:report_accounts", args=handle))
    fields = dict(form_on(shown.text)) | {"voucher": "A 99", "text": "Tåg", "amount": "1 234,50"}
    fields["booked_on"] = world.report.first_on.isoformat()
    sums = reverse("applications:accounts_sums", args=handle)

    def count_costs(browser: Browser, number: int, count: bool) -> Answer:
        return browser.post(sums, list(fields.items()), count=count, live=True)

    return Work("live sums of the accounts", world.accountant, count_costs, PAGE, PAGE_QUERIES)


def money_works(world: World) -> Iterator[Work]:
    """Overviews and lists over all reports, grants and payments."""
    session, reports = world.decider, reverse("applications:office_reports")
    for name, query in (("all", ""), ("late", "?state=late"), ("in control", "?state=control")):
        yield page(f"reports, {name}", session, reports + query, bound=LIST)
    last = -(-Report.objects.count() // ROWS_PER_PAGE)
    yield page("reports, last page", session, f"{reports}?page={last}", bound=LIST)
    yield page("forecast", session, reverse("finance:forecast"), bound=LIST)
    yield page("payments", session, reverse("finance:payments"), bound=LIST)
    ledger = reverse("finance:ledger", args=[world.controlled.application.reference])
    yield page("ledger of a grant", session, ledger)
    overview = reverse("applications:overview")
    yield page("due, paid and left", world.applicant, overview, bound=LIST)


def saving(session: str, path: str, browser: Browser) -> Work:
    """Return the work of saving a section in which one answer is written anew."""
    writer = Writer(browser, path)

    def save(browser: Browser, number: int, count: bool) -> Answer:
        return browser.post(path, writer.rewrite(number), count=count)

    return Work("save one answer", session, save, SAVE, SAVE_QUERIES, expects=MOVED)


def autosaving(draft: Application, session: str, path: str, browser: Browser) -> Work:
    """Return the work of keeping one answer while it is typed, as the page's script does."""
    writer = Writer(browser, path)
    address = reverse("applications:save_answer", args=[draft.key, writer.key])

    def save(browser: Browser, number: int, count: bool) -> Answer:
        answer = browser.post(address, writer.typed(number), count=count, data=True)
        if answer.status == OK:
            writer.note(answer.text)
        return answer

    return Work("save one answer while typing", session, save, SAVE, SAVE_QUERIES)


def recalculating(world: World, path: str, browser: Browser) -> Work:
    """Return the work of adding up the budget while somebody types."""
    fields = form_on(browser.get(path).text)
    sums = reverse("applications:budget_sums", args=[world.draft.key])

    def recalculate(browser: Browser, number: int, count: bool) -> Answer:
        return browser.post(sums, fields, count=count, live=True)

    return Work("live budget sums", world.applicant, recalculate, PAGE, PAGE_QUERIES)


def submitting(world: World) -> Work:
    """Return the work of handing in one draft after the other."""

    def submit(browser: Browser, number: int, count: bool) -> Answer:
        key = world.spare[number].key
        return browser.post(reverse("applications:submit", args=[key]), [], count=count)

    return Work("submit", world.submitter, submit, SUBMIT, SUBMIT_QUERIES, MOVED, len(world.spare))


def sections_of(draft: Application) -> dict[str, Section]:
    """Return one section of each kind; of those with questions alone, the one with the most."""
    sections = Section.objects.filter(question_set=draft.sheet.question_set)
    longest = sorted(sections.prefetch_related("questions"), key=lambda one: one.questions.count())
    return {section.part: section for section in longest}


def section_path(application: Application, section: Section) -> str:
    """Return the address of a section's page."""
    return reverse("applications:section", args=[application.handle, section.key])


def read_path(application: Application) -> str:
    """Return the address of the whole application on one page."""
    return reverse("applications:read", args=[application.handle])
