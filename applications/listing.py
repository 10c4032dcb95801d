"""The rows of the work list, on the page and in files: plain columns, a few queries a page."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeAlias

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.models import (
    Agreement,
    AgreementStatus,
    Application,
    CaseParty,
    Status,
    Supplement,
    SupplementState,
)
from applications.models.application import ApplicationQuerySet
from applications.snapshots import asked_sums
from finance.models import GrantType
from icld_portal.among import among
from icld_portal.exports import ROWS_PER_CHUNK
from icld_portal.localize import STOCKHOLM

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


def rows_of(applications: ApplicationQuerySet) -> "QuerySet[Application, Row]":
    """Return the columns of the list and nothing more: plain rows are quicker than objects."""
    asked = Supplement.objects.filter(application=OuterRef("pk")).order_by()
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
        # When the parties are to answer by, and whether an answer waits to be read.
        supplement_due_on=Subquery(asked.open().values("due_on")[:1]),
        agreement_status=Subquery(
            Agreement.objects.filter(application=OuterRef("pk"))
            .standing()
            .order_by()
            .values("status")[:1]
        ),
        supplement_waits=Exists(asked.filter(state=SupplementState.HANDED_IN)),
    )
    found: QuerySet[Application, Row] = rows
    return found


def completed(rows: list[Row]) -> list[Row]:
    """Add to each row its parties, its asked sum and its words, in two queries."""
    sums = asked_sums(row["budget_id"] for row in rows)
    parties = named_parties(row["pk"] for row in rows)
    statuses = {value: str(label) for value, label in Status.choices}
    types = {value: str(label) for value, label in GrantType.choices}
    first, second = ("sv", "en") if get_language() == "sv" else ("en", "sv")
    today = timezone.localtime(timezone=STOCKHOLM).date()
    for row in rows:
        row["title"] = row[f"title_{first}"] or row[f"title_{second}"]
        row["country"] = row[f"country_{first}"] or row[f"country_{second}"]
        row["parties"] = ", ".join(name for name, _checked in parties[row["pk"]])
        row["unchecked"] = not all(checked for _name, checked in parties[row["pk"]])
        row["asked_sek"] = sums.get(row["budget_id"], 0)
        row["status_label"] = statuses[row["status"]]
        row["supplement_is_late"] = bool(
            row["supplement_due_on"] and row["supplement_due_on"] < today
        )
        row["type_label"] = types[row["grant_type"]]
        row["agreement_label"] = agreement_words(row["status"], row["agreement_status"])
    return rows


def agreement_words(status: str, agreement: str | None) -> str:
    """Return how far the agreement of a case has come, in words; nothing if it gets none."""
    if agreement:
        return str(AgreementStatus(agreement).label)
    return _("not made yet") if status == Status.APPROVED else ""


def named_parties(applications: Iterable[int]) -> dict[int, list[tuple[str, bool]]]:
    """Return each application's parties, the grantee first: the name, and whether it is checked."""
    found: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    parties = CaseParty.objects.filter(among("application", applications))
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
    found = rows_of(applications).iterator(chunk_size=ROWS_PER_CHUNK)
    while chunk := list(islice(found, ROWS_PER_CHUNK)):
        for row in completed(chunk):
            yield [row[name] for name in EXPORTED]
