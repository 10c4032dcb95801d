"""One case of the demo is being supplemented by its parties."""

from datetime import datetime, timedelta
from typing import cast

from django.utils import timezone

from applications import workflow
from applications.models import (
    Application,
    CheckItem,
    CheckResult,
    Part,
    QuestionKind,
    Status,
)
from applications.versions import form_of
from applications.workflow import Asked
from icld_portal.localize import STOCKHOLM
from partnerships.models import User

ON_A_QUESTION = (
    "Vi förstår inte vem som gör vad. Skriv vilka tjänster hos båda parter som deltar "
    "och hur mycket."
)
ON_THE_BUDGET = "Resorna år 1 är en enda rad. Dela upp dem på resa, kost och logi."
ANSWER_WITHIN = timedelta(days=9)


def ask_for_one(now: datetime) -> None:
    """Ask the parties of one case in assessment for an answer and the budget, two days ago."""
    cases = Application.objects.filter(status=Status.IN_ASSESSMENT, officer__isnull=False)
    free = cases.filter(pending_decisions=None).order_by("-reference")
    case = free.select_related("officer").first()
    if case is None:
        return
    sections = form_of(case).sections.all()
    questions = [question for section in sections for question in section.questions.all()]
    long = next(one for one in questions if one.kind == QuestionKind.LONG_TEXT)
    asked_at, officer = now - timedelta(days=2), cast(User, case.officer)
    found: dict[str, tuple[str, str]] = {
        CheckItem.PARTIES: (CheckResult.IN_ORDER, ""),
        CheckItem.SIGNATORIES: (CheckResult.IN_ORDER, ""),
        CheckItem.BUDGET: (CheckResult.LACKING, ON_THE_BUDGET),
    }
    workflow.save_check(case, found, by=officer, at=asked_at)
    workflow.ask_supplement(
        case,
        [Asked("question", long.pk, ON_A_QUESTION), Asked(Part.BUDGET, 0, ON_THE_BUDGET)],
        due_on=timezone.localtime(now, STOCKHOLM).date() + ANSWER_WITHIN,
        by=officer,
        at=asked_at,
    )
