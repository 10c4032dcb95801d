"""Writing in a draft, or in what a supplement unlocks: one door, which locks the case."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from applications import approvals, rules, unlocking
from applications.models import Answer, Application, Question, Report, Status
from applications.unlocking import Place
from icld_portal.shared_texts import replace
from icld_portal.workflow import WrongStatus
from partnerships.models import User


@contextmanager
def editing(
    application: Application,
    *,
    by: User,
    within: Collection[Place] = (),
    at: datetime | None = None,
) -> Iterator[Application]:
    """Lock a case for one write by ``by``; the content's version counts the writes.
    A write that changes the content lapses the approvals it had.

    ``within`` is all that will be written: a case that was handed in can be written only
    where a supplement unlocks it, until its day has passed (``at`` is when the request
    reached us). Raises WrongStatus when it can not, PermissionDenied when ``by`` does not
    write for one of its parties. What is written inside is kept whole or not at all.
    """
    with transaction.atomic():
        draft = Application.objects.select_for_update().get(pk=application.pk)
        if draft.status != Status.DRAFT:
            unlocking.check(draft, within, at=at or timezone.now())
        # The parties of a case never change: those the caller has read are not read again.
        if not rules.may_edit(by, application):
            raise PermissionDenied("edit")
        yield draft
        approvals.lapse(draft, by=by)
        Application.objects.filter(pk=draft.pk).update(content_version=F("content_version") + 1)


def locked_draft(application: Application) -> Application:
    """Lock the case's row until the transaction ends; raises WrongStatus if it is no draft."""
    draft = Application.objects.select_for_update().get(pk=application.pk)
    if draft.status != Status.DRAFT:
        raise WrongStatus("edit")
    return draft


def answers_by_question(owner: Application | Report, language: str = "") -> dict[int, Answer]:
    """Return the answers in ``language``, the case's own by default, by question id."""
    wanted = language or owner.language
    return {
        answer.question_id: answer
        for answer in owner.sheet.answers.all()
        if answer.language == wanted
    }


def answers_to(
    owner: Application | Report, questions: Iterable[Question]
) -> dict[str, dict[int, Answer]]:
    """Return the answers to ``questions`` by language and question id; one query at most."""
    found: dict[str, dict[int, Answer]] = {}
    if keys := [question.pk for question in questions]:
        answers = Answer.objects.filter(sheet=owner.sheet_id, question__in=keys)
        for answer in answers.order_by("pk"):
            found.setdefault(answer.language, {})[answer.question_id] = answer
    return found


def stored_answers(
    owner: Application | Report, questions: Iterable[Question], language: str = ""
) -> dict[int, Answer]:
    """Return what stands as the answers to ``questions`` now, by question id; one query."""
    answers = Answer.objects.filter(
        sheet=owner.sheet_id,
        question__in=[question.pk for question in questions],
        language=language or owner.language,
    )
    return {answer.question_id: answer for answer in answers.order_by("pk")}


def stored_answer(
    owner: Application | Report, question: Question, language: str = ""
) -> Answer | None:
    """Return what stands as the answer; None if nothing was written."""
    return stored_answers(owner, [question], language).get(question.pk)


def save_answer(
    owner: Application | Report,
    question: Question,
    text: str,
    *,
    by: User,
    version: int | None = None,
) -> Answer:
    """Keep ``text`` as the answer, in the case's language; call it inside ``editing``.

    ``version`` is the one the writer saw; 0 means that there was no answer yet. Raises
    StaleText if another text has been saved since, and changes nothing then.
    """
    stored = stored_answer(owner, question)
    return write_answer(owner, question, text, stored=stored, by=by, version=version)


def write_answer(
    owner: Application | Report,
    question: Question,
    text: str,
    *,
    stored: Answer | None,
    by: User,
    version: int | None = None,
    language: str = "",
) -> Answer:
    """As ``save_answer``, in any language; ``stored`` was read under the lock of ``editing``."""
    if stored is None:
        return Answer.objects.create(
            sheet_id=owner.sheet_id,
            question=question,
            language=language or owner.language,
            text=text,
            updated_by=by,
        )
    return replace(stored, text, by=by, version=version)
