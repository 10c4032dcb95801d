"""The work list of ICLD: every application that has been handed in."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Count, Prefetch, QuerySet
from django.http import FileResponse, Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.filters import WorkListFilter
from applications.models import Application, CaseParty, Status
from applications.models.application import ApplicationQuerySet
from finance.sums import asked_by_budget
from icld_portal import exports
from icld_portal.access import OFFICE, get_only
from partnerships.models import User
from partnerships.requests import PortalRequest

ROWS_PER_PAGE = 25
ROWS_PER_CHUNK = 500
FORMATS = frozenset({"csv", "xlsx"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@OFFICE
@get_only
def worklist(request: PortalRequest) -> HttpResponse:
    """Show the applications asked for, newest first, or say why the address is refused."""
    chosen = WorkListFilter(request.GET, handed_in(request.user))
    counts = counts_by_status(chosen)
    status = request.GET.get("status", "")
    total = counts.get(status, 0) if status else sum(counts.values())
    page = page_of(chosen, total, request.GET.get("page", "1"))
    refused = bool(chosen.form.errors)
    context = {
        "chosen": chosen,
        "lists": list(chosen.fields()),
        "tabs": tabs(request.GET, counts, status),
        "is_filtered": bool(request.GET),
        "page_obj": page,
        "applications": with_sums(list(page)) if page else [],
        "total": total,
        "export_query": request.GET.urlencode(),
    }
    template = "applications/office/worklist.html"
    return render(request, template, context, status=400 if refused else 200)


@OFFICE
@get_only
def worklist_export(request: PortalRequest, file_format: str) -> HttpResponseBase:
    """Send the whole selection as CSV or XLSX; an address that is refused sends nothing."""
    if file_format not in FORMATS:
        raise Http404
    chosen = WorkListFilter(request.GET, handed_in(request.user))
    if not chosen.is_valid():
        context = {"chosen": chosen, "lists": list(chosen.fields()), "tabs": [], "total": 0}
        return render(request, "applications/office/worklist.html", context, status=400)
    name = f"applications-{timezone.localdate().isoformat()}.{file_format}"
    rows = export_rows(chosen.selection)
    response: HttpResponseBase
    if file_format == "csv":
        response = StreamingHttpResponse(
            exports.csv_rows(export_header(), rows), content_type="text/csv; charset=utf-8"
        )
    else:
        # The response closes the file, which has no name and leaves nothing behind.
        file = TemporaryFile()  # noqa: SIM115
        exports.write_xlsx(export_header(), rows, file)
        file.seek(0)
        response = FileResponse(file, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def handed_in(user: User) -> ApplicationQuerySet:
    """What the work list chooses from."""
    return Application.objects.all().visible_to(user).handed_in()


def counts_by_status(chosen: WorkListFilter) -> dict[str, int]:
    """Return how many applications each status has under the other filters."""
    rows = chosen.whatever_status().order_by().values_list("status")
    return dict(rows.annotate(Count("pk")))


def tabs(query: QueryDict, counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """Return one link per status with its number, keeping the other filters."""
    words = dict(Status.choices) | {"": _("all")}
    numbers = {"": sum(counts.values())} | counts
    shown = ["", *(status.value for status in Status if status != Status.DRAFT)]
    found = []
    for status in shown:
        address = query.copy()
        address.pop("page", None)
        address.pop("status", None)
        if status:
            address["status"] = status
        found.append(
            {
                "label": words[status],
                "number": numbers.get(status, 0),
                "query": address.urlencode(),
                "is_chosen": status == chosen,
            }
        )
    return found


def page_of(chosen: WorkListFilter, total: int, number: str) -> Page[Application] | None:
    """Return the page asked for; refuses one that does not exist on the filter's form."""
    if not chosen.is_valid():
        return None
    paginator = Paginator(with_parties(chosen.selection.for_lists()), ROWS_PER_PAGE)
    # The counts per status have said it already; counting again would be another query.
    paginator.count = total
    try:
        return paginator.page(number)
    except InvalidPage:
        last = paginator.num_pages
        chosen.form.add_error(None, _("There is no such page. The last one is %d.") % last)
        return None


def with_parties(rows: ApplicationQuerySet) -> QuerySet[Application]:
    """Load the parties' names in one query."""
    parties = CaseParty.objects.select_related("organisation")
    return rows.prefetch_related(Prefetch("case_parties", parties))


def with_sums(applications: list[Application]) -> list[Application]:
    """Set ``asked_sek`` on each application, in one query."""
    sums = asked_by_budget(application.budget_id for application in applications)
    for application in applications:
        application.asked_sek = sums.get(application.budget_id, 0)  # type: ignore[attr-defined]
    return applications


def export_header() -> list[str]:
    """Return the columns of the list, in the reader's language."""
    return [
        _("Reference"),
        _("Title in Swedish"),
        _("Title in English"),
        _("Partnership"),
        _("Parties"),
        _("Country"),
        _("Grant type"),
        _("Round"),
        _("Asked, SEK"),
        _("Status"),
        _("Programme officer"),
        _("Starts"),
        _("Ends"),
        _("Received"),
    ]


def export_rows(rows: ApplicationQuerySet) -> Iterator[list[Any]]:
    """Yield one row per application, read in chunks so that memory stays even."""
    found = with_parties(rows.for_lists()).iterator(chunk_size=ROWS_PER_CHUNK)
    chunk: list[Application] = []
    for application in found:
        chunk.append(application)
        if len(chunk) == ROWS_PER_CHUNK:
            yield from map(export_row, with_sums(chunk))
            chunk = []
    yield from map(export_row, with_sums(chunk))


def export_row(application: Application) -> list[Any]:
    """Return the cells of one application, in the order of ``export_header``."""
    parties = application.case_parties.all()
    return [
        application.reference,
        application.title_sv,
        application.title_en,
        application.partnership.name,
        ", ".join(party.organisation.name for party in parties),
        str(application.country),
        application.get_grant_type_display(),
        application.round.deadline_on if application.round else None,
        application.asked_sek,  # type: ignore[attr-defined]
        application.get_status_display(),
        application.officer.name if application.officer else "",
        application.start_on,
        application.end_on,
        application.received_at,
    ]
