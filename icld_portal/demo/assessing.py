"""How the demo's cases are assessed: alone, by several, and in common."""

from datetime import datetime

from applications import workflow
from applications.models import Application, Outcome, Question
from applications.workflow.scoring import Text
from finance import caps
from partnerships.models import Interest, Role, User

# One score per criterion, in the criteria's order; from the start again where there are more.
SCORES = {Outcome.APPROVED: (5, 4, 4, 3, 4), Outcome.REJECTED: (3, 2, 3, 2, 2)}
REASONS = {
    1: "Ansökan säger inget om det här.",
    2: "Det nämns, men är främst beskrivet ur den ena partens synvinkel.",
    3: "Det finns med och hänger i huvudsak ihop, men är allmänt hållet.",
    4: "Båda parter beskriver det konkret och planen tar hand om det.",
    5: "Mycket tydligt, med egna siffror och exempel från båda parter.",
}
OWN_VIEW = {
    Outcome.APPROVED: "En genomarbetad ansökan som båda parter står bakom.",
    Outcome.REJECTED: "Frågan är viktig, men planen behöver arbetas om.",
}

CONFLICT = "Jag arbetade i kommunen till i våras."


def texts(application: Application, outcome: Outcome, *, shift: int = 0) -> list[Text]:
    """Return a score and a reason for each criterion; ``shift`` makes people differ."""
    criteria = workflow.criteria_in(workflow.criteria_version(application))
    written: list[tuple[Question, str]] = []
    for place, one in enumerate(criteria):
        scores = SCORES[outcome]
        score = scores[(place + shift) % len(scores)]
        written += [(one.score, str(score)), (one.reason, REASONS[score])]
    return [(question, text, None) for question, text in written]


def agree(
    application: Application, *, by: User, outcome: Outcome, text: str, at: datetime | None = None
) -> None:
    """Let ``by`` write the common assessment and close it."""
    amounts = caps.totals(application.budget).by_year if outcome == Outcome.APPROVED else {}
    workflow.save_consensus(
        application,
        by=by,
        texts=texts(application, outcome),
        text=text,
        recommendation=outcome,
        amounts=amounts,
        at=at,
    )
    workflow.agree(application, by=by, at=at)


def score(
    application: Application,
    *,
    by: User,
    asked_by: User,
    shift: int = 0,
    at: datetime | None = None,
) -> None:
    """Ask ``by``, who declares no conflict of interest, scores the case and hands it in."""
    outcome = Outcome.APPROVED
    workflow.give(application, to=by, by=asked_by, at=at)
    workflow.declare(application, by=by, has_conflict=False, at=at)
    workflow.save_assessment(
        application,
        by=by,
        texts=texts(application, outcome, shift=shift),
        text=OWN_VIEW[outcome],
        recommendation=outcome,
        at=at,
    )
    workflow.hand_in(application, by=by, at=at)


def ask_several(
    application: Application, officer: User, *, colleague: User, at: datetime | None = None
) -> None:
    """Two have scored the case, one from outside is awaited, a colleague has a conflict."""
    inside, outside = (
        User.objects.get(memberships__role=role) for role in (Role.ASSESSOR, Role.EXTERNAL_ASSESSOR)
    )
    for shift, person in enumerate((inside, officer)):
        score(application, by=person, asked_by=officer, shift=shift, at=at)
    workflow.give(application, to=outside, by=officer, at=at)
    if not Interest.objects.conflicts().filter(user=colleague).exists():
        workflow.declare(application, by=colleague, has_conflict=True, reason=CONFLICT, at=at)
