"""The parties' work on a draft: who writes what, and who is here."""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import workspace
from applications.finding import draft_of
from applications.forms.sharing import SharingForm
from applications.models import Application, SectionVisit, Status
from applications.versions import form_of
from icld_portal.access import PARTIES_AND_OFFICE, get_or_post, post_only
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@PARTIES_AND_OFFICE
@get_or_post
def sharing(request: PortalRequest, handle: str) -> HttpResponse:
    """Share out the sections among those who write in the draft."""
    application = draft_of(request, handle)
    sections = list(form_of(application).sections.all())
    states = workspace.states(application, request.user)
    data = request.POST if request.method == "POST" else None
    people = workspace.writers(application)
    form = SharingForm(data, sections=sections, states=states, people=people)
    if data is not None and form.is_valid():
        return _share(request, application, form)
    rows = [(section, field, states[section.pk]) for section, field in form.rows()]
    context = {"application": application, "form": form, "rows": rows}
    return render(
        request, "applications/sharing.html", context, status=200 if data is None else 422
    )


def _share(request: PortalRequest, application: Application, form: SharingForm) -> HttpResponse:
    try:
        workspace.assign(application, form.chosen(), by=request.user)
    except NotReady as refused:
        messages.warning(request, refused.problems[0].text)
        return redirect("applications:sharing", application.handle)
    except WrongStatus:
        messages.warning(request, _("This application has moved on since you opened the page."))
    else:
        messages.success(request, _("The parts are shared out."))
    return redirect(application)


@PARTIES_AND_OFFICE
@post_only
def here(request: PortalRequest, handle: str, key: str) -> HttpResponse:
    """Note that somebody is still on a section's page; says in JSON who else is.

    Every open page asks this twice a minute, so it asks the database three times
    beside the session and its person. Without a visit, and after handing in: not found.
    """
    cases = Application.objects.filter(status=Status.DRAFT).by_handle(handle)
    visits = SectionVisit.objects.visible_to(request.user).filter(
        application__in=cases.values("pk")
    )
    names = workspace.still_here(visits, key, by=request.user)
    if names is None:
        raise Http404("nobody's visit")
    return JsonResponse({"present": workspace.presence_words(names)})
