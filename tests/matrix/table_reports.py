"""The rows of reports: one that is being written."""

from tests.matrix.rows import Row

WRITTEN = "/reports/{reported}/year-1/"

REPORTS: dict[str, Row] = {
    "applications:reports": Row("/reports/", get="*=200"),
    "applications:report": Row(WRITTEN, get="parties=200 icld=200"),
}
