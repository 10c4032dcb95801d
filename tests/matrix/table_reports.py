"""The rows of reports: one that is begun, one that is written and waits for its approvals."""

from tests.matrix.rows import Row

BEGUN = "/reports/{reported}/year-1/"
WRITTEN = "/reports/{reported}/year-2/"

REPORTS: dict[str, Row] = {
    "applications:reports": Row("/reports/", get="*=200"),
    "applications:report": Row(WRITTEN, get="parties=200 icld=200"),
    "applications:read_report": Row(f"{WRITTEN}read/", get="parties=200"),
    "applications:report_section": Row(
        f"{BEGUN}sections/year/",
        get="writers=200 parties=302",
        post="writers=302! parties=403",
        data={"writer": "", "question-summary": "Klart.", "seen-summary": "0.e3b0c44298fc1c14"},
    ),
    "applications:save_report_answer": Row(
        f"{BEGUN}answers/summary/",
        post="writers=200! parties=403",
        data={"writer": "", "question-summary": "Klart.", "seen-summary": "0.e3b0c44298fc1c14"},
    ),
    "applications:report_approval": Row(
        f"{WRITTEN}approval/",
        get="parties=200",
        post="swedish-signatory=302! parties=403",
        data={
            "version": "{report_version}",
            "organisation": "{robertsfors}",
            "statement": "Ja.",
            "code": "{code}",
        },
    ),
    "applications:remind_of_report": Row(
        f"{WRITTEN}approval/remind/", post="writers=302! submitters=302! parties=403"
    ),
    "applications:submit_report": Row(
        f"{WRITTEN}submit/", get="parties=200", post="submitters=422 parties=302"
    ),
    "applications:report_citations": Row(f"{WRITTEN}citations/", get="parties=200"),
    "applications:cite_in_report": Row(
        f"{WRITTEN}citations/cite/",
        post="writers=302! parties=403",
        data={"decision": "{report_decision}"},
    ),
    "applications:uncite_in_report": Row(
        f"{WRITTEN}citations/remove/",
        post="writers=302! parties=403",
        data={"decision": "{report_decision}"},
    ),
}

IN_CONTROL = "/reports/{controlled}/year-1/control/"
# ICLD's people who control; the others of ICLD read.
CONTROL = "icld-officer=302! icld-decider=302! icld-office_finance=302! icld=403"
SEES = "icld-officer=200 icld-decider=200 icld-office_finance=200 icld=403"

CONTROLS: dict[str, Row] = {
    # Every row is controlled: there is nothing left to keep or to approve.
    "applications:report_control": Row(
        IN_CONTROL, get="icld=200", post=CONTROL.replace("!", ""), data={}
    ),
    "applications:approve_rest": Row(f"{IN_CONTROL}rest/", post=CONTROL.replace("!", "")),
    "applications:control_checklist": Row(
        f"{IN_CONTROL}checklist/", get=SEES, post=CONTROL, data={"text": "Tack."}
    ),
    "applications:approve_report": Row(
        f"{IN_CONTROL}approve/", get=SEES, post=CONTROL, data={"payable": "13 000,25 kr"}
    ),
    "applications:withdraw_report_approval": Row(
        "/reports/{controlled}/year-2/control/withdraw/",
        get=SEES,
        post=CONTROL,
        data={"reason": "Fel."},
    ),
}
