"""The demo's organisations and partnerships, as they are known from public sources."""

from collections.abc import Iterable
from itertools import groupby

from icld_portal.demo.texts import DATA
from partnerships.models import Country, Organisation, OrganisationKind, Partnership, Party
from partnerships.programme import rows_of

Row = dict[str, str]
REGIONAL_WORDS = ("County", "Province", "Region", "District")
SWEDISH_KINDS = {"municipality": "kommunkod", "region": "lan_code"}


def known_rows() -> list[Row]:
    """Read the known partnerships, one row per theme."""
    return rows_of("known_partnerships.csv", DATA)


def make_partnerships() -> dict[str, Partnership]:
    """Make every partnership with an open cooperation country; return them by row id.

    Rows about the same parties are one partnership.
    """
    open_countries = set(Country.objects.filter(is_open=True).values_list("code", flat=True))
    found: dict[str, Partnership] = {}
    for _key, group in groupby(sorted(known_rows(), key=_same_parties), key=_same_parties):
        rows = list(group)
        if any(row["country_alpha2"] in open_countries for row in rows):
            partnership = _partnership(rows)
            found |= {row["id"]: partnership for row in rows}
    return found


def _same_parties(row: Row) -> tuple[str, str]:
    several = "three-party" in row["note"]
    return row["swedish_partner"], "several" if several else row["international_partner"]


def _partnership(rows: list[Row]) -> Partnership:
    swedish = swedish_organisation(rows[0])
    partners = list(dict.fromkeys(partner_organisation(row) for row in rows))
    years = [int(row["year_from"]) for row in rows if row["year_from"]]
    partnership = Partnership.objects.create(
        name=" – ".join(organisation.name for organisation in [swedish, *partners]),
        since_year=min(years, default=None),
    )
    Party.objects.create(
        partnership=partnership, organisation=swedish, side="swedish", is_grantee=True
    )
    Party.objects.bulk_create(
        Party(partnership=partnership, organisation=partner, side="partner") for partner in partners
    )
    return partnership


def swedish_organisation(row: Row) -> Organisation:
    """Find the municipality or region by its official code; add an association."""
    kind = row["swedish_partner_type"]
    if kind in SWEDISH_KINDS:
        return Organisation.objects.get(kind__code=kind, code=row[SWEDISH_KINDS[kind]])
    return Organisation.objects.get_or_create(
        kind=OrganisationKind.objects.get(code="municipal-association"),
        country=Country.objects.get(code="SE"),
        name=row["swedish_partner"],
    )[0]


def partner_organisation(row: Row) -> Organisation:
    """Find or add the partner in its country; its name tells the level."""
    name = row["international_partner"]
    regional = any(word in name for word in REGIONAL_WORDS)
    kind = "regional-authority" if regional else "local-authority"
    return Organisation.objects.get_or_create(
        country=Country.objects.get(code=row["country_alpha2"]),
        name=name,
        defaults={"kind": OrganisationKind.objects.get(code=kind)},
    )[0]


def organisations_of(partnerships: Iterable[Partnership]) -> list[Organisation]:
    """Return the parties of ``partnerships``, each once, in a fixed order."""
    return list(
        Organisation.objects.filter(parties__partnership__in=list(partnerships))
        .select_related("kind")
        .distinct()
        .order_by("pk")
    )
