"""Pages that exist in the demo alone: signing in by one click, and the outbox."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header

from icld_portal.access import PUBLIC, get_only, post_only
from icld_portal.accounts import greet
from icld_portal.demo.people import DOMAIN
from icld_portal.models import Letter, LetterAttachment
from partnerships.models import User

LETTERS_PER_PAGE = 25


@PUBLIC
@post_only
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as the demo person ``email``, second factor included."""
    people = User.objects.filter(email__endswith=f".{DOMAIN}", is_active=True)
    user = get_object_or_404(people, email=request.POST.get("email", "").replace("\0", ""))
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, user, method="password", email=user.email)
    if totp := Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first():
        record_authentication(request, user, method="mfa", type=totp.type, id=totp.pk)
    return greet(redirect(settings.LOGIN_REDIRECT_URL), user)


@PUBLIC
@get_only
def outbox(request: HttpRequest) -> HttpResponse:
    """Every letter the portal has written, the newest first; none of them leaves the demo."""
    page = Paginator(Letter.objects.defer("body"), LETTERS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "icld_portal/demo/outbox.html", {"page_obj": page})


@PUBLIC
@get_only
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter as its reader would get it."""
    found = get_object_or_404(Letter, pk=pk)
    context = {"letter": found, "files": list(found.attachments.defer("content"))}
    return render(request, "icld_portal/demo/letter.html", context)


@PUBLIC
@get_only
def letter_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    """A file that goes with a letter, such as a meeting for a calendar."""
    found = get_object_or_404(LetterAttachment, letter=pk, pk=file_pk)
    response = HttpResponse(bytes(found.content), content_type=found.content_type)
    named = content_disposition_header(as_attachment=True, filename=found.file_name)
    response.headers["Content-Disposition"] = named or "attachment"
    return response
