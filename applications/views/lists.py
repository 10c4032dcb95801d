"""The programme's closed lists: all of ICLD reads them, its administrators write in them."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications import rules
from applications.forms.lists import EntryForm
from applications.workflow import lists as deeds
from icld_portal.access import OFFICE, OFFICE_ADMINISTRATORS, get_only, get_or_post
from icld_portal.paging import page_of
from icld_portal.problems import NotReady
from partnerships.requests import PortalRequest


def list_of(name: str) -> deeds.ClosedList:
    """Return the list of this name, else 404."""
    if name not in deeds.LISTS:
        raise Http404
    return deeds.LISTS[name]


@OFFICE
@get_only
def entries(request: PortalRequest, name: str) -> HttpResponse:
    """Every entry of a list, and whether new applications are offered it."""
    of = list_of(name)
    page = page_of(request, deeds.entries(of))
    may_edit = rules.may_edit_forms(request.user)
    context = {
        "list": of,
        "page_obj": page,
        "rows": [(row, getattr(row, of.open_flag)) for row in page],
        "may_edit": may_edit,
        "may_add": may_edit and of.may_add,
    }
    return render(request, "applications/office/entries.html", context)


@OFFICE_ADMINISTRATORS
@get_or_post
def entry(request: PortalRequest, name: str, code: str = "") -> HttpResponse:
    """One entry of a list; without ``code`` a new one."""
    of = list_of(name)
    if not code and not of.may_add:
        raise Http404
    with transaction.atomic():
        found = _found(of, code, request)
        form = EntryForm(of, found, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid() and _saved(of, found, form, request):
            messages.success(request, _("Saved. It counts at once."))
            return redirect("applications:entries", name)
    context = {"list": of, "entry": found, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "applications/office/entry.html", context, status=status)


def _found(of: deeds.ClosedList, code: str, request: PortalRequest) -> Any:
    """Return the entry, its list locked; None for a new one, 404 for one there is not."""
    rows = {row.code: row for row in deeds.locked_entries(of, by=request.user)}
    if code and code not in rows:
        raise Http404
    return rows.get(code)


def _saved(of: deeds.ClosedList, row: Any, form: EntryForm, request: PortalRequest) -> bool:
    """Keep the entry; False when the list refuses it, with the reason beside the field."""
    code = form.cleaned_data.get("code", "")
    try:
        deeds.save_entry(of, row, form.facts(), by=request.user, code=code)
    except NotReady as refused:
        for problem in refused.problems:
            form.add_error(problem.anchor, problem.text)
        return False
    return True
