"""The agreement as parties and ICLD meet it: read, sign with a second factor, send a copy."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import agreements, rules, workflow
from applications.agreement_content import text_in
from applications.agreements import Signing
from applications.finding import case_of, is_handle
from applications.forms.agreements import CopyForm, SignatureForm
from applications.models import Agreement, AgreementStatus, Application, SignedCopy, Stage
from applications.views.papers import case_paper
from icld_portal import files, scanning
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post, post_only
from icld_portal.problems import NotReady
from icld_portal.second_factor import key_options
from icld_portal.workflow import WrongStatus
from partnerships.models import User
from partnerships.requests import PortalRequest


def agreement_of(request: PortalRequest, handle: str) -> Agreement:
    """Return the newest agreement of a case the person may see; Http404 if there is none."""
    if not is_handle(handle):
        raise Http404("no such case")
    found = Agreement.objects.all().visible_to(request.user).with_parties()
    newest = found.filter(application__reference=handle).order_by("-edition").first()
    if newest is None:
        raise Http404("no agreement")
    # The case with what every page about it shows.
    newest.application = case_of(request, handle)
    return newest


@PARTIES_AND_OFFICE
@get_or_post
def agreement(request: PortalRequest, handle: str) -> HttpResponse:
    """Show the agreement and who has signed; for who is awaited, the form to sign."""
    found = agreement_of(request, handle)
    if request.method != "POST":
        return show(request, found)
    form = SignatureForm(request.POST)
    if not form.is_valid():
        return show(request, found, form, status=422)
    organisation = form.cleaned_data["organisation"]
    party = next((one for one in found.parties.all() if one.organisation_id == organisation), None)
    if party is None or not rules.may_sign_agreement(request.user, found.application, party):
        raise PermissionDenied("sign_agreement")
    if found.status != AgreementStatus.OPEN:
        return moved_on(request, handle)
    if not (method := form.factor(request.user)):
        return show(request, found, form, status=422)
    return _sign(request, found, form, method)


def _sign(
    request: PortalRequest, found: Agreement, form: SignatureForm, method: str
) -> HttpResponse:
    try:
        workflow.sign(
            found,
            by=request.user,
            organisation=form.cleaned_data["organisation"],
            statement=form.cleaned_data["statement"],
            sha256=form.cleaned_data["sha256"],
            method=method,
            at=request.received_at,
        )
    except WrongStatus:
        return moved_on(request, found.application.handle)
    except NotReady as stopped:
        messages.warning(request, stopped.problems[0].text)
    else:
        messages.success(request, _("Your signature is noted."))
    return redirect("applications:agreement", found.application.handle)


def moved_on(request: PortalRequest, handle: str) -> HttpResponse:
    """Say that somebody was first, and show the agreement as it is now."""
    messages.warning(
        request, _("The agreement has moved on since you opened the page. Nothing was saved.")
    )
    return redirect("applications:agreement", handle)


def show(
    request: PortalRequest,
    found: Agreement,
    form: SignatureForm | None = None,
    *,
    copy_form: CopyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the page of an agreement, with a form that was refused."""
    language = request.GET.get("text", found.language)
    if language not in dict(settings.LANGUAGES):
        raise Http404("no such language")
    application = found.application
    sides = agreements.of_parties(found, application)
    own = agreements.own_of(request.user, sides)
    has_factor = own is None or is_mfa_enabled(request.user)
    copies = list(found.copies.select_related("party__organisation", "sent_by"))
    context: dict[str, Any] = {
        "application": application,
        "agreement": found,
        "sides": sides,
        "awaited": [side for side in sides if not side.is_signed],
        "own": own,
        "has_factor": has_factor,
        "text": text_in(found, language, level=3),
        "languages": [code for code, _name in settings.LANGUAGES],
        "stage": Stage.SIGNED if found.status == AgreementStatus.SIGNED else Stage.TO_SIGN,
        "copies": copies,
        "scans": scanning.held(copy.file.name for copy in copies) if copies else {},
        "copy_form": copy_form or copy_form_of(request.user, found, sides),
        "may_keep": rules.may_make_agreement(request.user, application),
        "earlier": application.agreements.filter(edition__lt=found.edition).defer("content"),
        "form": form or _empty_form(found, own),
        "key_options": key_options(request.user) if own and has_factor else None,
    }
    return render(request, "applications/agreement.html", context, status=status)


def _empty_form(found: Agreement, own: Signing | None) -> SignatureForm:
    organisation = own.party.organisation_id if own else ""
    return SignatureForm(initial={"sha256": found.content_sha256, "organisation": organisation})


def copy_form_of(
    user: User, found: Agreement, sides: list[Signing], **sent: Any
) -> CopyForm | None:
    """Return the form to send a signed copy, for the sides this person may send one of."""
    if found.status != AgreementStatus.OPEN:
        return None
    application: Application = found.application
    waiting = [side.party for side in sides if not side.is_signed]
    own = [party for party in waiting if rules.may_send_copy(user, application, party)]
    may_all = rules.may_send_copy(user, application, None)
    if not own and not may_all:
        return None
    return CopyForm(own, may_all=may_all, **sent)


@PARTIES_AND_OFFICE
@post_only
def send_copy(request: PortalRequest, handle: str) -> HttpResponse:
    """Take in a copy signed by hand; ICLD accepts or refuses it."""
    found = agreement_of(request, handle)
    sides = agreements.of_parties(found, found.application)
    form = copy_form_of(request.user, found, sides, data=request.POST, files=request.FILES)
    if form is None:
        if found.status != AgreementStatus.OPEN:
            return moved_on(request, handle)
        raise PermissionDenied("send_copy")
    if not form.is_valid():
        return show(request, found, copy_form=form, status=422)
    try:
        workflow.send_copy(
            found,
            form.cleaned_data["file"],
            party=form.party,
            signed_names=form.cleaned_data["signed_names"],
            by=request.user,
            at=request.received_at,
        )
    except WrongStatus:
        return moved_on(request, handle)
    except NotReady as stopped:
        messages.warning(request, stopped.problems[0].text)
    else:
        messages.success(request, _("The copy is sent. ICLD looks at it and answers."))
    return redirect("applications:agreement", handle)


@PARTIES_AND_OFFICE
@get_only
def agreement_copy(request: PortalRequest, handle: str, pk: int) -> HttpResponseBase:
    """Hand out a copy signed by hand, once the virus scanner has found nothing."""
    found = agreement_of(request, handle)
    copy = get_object_or_404(SignedCopy, agreement__application=found.application, pk=pk)
    try:
        return files.hand_out(copy.file, copy.file_name, copy.content_type, inline=True)
    except files.Held as held:
        messages.error(request, str(held))
        return redirect("applications:agreement", handle)


@PARTIES_AND_OFFICE
@get_only
def agreement_paper(
    request: PortalRequest, handle: str, edition: int, stage: str, language: str
) -> HttpResponseBase:
    """Show the agreement as a PDF, as it was frozen, or say that it is being made."""
    found = agreement_of(request, handle)
    if edition > found.edition or stage not in Stage.values:
        raise Http404("no such paper")
    one = get_object_or_404(found.application.agreements.defer("content"), edition=edition)
    if stage == Stage.SIGNED and one.status != AgreementStatus.SIGNED:
        raise Http404("not signed by all")
    if language not in dict(settings.LANGUAGES):
        raise Http404("no such language")
    return case_paper(
        request,
        found.application,
        one.papers.filter(stage=stage, language=language).first(),
        Stage(stage),
    )
