"""The register the portal begins with: countries, kinds of organisation, Swedish bodies."""

import csv
from pathlib import Path

from partnerships.models import (
    BudgetRegion,
    Country,
    Organisation,
    OrganisationKind,
    OrganisationSide,
)

DATA = Path(__file__).parent / "data"
TIME_ZONES = {
    "BA": "Europe/Sarajevo",
    "BW": "Africa/Gaborone",
    "BY": "Europe/Minsk",
    "CN": "Asia/Shanghai",
    "CO": "America/Bogota",
    "GE": "Asia/Tbilisi",
    "GT": "America/Guatemala",
    "ID": "Asia/Jakarta",
    "IN": "Asia/Kolkata",
    "KE": "Africa/Nairobi",
    "MD": "Europe/Chisinau",
    "MK": "Europe/Skopje",
    "MZ": "Africa/Maputo",
    "NA": "Africa/Windhoek",
    "RS": "Europe/Belgrade",
    "RW": "Africa/Kigali",
    "TR": "Europe/Istanbul",
    "TZ": "Africa/Dar_es_Salaam",
    "UA": "Europe/Kyiv",
    "UG": "Africa/Kampala",
    "VN": "Asia/Ho_Chi_Minh",
    "XK": "Europe/Belgrade",
    "ZA": "Africa/Johannesburg",
    "ZM": "Africa/Lusaka",
    "ZW": "Africa/Harare",
}
# Code, Swedish and English name, side, may apply. Source: the programme, who may apply.
KINDS = (
    ("municipality", "kommun", "municipality", OrganisationSide.SWEDISH, True),
    ("region", "region", "region", OrganisationSide.SWEDISH, True),
    ("district-board", "kommunal stadsdelsnämnd", "municipal district board", "swedish", True),
    ("joint-board", "gemensam nämnd", "joint board", OrganisationSide.SWEDISH, True),
    ("municipal-association", "kommunalförbund", "municipal association", "swedish", True),
    ("regional-association", "regionförbund", "regional association", "swedish", True),
    (
        "cooperation-body",
        "kommunalt samverkansorgan",
        "municipal cooperation body",
        "swedish",
        True,
    ),
    ("municipal-company", "kommunalt bolag", "municipal company", OrganisationSide.SWEDISH, True),
    ("local-authority", "lokal myndighet", "local authority", OrganisationSide.PARTNER, True),
    ("regional-authority", "regional myndighet", "regional authority", "partner", True),
    ("programme-office", "programkontor", "programme office", OrganisationSide.OFFICE, False),
)
OFFICE_NAME = "ICLD"


def load_register() -> None:
    """Add what is missing of countries, kinds and Swedish organisations; change nothing else."""
    load_countries()
    for code, name_sv, name_en, side, may_apply in KINDS:
        OrganisationKind.objects.get_or_create(
            code=code,
            defaults={"name_sv": name_sv, "name_en": name_en, "side": side, "may_apply": may_apply},
        )
    load_swedish_organisations()


def load_countries() -> None:
    """Sweden and the programme's countries; those of the programme's list are open."""
    countries = [Country(code="SE", name_sv="Sverige", name_en="Sweden")]
    countries += [
        Country(
            code=row["iso_alpha2"],
            name_sv=row["name_sv"],
            name_en=row["name_en"],
            region=(
                BudgetRegion.EUROPE
                if row["programme_region"] == "Europa"
                else BudgetRegion.AFRICA_ASIA
            ),
            time_zone=TIME_ZONES[row["iso_alpha2"]],
            is_open=row["in_seed_2019"] == "1",
        )
        for row in rows_of("cooperation_countries.csv")
    ]
    Country.objects.bulk_create(countries, ignore_conflicts=True)


def load_swedish_organisations() -> None:
    """The 290 municipalities, the 21 regions and the programme office itself."""
    sweden = Country.objects.get(code="SE")
    kinds = {kind.code: kind for kind in OrganisationKind.objects.all()}
    organisations = [Organisation(kind=kinds["programme-office"], country=sweden, name=OFFICE_NAME)]
    organisations += [
        Organisation(
            kind=kinds["municipality"],
            country=sweden,
            name=row["official_name"],
            code=row["kommunkod"],
            registration_number=row["org_number"],
            region_name=row["lan_name"],
            population=int(row["population"]),
            website=row["website"],
        )
        for row in rows_of("municipalities.csv")
    ]
    organisations += [
        Organisation(
            kind=kinds["region"],
            country=sweden,
            name=row["region_name"],
            code=row["lan_code"],
            registration_number=row["org_number"],
            region_name=row["lan_name"],
            population=int(row["population"]),
        )
        for row in rows_of("regions.csv")
    ]
    Organisation.objects.bulk_create(organisations, ignore_conflicts=True)


def rows_of(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    """Read a table of reference data: UTF-8, comma, header row."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
