"""Finding the case that an address names, for the person who asks."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404

from applications import rules
from applications.models import Application, AttachmentSlot, Question, Report, Section, Status
from applications.unlocking import Place, unlocked_in
from applications.versions import form_of
from partnerships.requests import PortalRequest

HANDLE_MAX_LENGTH = 9


def is_handle(text: str) -> bool:
    """Return whether ``text`` can be the handle of a case at all."""
    return len(text) <= HANDLE_MAX_LENGTH and "\x00" not in text


def case_of(
    request: PortalRequest, handle: str, cases: QuerySet[Application] | None = None
) -> Application:
    """Return the case with this handle if the person may see it; Http404 otherwise."""
    cases = Application.objects.all().for_page() if cases is None else cases
    if not is_handle(handle):
        raise Http404("no such case")
    mine = cases.visible_to(request.user).by_handle(handle)  # type: ignore[attr-defined]
    found: Application = get_object_or_404(mine)
    return found


def draft_of(request: PortalRequest, handle: str, place: Place | None = None) -> Application:
    """Return the draft if the person writes in it; a case that was handed in is not found
    here, unless a supplement unlocks ``place``."""
    application = case_of(request, handle)
    if not rules.may_edit(request.user, application):
        raise PermissionDenied("edit")
    if application.status != Status.DRAFT:
        unlocked = unlocked_in(application)
        if unlocked is None or place not in unlocked.parts:
            raise Http404("no draft")
    return application


def load_page(application: Application) -> None:
    """Load what a page shows of a case that was found ``for_saving``."""
    prefetch_related_objects(
        [application],
        "partnership",
        "round",
        "budget",
        "case_parties__organisation__country",
        "case_parties__organisation__kind",
    )


def section_of(owner: Application | Report, key: str) -> Section:
    """Return the section of the owner's own form with this key; Http404 if there is none."""
    for section in form_of(owner).sections.all():
        if section.key == key:
            return section
    raise Http404("no such section")


def question_of(owner: Application | Report, key: str) -> Question:
    """Return the question of the owner's own form with this key; Http404 if there is none."""
    for section in form_of(owner).sections.all():
        for question in section.questions.all():
            if question.key == key:
                return question
    raise Http404("no such question")


def slot_of(application: Application, key: str) -> AttachmentSlot:
    """Return the slot of the case's own form with this key; Http404 if there is none."""
    for slot in form_of(application).slots.all():
        if slot.key == key:
            return slot
    raise Http404("no such slot")
