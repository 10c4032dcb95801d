"""More time for one case. ICLD reads no draft for it: the applicant tells its code."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import deadlines
from applications.forms.deadlines import ProlongForm
from icld_portal.access import CASE_KEEPERS, get_or_post
from icld_portal.problems import NotReady
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@CASE_KEEPERS
@get_or_post
def prolong(request: PortalRequest) -> HttpResponse:
    """Give one draft a later deadline, with a reason that is kept and told."""
    form = ProlongForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and form.case is not None:
        try:
            case = deadlines.prolong(
                form.case,
                deadline_on=form.cleaned_data["deadline_on"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=request.received_at,
            )
        except NotReady as refused:
            for problem in refused.problems:
                form.add_error(problem.anchor or None, problem.text)
        except WrongStatus:
            form.add_error("code", _("The application has been handed in since."))
        else:
            words = {"partnership": case.partnership.name, "day": case.deadline_on}
            messages.success(
                request,
                _("%(partnership)s has until %(day)s. Both parties are told by letter.") % words,
            )
            return redirect("applications:prolong")
    status = 422 if form.errors else 200
    return render(request, "applications/office/prolong.html", {"form": form}, status=status)
