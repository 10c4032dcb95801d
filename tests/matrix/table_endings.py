"""The rows of how a grant rests and ends: one that runs, one that is paused and to end."""

from tests.matrix.rows import Row

RUNS = "/applications/{grant}/ending/"
ENDS = "/applications/{ends}/ending/"

ENDINGS = {
    "applications:ending": Row(ENDS, get="icld=200"),
    "applications:pause_grant": Row(
        f"{RUNS}pause/",
        post="officers=302! icld=403",
        data={"first_on": "{pause_on}", "last_on": "{pause_on}", "reason": "Val."},
    ),
    "applications:end_pause": Row(
        f"{ENDS}pauses/{{pause}}/end/",
        post="officers=302! icld=403",
        data={"pause-{pause}-back_on": "{pause_on}"},
    ),
    "applications:propose_ending": Row(
        f"{RUNS}propose/",
        post="officers=302! icld=403",
        data={"last_on": "{ending_on}", "reason": "Krig."},
    ),
    "applications:answer_ending": Row(
        f"{ENDS}answer/",
        post="officers=302! icld=403",
        data={"ending": "{proposed}", "answer": "return", "reason": "Vänta."},
    ),
    "applications:summary": Row("/applications/{ends}/summary/", get="parties=200 icld=200"),
    "applications:summary_paper": Row(
        "/applications/{ends}/summary/ended/sv/", get="parties=200 icld=200"
    ),
    # Reports and payments are not done: the page says what is missing.
    "applications:close_grant": Row(f"{RUNS}close/", post="officers=422 icld=403"),
}
