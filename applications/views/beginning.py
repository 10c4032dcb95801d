"""Beginning from an earlier case of the same partnership, and what became of its texts."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import beginning, rules
from applications.finding import case_of
from applications.forms.beginning import AgainForm, offers
from applications.models import Application, Decision, Status
from applications.sheets import shared_view
from applications.workflow import AlreadyBegun
from icld_portal.access import PARTIES_AND_OFFICE, get_only, get_or_post
from icld_portal.problems import NotReady
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_or_post
def again(request: PortalRequest, handle: str) -> HttpResponse:
    """Begin a new draft with the texts, plan and budget of a case that was handed in."""
    source = case_of(request, handle)
    if source.status == Status.DRAFT:
        return redirect(source)
    if not rules.may_start(request.user, source.partnership) or not rules.is_of_party(
        request.user, source
    ):
        raise PermissionDenied("start_from")
    types = offers(request.received_at)
    data = request.POST if request.method == "POST" else None
    form = AgainForm(data, types=types, initial={"grant_type": source.grant_type})
    existing = None
    if data is not None and form.is_valid():
        try:
            made = beginning.start_from(
                source, form.cleaned_data["grant_type"], by=request.user, at=request.received_at
            )
        except AlreadyBegun as refused:
            existing = refused.draft
        except NotReady as refused:
            for problem in refused.problems:
                form.add_error(None, problem.text)
        else:
            messages.success(request, _("The draft is made. Set its dates and read it through."))
            return redirect("applications:source", made.handle)
    context = {
        "source": source,
        "application": source,
        "form": form,
        "existing": existing,
        "assessment": shared_view(source),
        "closed": [offer for offer in types if not offer.is_open],
    }
    return render(request, "applications/again.html", context, status=200 if data is None else 422)


@PARTIES_AND_OFFICE
@get_only
def source(request: PortalRequest, handle: str) -> HttpResponse:
    """What the case was begun from: the decision on it, and what found no place."""
    application = case_of(request, handle)
    found = source_of(request, application)
    if found is None:
        raise Http404("begun from nothing")
    context = {
        "application": application,
        "source": found,
        "decision": Decision.objects.filter(application=found).first(),
        "assessment": shared_view(found),
        "left_out": beginning.left_out(found, application),
    }
    return render(request, "applications/source.html", context)


def source_of(request: PortalRequest, application: Application) -> Application | None:
    """Return the case that ``application`` was begun from, if this person may open it."""
    if application.copied_from_id is None:
        return None
    cases = Application.objects.all().for_page().visible_to(request.user)
    found: Application | None = cases.filter(pk=application.copied_from_id).first()
    return found
