"""The rows of change requests: one that is written, one that waits for ICLD."""

from tests.matrix.rows import Row

WRITTEN = "/applications/{changed}/changes/1/"
WAITING = "/applications/{change_asked}/changes/1/"

CHANGES = {
    "applications:case_changes": Row(
        "/applications/{change_asked}/changes/",
        get="parties=200 icld=200",
        post="writers=302 parties=403 icld=403",
    ),
    "applications:change_request": Row(
        WRITTEN,
        get="parties=200",
        post="writers=302! parties=403",
        data={"version": "{change_version}", "reason": "Dyrare."},
    ),
    "applications:change_money": Row(
        f"{WRITTEN}money/",
        get="writers=200 parties=403",
        post="writers=302! parties=403",
        data={"version": "{change_version}"},
    ),
    "applications:submit_change": Row(
        f"{WRITTEN}submit/",
        post="submitters=302! parties=403",
        data={"version": "{change_version}"},
    ),
    "applications:answer_change": Row(
        f"{WAITING}answer/",
        post="officers=302! icld=403",
        data={"answer": "return", "reason": "Skriv mer."},
    ),
    "applications:office_changes": Row("/office/changes/", get="icld=200"),
}
