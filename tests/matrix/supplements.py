"""What the matrix asks about supplements: one that is open, and one that was handed in."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from applications import workflow
from applications.models import Application
from applications.workflow import Asked
from tests.factories import cases
from tests.matrix.rows import Row

OPEN = "/applications/{asked}/supplements/1/"
ANSWERED = "/applications/{answered}/supplements/1/"

SUPPLEMENTS: dict[str, Row] = {
    "applications:current_supplement": Row(
        "/applications/{asked}/supplement/", get="parties=302 icld=302"
    ),
    "applications:supplement": Row(OPEN, get="parties=200 icld=200"),
    "applications:ask_supplement": Row(
        "/applications/{answered}/supplements/ask/",
        get="officers=200 icld=403",
        post="officers=302! icld=403",
        data={"part": "budget-0", "reason-budget-0": "Clearer.", "due_on": "{later}"},
    ),
    "applications:hand_in_supplement": Row(
        f"{OPEN}hand-in/",
        post="submitters=302! parties=403 icld=403",
        data={"answer": "It is as it should be."},
    ),
    "applications:accept_supplement": Row(f"{ANSWERED}accept/", post="officers=302! icld=403"),
    "applications:close_supplement": Row(
        f"{OPEN}close/",
        get="officers=200 icld=403",
        post="officers=302! icld=403",
        data={"reason": "No answer."},
    ),
    "applications:more_time": Row(
        f"{OPEN}more-time/", post="officers=302! icld=403", data={"due_on": "{later}"}
    ),
}


def supplement_words(
    asked: Application, answered: Application, *, writer: Any, officer: Any
) -> dict[str, Any]:
    """Hand in two written drafts and ask for the budget of each; the second is answered."""
    for draft in (asked, answered):
        cases.approve_by_both(draft)
        case = workflow.submit(draft, by=writer)
        due_on = timezone.localdate() + timedelta(days=14)
        supplement = workflow.ask_supplement(
            case, [Asked("budget", 0, "Clearer.")], due_on=due_on, by=officer
        )
    workflow.hand_in_supplement(supplement, by=writer, answer="It is right.")
    references = (
        Application.objects.values_list("reference", flat=True).get(pk=draft.pk)
        for draft in (asked, answered)
    )
    return dict(zip(("asked", "answered"), references, strict=True))
