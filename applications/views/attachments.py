"""The attachments of a case: given in and changed while it is a draft, read by who may read it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications import attaching, rules, snapshots
from applications.finding import case_of, slot_of
from applications.forms.attachments import AttachForm, ReplaceForm
from applications.models import Application, Attachment, AttachmentSlot, Need, PartKind, Status
from applications.unlocking import unlocked_in
from applications.versions import form_of
from applications.views.histories import partys_case_of
from icld_portal import files, scanning
from icld_portal.access import (
    PARTIES_AND_OFFICE,
    get_only,
    get_or_post,
    post_only,
    wants_data,
)
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.models import Organisation
from partnerships.models.people import WRITING_ROLES
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_only
def attachments(request: PortalRequest, handle: str) -> HttpResponse:
    """List every slot with what is in it; writers of a draft can add, replace and remove."""
    return _show(request, case_of(request, handle))


@PARTIES_AND_OFFICE
@post_only
def attach(request: PortalRequest, handle: str, key: str) -> HttpResponse:
    """Take files into one slot; a refused one is named with the reason, the others are kept."""
    application = case_of(request, handle)
    if not rules.may_edit(request.user, application):
        raise PermissionDenied("attach")
    slot = slot_of(application, key)
    form = AttachForm(request.POST, request.FILES, slot=slot, parties=_parties(application))
    there = f"{_address(application)}#slot-{slot.key}"
    if not form.is_valid():
        if wants_data(request):  # A script sends one file at a time, and shows the page after.
            _tell_errors(request, form)
            return JsonResponse({"next": there}, status=422)
        return _show(request, application, wrong=form, status=422)
    _attach(request, application, slot, form)
    return JsonResponse({"next": there}) if wants_data(request) else redirect(there)


def _attach(
    request: PortalRequest, application: Application, slot: AttachmentSlot, form: AttachForm
) -> None:
    taken = form.cleaned_data["files"]
    organisation = form.cleaned_data.get("organisation") or _own_party(request, application)
    try:
        kept = attaching.attach(
            application,
            slot,
            taken.files,
            organisation=organisation,
            by=request.user,
            at=request.received_at,
        )
    except WrongStatus:
        _tell_moved_on(request)
    except NotReady as full:
        messages.error(request, full.problems[0].text)
    else:
        names = ", ".join(one.file_name for one in kept)
        messages.success(request, _("Attached: %(names)s") % {"names": names})
    for refused in taken.refused:
        messages.error(request, refused)


@PARTIES_AND_OFFICE
@get_or_post
def replace(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Put another file in the place of one; the old one stays in the history."""
    application = case_of(request, handle)
    if not rules.may_edit(request.user, application):
        raise PermissionDenied("replace")
    old = _attachment(application, pk)
    if old.set_aside_at or not _may_change(request, application, old.slot_id):
        _tell_moved_on(request)
        return redirect(_address(application))
    form = ReplaceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            new = attaching.replace(
                old, form.cleaned_data["file"], by=request.user, at=request.received_at
            )
        except (WrongStatus, attaching.SetAsideAlready):
            _tell_moved_on(request)
        else:
            words = {"new": new.file_name, "old": old.file_name}
            messages.success(request, _("%(new)s has taken the place of %(old)s.") % words)
        return redirect(_address(application))
    context = {"application": application, "old": old, "form": form}
    return render(request, "applications/replace.html", context, status=422 if form.errors else 200)


