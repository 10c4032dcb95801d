"""The rows of a report's accounts: written by the grantee, read by both parties in a draft."""

from icld_portal.seen_forms import SEEN
from icld_portal.versions import fingerprint
from tests.matrix.rows import Row

REPORT = "/reports/{reported}/year-1/"
READ = "parties=200"
WRITE = "swedish-writers=302! parties=403"
COST = {
    "voucher": "A 2",
    "booked_on": "{reported_on}",
    "text": "Train",
    "organisation_id": "{robertsfors}",
    "category_id": "{travel}",
    "amount": "10,00",
    SEEN: fingerprint({}),
}
SALARY = {
    "person": "Somebody",
    "first_on": "{reported_on}",
    "last_on": "{reported_on}",
    "days": "1",
    "day_cost": "100",
    SEEN: fingerprint({}),
}

ACCOUNTS_OF_REPORTS: dict[str, Row] = {
    "applications:report_accounts": Row(f"{REPORT}accounts/", get=READ, post=WRITE, data=COST),
    "applications:accounts_sums": Row(
        f"{REPORT}accounts/sums/", post="swedish-writers=200 parties=403", data=COST
    ),
    "applications:accounts_row": Row(
        f"{REPORT}accounts/{{cost}}/",
        get="swedish-writers=200 parties=403",
        post="swedish-writers=422 parties=403",
        data=COST,
    ),
    "applications:remove_accounts_row": Row(f"{REPORT}accounts/{{cost}}/remove/", post=WRITE),
    "applications:report_salaries": Row(f"{REPORT}salaries/", get=READ, post=WRITE, data=SALARY),
    "applications:salaries_sums": Row(
        f"{REPORT}salaries/sums/", post="swedish-writers=200 parties=403", data=SALARY
    ),
    "applications:salaries_row": Row(
        f"{REPORT}salaries/{{salary}}/",
        get="swedish-writers=200 parties=403",
        post="swedish-writers=422 parties=403",
        data=SALARY,
    ),
    "applications:remove_salaries_row": Row(f"{REPORT}salaries/{{salary}}/remove/", post=WRITE),
    "applications:report_missing": Row(f"{REPORT}accounts/missing/", get=READ),
    "applications:report_deviations": Row(
        f"{REPORT}deviations/", get=READ, post="swedish-writers=302! parties=403"
    ),
    "applications:save_deviation": Row(
        f"{REPORT}deviations/deviation-{{robertsfors}}-{{travel}}/",
        post="swedish-writers=200! parties=403",
        data={
            "writer": "",
            "deviation-{robertsfors}-{travel}": "Billigare.",
            "seen-deviation-{robertsfors}-{travel}": "0.e3b0c44298fc1c14",
        },
    ),
    "applications:report_receipts": Row(f"{REPORT}receipts/", get=READ),
    "applications:attach_receipt": Row(
        f"{REPORT}receipts/add/",
        get="swedish-writers=200 parties=403",
        post="swedish-writers=302! parties=403",
        data="receipt",
    ),
    "applications:receipt_history": Row(f"{REPORT}receipts/history/", get=READ),
    "applications:receipt": Row(f"{REPORT}receipts/{{receipt}}/", get=READ),
    "applications:remove_receipt": Row(f"{REPORT}receipts/{{receipt}}/remove/", post=WRITE),
    "applications:account_file": Row(
        f"{REPORT}accounts/file/",
        get="swedish-writers=200 parties=403",
        post="swedish-writers=422 parties=403",
    ),
    "applications:account_import": Row(
        f"{REPORT}accounts/file/{{import}}/",
        get="swedish-writers=200 parties=403",
        post="swedish-writers=200 parties=403",
    ),
    "applications:keep_import": Row(f"{REPORT}accounts/file/{{import}}/keep/", post=WRITE),
    "applications:account_download": Row(f"{REPORT}accounts/download/costs.csv", get=READ),
}
