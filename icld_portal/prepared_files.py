"""Pages of the files a person has ordered: how far each has come, and the file itself."""

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django_htmx.http import HttpResponseClientRefresh

from icld_portal.access import PARTIES_AND_OFFICE, get_only
from icld_portal.files import download
from icld_portal.models import PreparedFile, PreparedState
from icld_portal.paging import page_of
from partnerships.requests import PortalRequest

SECONDS_UNTIL_NEXT_LOOK = 2


@PARTIES_AND_OFFICE
@get_only
def prepared_files(request: PortalRequest) -> HttpResponse:
    """List what the person has ordered today."""
    page = page_of(request, PreparedFile.objects.visible_to(request.user))
    return render(request, "icld_portal/prepared_files.html", {"page_obj": page})


@PARTIES_AND_OFFICE
@get_only
def prepared(request: PortalRequest, key: str) -> HttpResponse:
    """Tell how far one file has come; the page looks again by itself until it is there."""
    ordered = get_object_or_404(PreparedFile.objects.visible_to(request.user), key=key)
    context = {"ordered": ordered, "seconds": SECONDS_UNTIL_NEXT_LOOK}
    if not request.htmx:
        return render(request, "icld_portal/prepared.html", context)
    if not ordered.is_under_way:
        return HttpResponseClientRefresh()
    return render(request, "icld_portal/_prepared_progress.html", context)


@PARTIES_AND_OFFICE
@get_only
def prepared_file(request: PortalRequest, key: str) -> FileResponse:
    """Give a finished file to the person who ordered it."""
    ready = PreparedFile.objects.visible_to(request.user).filter(state=PreparedState.DONE)
    ordered = get_object_or_404(ready, key=key)
    response = download(ordered.file, ordered.file_name, ordered.content_type)
    response.headers["Content-Length"] = str(ordered.size_bytes)
    return response
