"""Draw the states of all that has a workflow, from the workflows' own tables."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from applications.models import AgreementStatus, ChangeStatus, ReportStatus
from applications.statuses import APPLICANT_WORDS, Status
from applications.workflow import (
    AGREEMENT_TRANSITIONS,
    APPROVE_REPORT,
    SUBMIT_REPORT,
    TRANSITIONS,
    WITHDRAW_APPROVAL,
)
from applications.workflow.changing import CHANGE_TRANSITIONS
from applications.workflow.ending import GRANT_TRANSITIONS
from finance.models import Grant, PaymentStatus
from finance.paying.deeds import PAYMENT_TRANSITIONS
from icld_portal.workflow import Transition
from partnerships.models import MeetingStatus
from partnerships.workflow.meeting_states import MEETING_TRANSITIONS

REPORT_TRANSITIONS = (SUBMIT_REPORT, APPROVE_REPORT, WITHDRAW_APPROVAL)
PAGE = Path(settings.BASE_DIR) / "docs" / "states.md"
BEGINNING = """# States of an application

Drawn by `uv run manage.py draw_states` from the transition table in
`applications/workflow/transitions.py`; a test fails when this page is older than the
table. Postgres holds the same moves in a trigger, so not even raw SQL can make another one.

"""


AGREEMENT = """## States of an agreement

Drawn from the table in `applications/workflow/signing.py`. Each side signs once; the last
signature, or the last copy signed by hand that ICLD accepts, makes it signed by all. Neither a
signed nor a cancelled agreement changes again: a new one gets the next edition.

"""

STEERING_MEETING = """## States of a steering meeting

Drawn from the table in `partnerships/workflow/meeting_states.py`. The call writes the letters
with their calendar files; the minutes are open while it is held, and verified by one from each
party they stand: Postgres refuses every later change.

"""

REPORT = """## States of a report

Drawn from the tables in `applications/workflow/reporting.py` and `controlling.py`. A report opens
by itself as a draft. Beside its state stand the approvals of both parties, the auditor's
certificate, an open supplement and ICLD's control; an approval that is withdrawn books its
correction and leads back to the control.

"""

CHANGE = """## States of a change request

Drawn from the table in `applications/workflow/changing.py`. One request of a case is under way at
a time; an approved one is the next version of the grant's budget.

"""

GRANT = """## States of a grant

Drawn from the table in `applications/workflow/ending.py`. Beside it stand its pauses and a proposal
to end it early, which somebody else than the proposer decides; then the last reports are written,
controlled and paid. It is closed when nothing is left: what nobody used is released in the ledger.

"""

PAYMENT = """## States of a payment

Drawn from the table in `finance/paying/deeds.py`. One person prepares, another approves; what has
gone to the bank can only be paid. Beside it stands why a payment is held. Accounts that are
approved anew cancel what was due by the earlier approval (`finance/paying/approving.py`).

"""


def draw(transitions: Iterable[Transition], initial: str) -> str:
    """Return a Mermaid state diagram of ``transitions``."""
    moves = [
        f"    {source} --> {transition.target}: {transition.verb}"
        for transition in transitions
        for source in sorted(transition.sources)
    ]
    sources = {source for transition in transitions for source in transition.sources}
    targets = {transition.target for transition in transitions}
    ends = [f"    {state} --> [*]" for state in sorted(targets - sources)]
    return "\n".join(
        ["```mermaid", "stateDiagram-v2", f"    [*] --> {initial}", *moves, *ends, "```"]
    )


def words_table() -> str:
    """Return the table of what staff and parties read for the same state."""
    rows = ["| state | ICLD reads | the parties read |", "|---|---|---|"]
    rows += [f"| `{state}` | {state.label} | {APPLICANT_WORDS[state]} |" for state in Status]
    return "\n".join(rows)


def page() -> str:
    """Return docs/states.md as the code has it now."""
    with translation.override("en"):
        application = f"{BEGINNING}{draw(TRANSITIONS, Status.DRAFT)}\n\n{words_table()}\n"
        agreement = f"{AGREEMENT}{draw(AGREEMENT_TRANSITIONS, AgreementStatus.OPEN)}\n"
        meeting = f"{STEERING_MEETING}{draw(MEETING_TRANSITIONS, MeetingStatus.PLANNED)}\n"
        report = f"{REPORT}{draw(REPORT_TRANSITIONS, ReportStatus.DRAFT)}\n"
        change = f"{CHANGE}{draw(CHANGE_TRANSITIONS, ChangeStatus.DRAFT)}\n"
        grant = f"{GRANT}{draw(GRANT_TRANSITIONS, Grant.Status.ACTIVE)}\n"
        payment = f"{PAYMENT}{draw(PAYMENT_TRANSITIONS, PaymentStatus.DUE)}\n"
        return "\n".join([application, agreement, meeting, report, change, grant, payment])


class Command(BaseCommand):
    """Writes docs/states.md."""

    help = "Draw the states of everything that has a workflow into docs/states.md."

    def handle(self, *args: Any, **options: Any) -> None:
        PAGE.write_text(page(), encoding="utf-8")
