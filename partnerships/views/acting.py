"""The switch of a person who works for several organisations."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from icld_portal.access import SIGNED_IN, post_only
from partnerships import acting
from partnerships.requests import PortalRequest


@SIGNED_IN
@post_only
def act_for(request: PortalRequest) -> HttpResponse:
    """Let home and lists show one organisation's cases, or all."""
    try:
        chosen = acting.choose(request, request.POST.get("organisation", ""))
    except LookupError as error:
        raise Http404("not a member") from error
    if chosen:
        text = _("You now act for %(organisation)s. Lists show its cases only.")
        messages.success(request, text % {"organisation": chosen})
    else:
        messages.success(request, _("You now see the cases of all your organisations."))
    return redirect("home")
