"""An assessor's own view: written alone, handed in, opened again until all have agreed."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import rules
from applications.models import (
    Answer,
    AnswerComment,
    AnswerSheet,
    Application,
    Assessment,
    Consensus,
    Purpose,
    Question,
    QuestionSet,
    Status,
)
from applications.scores import Criterion, score_of
from applications.versions import whole
from icld_portal import events
from icld_portal.among import Among
from icld_portal.problems import NotReady, Problem
from icld_portal.shared_texts import StaleText
from icld_portal.workflow import WrongStatus
from partnerships.models import User

# A question, what was written, and the version the writer saw (None: whatever there is).
Text = tuple[Question, str, int | None]


class StaleComment(Exception):
    """Another window of the assessor has saved this comment since the page was opened."""

    def __init__(self, comment: AnswerComment) -> None:
        self.comment = comment
        super().__init__(comment.pk)


def criteria_version(application: Application) -> QuestionSet:
    """Return the version the case is assessed under: the one it was first assessed under."""
    own = application.assessments.exclude(sheet=None).order_by().values("sheet")
    common = Consensus.objects.filter(application=application).order_by().values("sheet")
    # As one list: "of the one or of the other" would be asked of every sheet there is.
    sheets = ArraySubquery(own.union(common, all=True))
    used = AnswerSheet.objects.filter(Q(Among(F("pk"), sheets)))
    first = used.select_related("question_set").order_by("pk").first()
    if first is not None:
        return first.question_set
    return QuestionSet.objects.all().in_force(application.grant_type, purpose=Purpose.ASSESSMENT)


def criteria_in(version: QuestionSet) -> list[Criterion]:
    """Return the criteria of one version in order, with their options."""
    sections = [
        (section.key, list(section.questions.all())) for section in whole(version.pk).sections.all()
    ]
    return [
        Criterion(key, pair[0], pair[1])
        for key, pair in sections
        if len(pair) == 2 and pair[0].weight
    ]


def lock_case(application: Application, *, verb: str) -> Application:
    """Return the case locked and fresh; WrongStatus unless it is in assessment."""
    application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if application.status != Status.IN_ASSESSMENT:
        raise WrongStatus(verb)
    return application


def is_agreed(application: Application) -> bool:
    """Return whether the assessors have come to a common view."""
    return Consensus.objects.filter(application=application, agreed_at__isnull=False).exists()


@transaction.atomic
def save_assessment(
    application: Application,
    *,
    by: User,
    texts: Iterable[Text],
    text: str,
    recommendation: str,
    comments: Iterable[Text] = (),
    at: datetime | None = None,
) -> Assessment:
    """Keep the unfinished view of ``by``; nobody else sees it before it is handed in.

    Raises StaleText or StaleComment when another window has saved since, WrongStatus when
    it is handed in or the case is not in assessment, PermissionDenied if ``by`` has not been
    asked or has not declared that there is no conflict of interest.
    """
    at = at or timezone.now()
    own = save_texts(application, by=by, texts=texts, comments=comments, at=at)
    own.text, own.recommendation, own.written_at = text, recommendation, at
    own.save()
    return own


@transaction.atomic
def save_texts(
    application: Application,
    *,
    by: User,
    texts: Iterable[Text] = (),
    comments: Iterable[Text] = (),
    at: datetime | None = None,
) -> Assessment:
    """Keep scores, reasons and comments beside answers, and nothing else; raises as above."""
    at = at or timezone.now()
    application = lock_case(application, verb="save_assessment")
    if not rules.may_score(by, application):
        raise PermissionDenied("save_assessment")
    own = Assessment.objects.filter(application=application, author=by).first()
    if own is None:
        sheet = AnswerSheet.objects.create(question_set=criteria_version(application))
        own = Assessment.objects.create(application=application, author=by, sheet=sheet)
    if own.handed_in_at is not None or own.sheet is None:
        raise WrongStatus("save_assessment")
    write_texts(own.sheet, texts, by=by, at=at)
    _write_comments(own, comments, at=at)
    Assessment.objects.filter(pk=own.pk).update(written_at=at)
    return own


def _write_comments(own: Assessment, comments: Iterable[Text], *, at: datetime) -> None:
    """Write what was noted beside answers; StaleComment changes nothing."""
    stored = {one.question_id: one for one in own.comments.all()}
    for question, text, version in comments:
        comment = stored.get(question.pk)
        if comment is None:
            AnswerComment.objects.create(
                assessment=own, question=question, text=text, updated_at=at
            )
        elif comment.text != text:
            if version is not None and version != comment.version:
                raise StaleComment(comment)
            comment.text, comment.updated_at = text, at
            comment.version += 1
            comment.save()


@transaction.atomic
def hand_in(application: Application, *, by: User, at: datetime | None = None) -> Assessment:
    """Freeze the own view and let those who have handed in theirs read it.

    Raises NotReady with every criterion that lacks its score or reason; else as saving.
    """
    at = at or timezone.now()
    application = lock_case(application, verb="hand_in")
    if not rules.may_score(by, application):
        raise PermissionDenied("hand_in")
    own = Assessment.objects.select_related("sheet").get(application=application, author=by)
    if own.handed_in_at is not None or own.sheet is None:
        raise WrongStatus("hand_in")
    if found := sheet_problems(own.sheet, own.recommendation):
        raise NotReady(found)
    own.handed_in_at = at
    own.save(update_fields=["handed_in_at"])
    _freeze(own.sheet, at)
    events.record(application, "hand_in", by=by, at=at)
    return own


@transaction.atomic
def take_back(application: Application, *, by: User, at: datetime | None = None) -> Assessment:
    """Open the own view again, as long as there is no common one.

    Raises WrongStatus when it is not handed in or all have agreed, else as saving.
    """
    application = lock_case(application, verb="take_back")
    if not rules.may_score(by, application):
        raise PermissionDenied("take_back")
    own = Assessment.objects.select_related("sheet").get(application=application, author=by)
    if own.handed_in_at is None or own.sheet is None or is_agreed(application):
        raise WrongStatus("take_back")
    own.handed_in_at = None
    own.save(update_fields=["handed_in_at"])
    _freeze(own.sheet, None)
    events.record(application, "take_back", by=by, at=at)
    return own


def write_texts(sheet: AnswerSheet, texts: Iterable[Text], *, by: User, at: datetime) -> None:
    """Write answers to a sheet whose case is locked; StaleText changes nothing."""
    stored = {one.question_id: one for one in sheet.answers.select_related("updated_by")}
    made, changed = [], []
    for question, text, version in texts:
        answer = stored.get(question.pk)
        if answer is None:
            made.append(Answer(sheet=sheet, question=question, text=text, updated_by=by))
        elif answer.text != text:
            if version is not None and version != answer.version:
                raise StaleText(answer)
            answer.text, answer.updated_at, answer.updated_by = text, at, by
            answer.version += 1
            changed.append(answer)
    Answer.objects.bulk_create(made)
    Answer.objects.bulk_update(changed, ["text", "version", "updated_at", "updated_by"])


def sheet_problems(sheet: AnswerSheet, recommendation: str) -> list[Problem]:
    """Return what is missing: each score, each reason, the recommendation."""
    texts = dict(sheet.answers.values_list("question", "text"))
    found = []
    for one in criteria_in(sheet.question_set):
        names = {"criterion": str(one.score)}
        if score_of(texts.get(one.score.pk, "")) is None:
            found.append(Problem(_("Choose a score."), anchor=f"question-{one.score.key}"))
        if not texts.get(one.reason.pk, "").strip():
            text = _("%(criterion)s: write the reason.") % names
            found.append(Problem(text, anchor=f"question-{one.reason.key}"))
    if not recommendation:
        found.append(Problem(_("Choose what you recommend."), anchor="recommendation"))
    return found


def _freeze(sheet: AnswerSheet, at: datetime | None) -> None:
    sheet.frozen_at = at
    sheet.save(update_fields=["frozen_at"])
