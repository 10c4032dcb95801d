"""The rows of reports: one that is being written."""

from tests.matrix.rows import Row

WRITTEN = "/reports/{reported}/year-1/"

REPORTS: dict[str, Row] = {
    "applications:reports": Row("/reports/", get="*=200"),
    "applications:report": Row(WRITTEN, get="parties=200 icld=200"),
    "applications:read_report": Row(f"{WRITTEN}read/", get="parties=200"),
    "applications:report_section": Row(
        f"{WRITTEN}sections/year/",
        get="writers=200 parties=302",
        post="writers=302! parties=403",
        data={"writer": "", "question-summary": "Klart.", "seen-summary": "0.e3b0c44298fc1c14"},
    ),
    "applications:save_report_answer": Row(
        f"{WRITTEN}answers/summary/",
        post="writers=200! parties=403",
        data={"writer": "", "question-summary": "Klart.", "seen-summary": "0.e3b0c44298fc1c14"},
    ),
}