@PARTIES_AND_OFFICE
@post_only
def remove(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Take a file out of the application; it stays in the history."""
    application = case_of(request, handle)
    try:
        attaching.set_aside(
            get_object_or_404(application.attachments, pk=pk),
            by=request.user,
            at=request.received_at,
        )
    except (WrongStatus, attaching.SetAsideAlready):
        _tell_moved_on(request)
    else:
        messages.success(request, _("The file is removed. It stays in the history."))
    return redirect(_address(application))


@PARTIES_AND_OFFICE
@post_only
def erase(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Delete a file of the history for good, after one question."""
    application = partys_case_of(request, handle)
    if not rules.may_edit(request.user, application):
        raise PermissionDenied("erase")
    old = get_object_or_404(_ever(application).exclude(set_aside_at=None), pk=pk)
    if request.POST.get("sure") != "yes":
        context = {"application": application, "old": old}
        return render(request, "applications/erase.html", context)
    try:
        attaching.erase(old, by=request.user)
    except WrongStatus:
        _tell_moved_on(request)
    else:
        messages.success(request, _("The file is deleted for good."))
    return redirect("applications:attachment_history", application.handle)


@PARTIES_AND_OFFICE
@get_only
def attachment(request: PortalRequest, handle: str, pk: int) -> HttpResponseBase:
    """Give back one file: to save it or, when it is asked for so, to look at it."""
    application = case_of(request, handle)
    found = _attachment(application, pk)
    if not _is_shown(request, application, found):
        raise Http404("no such file")
    inline = "look" in request.GET
    try:
        return files.hand_out(found.file, found.file_name, found.content_type, inline=inline)
    except files.Held as held:
        messages.warning(request, str(held))
        return redirect(_address(application))


@PARTIES_AND_OFFICE
@get_only
def attachment_history(request: PortalRequest, handle: str) -> HttpResponse:
    """List what was replaced or removed; only the parties see it."""
    application = partys_case_of(request, handle)
    earlier = (
        _ever(application)
        .exclude(set_aside_at=None)
        .select_related("replaced_by", "set_aside_by")
        .order_by("-set_aside_at", "-pk")
    )
    context = {
        "application": application,
        "page_obj": page_of(request, earlier),
        "may_erase": application.status == Status.DRAFT
        and rules.may_edit(request.user, application),
    }
    return render(request, "applications/attachment_history.html", context)


def _show(
    request: PortalRequest,
    application: Application,
    *,
    wrong: AttachForm | None = None,
    status: int = 200,
) -> HttpResponse:
    current = Attachment.objects.select_related("slot", "organisation", "uploaded_by")
    prefetch_related_objects([application], Prefetch("attachments", current))
    snapshots.for_reader(application, request.user)
    writable = _writable(request, application)
    slots = attaching.slots_of(application)
    held = scanning.held(file.file.name for file in application.attachments.all())
    for file in application.attachments.all():
        file.held = held.get(file.file.name)  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "application": application,
        "slots": [
            _slot_on_page(request, application, filled, wrong)
            | {"may_change": filled.slot.pk in writable}
            for filled in slots
        ],
        "wrong": wrong,
        "may_change": bool(writable),
        "has_history": rules.may_see_history(request.user, application)
        and _ever(application).exclude(set_aside_at=None).exists(),
    }
    return render(request, "applications/attachments.html", context, status=status)


def _slot_on_page(
    request: PortalRequest,
    application: Application,
    filled: attaching.FilledSlot,
    wrong: AttachForm | None,
) -> dict[str, Any]:
    """A slot with its files and, where there is room, the form to fill it."""
    parties = _parties(application)
    form = None
    if wrong and wrong.prefix == filled.slot.key:
        form = wrong
    elif any(attaching.room_in(filled, party) > 0 for party in parties):
        own = _own_party(request, application)
        form = AttachForm(slot=filled.slot, parties=parties, initial={"organisation": own})
    wanted = filled.slot.need != Need.OPTIONAL and not filled.files
    return {
        "slot": filled.slot,
        "files": filled.files,
        "form": form,
        "is_open": wanted or form is wrong is not None,
    }


def _parties(application: Application) -> list[Organisation]:
    return [party.organisation for party in application.case_parties.all()]


def _own_party(request: PortalRequest, application: Application) -> Organisation:
    """The party that this writer writes for; the first, for who writes for several."""
    parties = _parties(application)
    own = request.user.organisations_with(WRITING_ROLES)
    return next((party for party in parties if party.pk in own), parties[0])


def _writable(request: PortalRequest, application: Application) -> set[int]:
    """The slots that this person may fill now: in a draft all, else what a supplement unlocks."""
    if not rules.may_edit(request.user, application):
        return set()
    slots = {slot.pk for slot in form_of(application).slots.all()}
    if application.status == Status.DRAFT:
        return slots
    unlocked = unlocked_in(application)
    return {pk for pk in slots if unlocked and unlocked.names(PartKind.SLOT, pk)}


def _may_change(request: PortalRequest, application: Application, slot: int) -> bool:
    return slot in _writable(request, application)


def _is_shown(request: PortalRequest, application: Application, found: Attachment) -> bool:
    """The parties find every file, ICLD those that were handed in and stand."""
    if rules.may_see_history(request.user, application):
        return True
    shown = snapshots.for_reader(application, request.user)
    return found.pk in {one.pk for one in shown.attachments.all()}


def _ever(application: Application) -> QuerySet[Attachment]:
    """Every file of the case, also what was set aside, with its slot and party."""
    return Attachment.ever.filter(application=application).select_related("slot", "organisation")


def _attachment(application: Application, pk: int) -> Attachment:
    return get_object_or_404(_ever(application), pk=pk)


def _address(application: Application) -> str:
    return reverse("applications:attachments", args=[application.handle])


def _tell_moved_on(request: PortalRequest) -> None:
    messages.warning(
        request, _("This has been changed since you opened the page. Look at what is there now.")
    )


def _tell_errors(request: PortalRequest, form: AttachForm) -> None:
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
