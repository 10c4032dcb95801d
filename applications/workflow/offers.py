"""Deeds on offers to move a draft to the newest version of its form. Never silently.

ICLD offers it to all drafts on older versions at once, without reading them. The parties
see what changes for their own draft, and accept or stay. An answer moves with the key of
its question, a file with its slot; what has no place any more is set aside, with its history.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone

from applications import notices, rules
from applications.drafting import editing
from applications.models import (
    Answer,
    AnswerSheet,
    Application,
    AttachmentSlot,
    FormOffer,
    OfferStatus,
    Question,
    QuestionKind,
    QuestionSet,
    Section,
    SectionVisit,
    SectionWork,
    Status,
)
from icld_portal import events
from icld_portal.workflow import WrongStatus
from partnerships.models import User

TEXT_KINDS = frozenset({QuestionKind.LONG_TEXT, QuestionKind.SHORT_TEXT})


def drafts_behind(newest: QuestionSet) -> models.QuerySet[Application]:
    """Drafts on an older version of ``newest`` that have not been offered it yet."""
    return Application.objects.filter(
        status=Status.DRAFT,
        sheet__question_set__purpose=newest.purpose,
        sheet__question_set__grant_type=newest.grant_type,
        sheet__question_set__version__lt=newest.version,
    ).exclude(form_offers__offered=newest)


@transaction.atomic
def offer_form(newest: QuestionSet, *, by: User, at: datetime | None = None) -> int:
    """Offer ``newest`` to every draft behind it; return how many.

    An older offer that still waits is replaced. The writers of both parties get a letter.
    Raises PermissionDenied if ``by`` does not administer, WrongStatus if ``newest`` is not
    the version in force.
    """
    if not rules.may_edit_forms(by):
        raise PermissionDenied("offer_form")
    of_form = QuestionSet.objects.of_form(newest.purpose, newest.grant_type).published()
    if of_form.order_by("-version").first() != newest:
        raise WrongStatus("offer_form")
    at = at or timezone.now()
    found = drafts_behind(newest).select_for_update(of=("self",)).order_by("pk")
    drafts = list(found.select_related("sheet", "partnership", "round"))
    for draft in drafts:
        draft.form_offers.filter(status=OfferStatus.OPEN).update(
            status=OfferStatus.REPLACED, answered_at=at
        )
        FormOffer.objects.create(
            application=draft,
            before_id=draft.sheet.question_set_id,
            offered=newest,
            offered_at=at,
            offered_by=by,
        )
        events.record(draft, "offer_form", by=by, at=at, version=newest.version)
        notices.tell_offered(draft)
    return len(drafts)


def decline_form(offer: FormOffer, *, by: User, at: datetime | None = None) -> FormOffer:
    """Let the draft stay on the version it has.

    Raises as ``accept_form`` does.
    """
    with transaction.atomic():
        open_ = _answered(offer, OfferStatus.DECLINED, by=by, at=at)
        if not rules.may_edit(by, open_.application):
            raise PermissionDenied("decline_form")
        open_.save()
        events.record(open_.application, "decline_form", by=by, at=open_.answered_at)
    return open_


def accept_form(offer: FormOffer, *, by: User, at: datetime | None = None) -> FormOffer:
    """Move the draft to the offered version; the approvals it had lapse.

    Raises WrongStatus when the offer has been answered or the case is no longer a draft,
    PermissionDenied when ``by`` does not write for one of its parties.
    """
    with editing(offer.application, by=by) as draft:
        open_ = _answered(offer, OfferStatus.ACCEPTED, by=by, at=at)
        _move_sections(draft, open_.offered)
        _set_attachments_aside(draft, open_)
        open_.set_aside = _move_answers(draft, open_.offered)
        _move_attachments(draft, open_.offered)
        open_.save()
        events.record(
            draft, "accept_form", by=by, at=open_.answered_at, version=open_.offered.version
        )
    return open_


def _answered(offer: FormOffer, status: OfferStatus, *, by: User, at: datetime | None) -> FormOffer:
    """Return ``offer`` locked and marked as answered, not saved yet."""
    open_ = (
        FormOffer.objects.select_for_update(of=("self",))
        .open()
        .select_related("offered", "application")
        .filter(pk=offer.pk, application__status=Status.DRAFT)
        .first()
    )
    if open_ is None:
        raise WrongStatus("answer_offer")
    open_.status, open_.answered_at, open_.answered_by = status, at or timezone.now(), by
    return open_


def places(offered: QuestionSet) -> dict[str, Question]:
    """Return the questions of ``offered`` by their keys."""
    questions = Question.objects.filter(section__question_set=offered).select_related("section")
    return {question.key: question for question in questions}


def place_of(answer: Answer, found: dict[str, Question]) -> Question | None:
    """Return where ``answer`` goes: the question of the same key, answered in the same way."""
    place = found.get(answer.question.key)
    kind = answer.question.kind
    if place and (place.kind == kind or {place.kind, kind} <= TEXT_KINDS):
        return place
    return None


def _move_answers(draft: Application, offered: QuestionSet) -> AnswerSheet | None:
    """Point the sheet at ``offered``; return the sheet of what was set aside, if anything."""
    found = places(offered)
    answers = list(draft.sheet.answers.select_related("question").order_by("pk"))
    left = [answer for answer in answers if place_of(answer, found) is None]
    aside = (
        AnswerSheet.objects.create(question_set_id=draft.sheet.question_set_id) if left else None
    )
    draft.sheet.question_set = offered
    draft.sheet.save(update_fields=["question_set"])
    for answer in answers:
        if place := place_of(answer, found):
            answer.question = place
        elif aside:
            answer.sheet = aside
        answer.save(update_fields=["question", "sheet"])
    if aside:
        # Kept as they were: nobody writes in what was set aside.
        aside.frozen_at = timezone.now()
        aside.save(update_fields=["frozen_at"])
    return aside


def slots_by_key(offered: QuestionSet) -> dict[str, AttachmentSlot]:
    """Return the attachment slots of ``offered`` by their keys."""
    return {slot.key: slot for slot in AttachmentSlot.objects.filter(question_set=offered)}


def _set_attachments_aside(draft: Application, offer: FormOffer) -> None:
    """Files whose slot is gone stay in the history, where the parties find them."""
    gone = draft.attachments.exclude(slot__key__in=slots_by_key(offer.offered))
    gone.update(set_aside_at=offer.answered_at, set_aside_by=offer.answered_by)


def _move_attachments(draft: Application, offered: QuestionSet) -> None:
    found = slots_by_key(offered)
    for attachment in draft.attachments.all():
        attachment.slot = found[attachment.slot.key]
        attachment.save(update_fields=["slot"])


def _move_sections(draft: Application, offered: QuestionSet) -> None:
    """Let the people in charge keep their sections; a section is ready when it is read again."""
    by_key = {section.key: section for section in Section.objects.filter(question_set=offered)}
    questions = places(offered)
    first = min(by_key.values(), key=lambda section: section.sort_order)
    for thread in draft.comment_threads.select_related("section", "question"):
        # What is said beside a question that is gone is still said, beside its section.
        thread.section = by_key.get(thread.section.key, first)
        place = questions.get(thread.question.key) if thread.question else None
        thread.question = place if place and place.section == thread.section else None
        thread.save()
    for model in (SectionWork, SectionVisit):
        for row in model.objects.filter(application=draft).select_related("section"):
            if row.section.key not in by_key:
                row.delete()
                continue
            row.section = by_key[row.section.key]
            if isinstance(row, SectionWork):
                row.ready_at = row.ready_by = None
            row.save()
