"""Moving drafts to a newer version of their form: ICLD offers, the parties read and answer."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import rules
from applications.finding import case_of
from applications.models import Answer, Application, FormOffer, OfferStatus, Question
from applications.views.form_versions import not_a_draft, seen_form, standing
from applications.workflow import offers as deeds
from icld_portal.access import (
    OFFICE_ADMINISTRATORS,
    PARTIES_AND_OFFICE,
    get_only,
    get_or_post,
    post_only,
)
from icld_portal.localize import in_language
from icld_portal.paging import page_of
from icld_portal.text import count_words
from icld_portal.versions import differences
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@OFFICE_ADMINISTRATORS
@get_or_post
def offer_form(request: PortalRequest, purpose: str, grant_type: str, version: int) -> HttpResponse:
    """Ask once more, then offer the version in force to the drafts on older ones."""
    row = seen_form(request, purpose, grant_type, version)
    if standing(row)[0] != "open":
        return not_a_draft(request, row)
    if request.method == "POST":
        try:
            number = deeds.offer_form(row, by=request.user, at=request.received_at)
        except WrongStatus:
            return not_a_draft(request, row)
        text = ngettext(
            "%(number)d draft is offered the new version.",
            "%(number)d drafts are offered the new version.",
            number,
        )
        messages.success(request, text % {"number": number})
        return redirect(row.office_url())
    context = {"version": row, "number": deeds.drafts_behind(row).count()}
    return render(request, "applications/office/forms/offer.html", context)


@dataclass(frozen=True)
class Effect:
    """What becomes of one answer when its draft moves: set aside, or longer than allowed."""

    question: str
    text: str
    surplus: int = 0


def own_draft(request: PortalRequest, handle: str) -> Application:
    """Return a case of this person's own parties, else 404: ICLD reads no draft."""
    found = case_of(request, handle)
    if not rules.is_of_party(request.user, found):
        raise Http404
    return found


@PARTIES_AND_OFFICE
@get_only
def new_form(request: PortalRequest, handle: str) -> HttpResponse:
    """What changes for this draft if it moves to the version that is offered."""
    application = own_draft(request, handle)
    seen = FormOffer.objects.visible_to(request.user).filter(application=application)
    offer = seen.open().select_related("before", "offered").first()
    if offer is None:
        messages.info(request, _("There is no offer to answer."))
        return redirect(application)
    context = {
        "application": application,
        "offer": offer,
        "differences": differences(offer.before, offer.offered),
        "may_edit": rules.may_edit(request.user, application),
    }
    return render(request, "applications/new_form.html", context | effects(application, offer))


def effects(application: Application, offer: FormOffer) -> dict[str, Any]:
    """Return the answers that would be set aside, and those above a new limit of words."""
    found = deeds.places(offer.offered)
    answers = application.sheet.answers.exclude(text="").select_related("question__section")
    aside, above = [], []
    for answer in answers.order_by("question__section__sort_order", "question__sort_order", "pk"):
        place = deeds.place_of(answer, found)
        if place is None:
            aside.append(Effect(in_language(answer.question, "text"), answer.text))
        elif surplus := _surplus(answer, place):
            above.append(Effect(in_language(place, "text"), answer.text, surplus))
    keys = deeds.slots_by_key(offer.offered)
    files = [one for one in application.attachments.all() if one.slot.key not in keys]
    return {"aside": aside, "above": above, "files": files}


def _surplus(answer: Answer, place: Question) -> int:
    if not place.word_limit or place.word_limit == answer.question.word_limit:
        return 0
    return max(0, count_words(answer.text) - place.word_limit)


@PARTIES_AND_OFFICE
@post_only
def answer_offer(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Move the draft to the offered version, or let it stay."""
    application = own_draft(request, handle)
    seen = FormOffer.objects.visible_to(request.user).filter(application=application)
    offer = get_object_or_404(seen.select_related("application"), pk=pk)
    deed = {"accept": deeds.accept_form, "decline": deeds.decline_form}.get(
        request.POST.get("wish", "")
    )
    if deed is None:
        raise Http404
    if not rules.may_edit(request.user, application):
        raise PermissionDenied("answer_offer")
    try:
        answered = deed(offer, by=request.user, at=request.received_at)
    except WrongStatus:
        messages.warning(request, _("The offer has been answered already, or replaced."))
        return redirect(application)
    if answered.status == OfferStatus.ACCEPTED:
        messages.success(request, _("The draft has the new version of the form. Read it through."))
    else:
        messages.success(request, _("The draft stays on its version of the form."))
    return redirect(application)


@PARTIES_AND_OFFICE
@get_only
def set_aside(request: PortalRequest, handle: str) -> HttpResponse:
    """Answers whose questions a new version of the form did not have; kept, and only read."""
    application = own_draft(request, handle)
    seen = FormOffer.objects.visible_to(request.user).filter(application=application)
    sheets = seen.exclude(set_aside=None).values("set_aside")
    kept = Answer.objects.filter(sheet__in=sheets).exclude(text="").select_related("question")
    page = page_of(request, kept.order_by("sheet_id", "pk"))
    context = {"application": application, "page_obj": page}
    return render(request, "applications/set_aside.html", context)
