"""The rows of the overviews of reports and money, and of the programme's frame."""

from tests.matrix.rows import Row

OVERVIEWS: dict[str, Row] = {
    # Whoever has no grant has a list without rows.
    "applications:overview": Row(
        "/overview/",
        get="parties=200 other=200 icld=200 outside=200 removed=200 invited=200 auditor=200",
    ),
    "applications:office_reports": Row("/office/reports/", get="icld=200"),
    "finance:forecast": Row("/office/forecast/", get="icld=200"),
    # Without the mark of what stood there nothing is saved.
    "finance:frame": Row(
        "/office/forecast/frame/2028/",
        get="icld-office_finance=200 icld-office_administrator=200 icld=403",
        post="icld-office_finance=422 icld-office_administrator=422 icld=403",
    ),
}
