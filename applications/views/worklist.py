"""The work list of ICLD: every application that has been handed in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from tempfile import TemporaryFile
from typing import Any, TypeAlias

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Count, F, QuerySet
from django.http import FileResponse, Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications import search
from applications.filters import WorkListFilter
from applications.models import Application, CaseParty, Status
from applications.models.application import ApplicationQuerySet
from finance.models import GrantType
from finance.sums import asked_by_budget
from icld_portal import exports
from icld_portal.access import OFFICE, get_only
from icld_portal.exports import ROWS_PER_CHUNK
from icld_portal.files import XLSX
from icld_portal.paging import ROWS_PER_PAGE
from partnerships.models import User
from partnerships.requests import PortalRequest

# The columns of an export, in the order of ``export_header``.
EXPORTED = (
    "reference",
    "title_sv",
    "title_en",
    "partnership_name",
    "parties",
    "country",
    "type_label",
    "deadline_on",
    "asked_sek",
    "status_label",
    "officer_name",
    "start_on",
    "end_on",
    "received_at",
)
Row: TypeAlias = dict[str, Any]
FORMATS = frozenset({"csv", "xlsx"})


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
        "is_understood": page is not None,
        "applications": [] if page is None else rows_on(page, request.GET.get("text", "")),
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


def page_of(chosen: WorkListFilter, total: int, number: str) -> Page[Any] | None:
    """Return the page asked for; refuses one that does not exist on the filter's form."""
    if not chosen.is_valid():
        return None
    paginator = Paginator(newest(chosen.selection).values("pk"), ROWS_PER_PAGE)
    # The counts per status have said it already; counting again would be another query.
    paginator.count = total
    try:
        return paginator.page(number)
    except InvalidPage:
        last = paginator.num_pages
        chosen.form.add_error(None, _("There is no such page. The last one is %d.") % last)
        return None


def newest(applications: ApplicationQuerySet) -> ApplicationQuerySet:
    """Return ``applications`` in the order of the list."""
    return applications.order_by("-received_at", "-pk")


def rows_on(page: Page[Any], text: str) -> list[Row]:
    """Return the rows of one page; which they are is found before anything is joined.

    Where ``text`` was searched, each row says in which answer it stands.
    """
    shown = Application.objects.filter(pk__in=page.object_list)
    rows = completed(list(rows_of(newest(shown))))
    places = search.places([row["sheet_id"] for row in rows], text) if text else {}
    for row in rows:
        row["place"] = places.get(row["sheet_id"])
    return rows


def rows_of(applications: ApplicationQuerySet) -> "QuerySet[Application, Row]":
    """Return the columns of the list and nothing more: plain rows are quicker than objects."""
    rows: Any = applications.values(
        "pk",
        "reference",
        "title_sv",
        "title_en",
        "grant_type",
        "status",
        "start_on",
        "end_on",
        "received_at",
        "budget_id",
        "sheet_id",
        "bundle_id",
        partnership_name=F("partnership__name"),
        deadline_on=F("round__deadline_on"),
        country_sv=F("country__name_sv"),
        country_en=F("country__name_en"),
        officer_name=F("officer__name"),
    )
    found: QuerySet[Application, Row] = rows
    return found


def completed(rows: list[Row]) -> list[Row]:
    """Add to each row its parties, its asked sum and its words, in two queries."""
    sums = asked_by_budget(row["budget_id"] for row in rows)
    parties = named_parties(row["pk"] for row in rows)
    statuses = {value: str(label) for value, label in Status.choices}
    types = {value: str(label) for value, label in GrantType.choices}
    first, second = ("sv", "en") if get_language() == "sv" else ("en", "sv")
    for row in rows:
        row["title"] = row[f"title_{first}"] or row[f"title_{second}"]
        row["country"] = row[f"country_{first}"] or row[f"country_{second}"]
        row["parties"] = ", ".join(name for name, _checked in parties[row["pk"]])
        row["unchecked"] = not all(checked for _name, checked in parties[row["pk"]])
        row["asked_sek"] = sums.get(row["budget_id"], 0)
        row["status_label"] = statuses[row["status"]]
        row["type_label"] = types[row["grant_type"]]
    return rows


def named_parties(applications: Iterable[int]) -> dict[int, list[tuple[str, bool]]]:
    """Return each application's parties, the grantee first: the name, and whether it is checked."""
    found: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    parties = CaseParty.objects.filter(application__in=list(applications))
    for application, name, checked in parties.values_list(
        "application", "organisation__name", "organisation__is_checked"
    ):
        found[application].append((name, checked))
    return found


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


def export_rows(applications: ApplicationQuerySet) -> Iterator[list[Any]]:
    """Yield one row per application, read in chunks so that memory stays even."""
    found = rows_of(newest(applications)).iterator(chunk_size=ROWS_PER_CHUNK)
    while chunk := list(islice(found, ROWS_PER_CHUNK)):
        for row in completed(chunk):
            yield [row[name] for name in EXPORTED]
