"""Who assesses what: given by hand on the case, evenly for a round; and one's own list."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications import rules, workflow
from applications.forms.interests import AssessorForm
from applications.models import Assessment, Assignment
from applications.views.assessing import assessors_of, moved_on, staff_cases
from icld_portal.access import ASSESSORS, CASE_KEEPERS, get_only, get_or_post, post_only
from icld_portal.paging import page_of
from icld_portal.workflow import WrongStatus
from partnerships.requests import PortalRequest


@CASE_KEEPERS
@get_or_post
def assessors(request: PortalRequest, handle: str) -> HttpResponse:
    """Show who assesses the case, and ask one more person to."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_assign(request.user, application):
        raise PermissionDenied("give")
    form = AssessorForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        assessor = form.cleaned_data["assessor"]
        try:
            workflow.give(application, to=assessor, by=request.user, at=request.received_at)
        except WrongStatus:
            return moved_on(request, application)
        except PermissionDenied:
            text = _("%(name)s belongs to a party or has declared a conflict of interest.")
            form.add_error("assessor", text % {"name": assessor.name})
        else:
            text = _("%(name)s is to assess the case, and is told by letter.")
            messages.success(request, text % {"name": assessor.name})
            return redirect("applications:assessors", application.handle)
    context = {"application": application, "form": form, **assessors_of(request.user, application)}
    status = 422 if form.errors else 200
    return render(request, "applications/office/assessors.html", context, status=status)


@CASE_KEEPERS
@post_only
def take_from(request: PortalRequest, handle: str, pk: int) -> HttpResponse:
    """Let an assessor off."""
    application = get_object_or_404(staff_cases(request.user).by_handle(handle))
    if not rules.may_assign(request.user, application):
        raise PermissionDenied("take_from")
    assignment = get_object_or_404(application.assignments.select_related("assessor"), pk=pk)
    try:
        workflow.take_from(assignment, by=request.user, at=request.received_at)
    except WrongStatus:
        return moved_on(request, application)
    name = assignment.assessor.name
    messages.success(request, _("%(name)s is no longer to assess the case.") % {"name": name})
    return redirect("applications:assessors", application.handle)


@ASSESSORS
@get_only
def my_assessments(request: PortalRequest) -> HttpResponse:
    """The cases this person is to assess; what they are about shows after the declaration."""
    declared = request.user.interests.without_conflict().filter(
        case_reference=OuterRef("application__reference")
    )
    done = Assessment.objects.filter(
        application=OuterRef("application"), author=request.user, handed_in_at__isnull=False
    )
    conflicts = request.user.interests.conflicts().values("case_reference")
    rows = (
        Assignment.objects.filter(assessor=request.user)
        .exclude(application__status="draft")
        .exclude(application__reference__in=conflicts)
        .select_related("application__partnership", "application__round", "assigned_by")
        .annotate(has_declared=Exists(declared), has_handed_in=Exists(done))
        .order_by("-assigned_at", "-pk")
    )
    context = {"page_obj": page_of(request, rows)}
    return render(request, "applications/office/my_assessments.html", context)
