"""Saved views of the work list, the columns a person has chosen, and where the list opens."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.arrangement import COLUMNS, known_columns
from applications.forms.views import ViewForm
from applications.models import ListHabit, SavedView
from applications.models.views import QUERY_MAX_LENGTH
from applications.picking import kept_query, understood
from icld_portal.access import OFFICE, get_only, get_or_post, post_only
from icld_portal.paging import page_of
from partnerships.requests import PortalRequest

NUMBER_DIGITS = 9


@OFFICE
@get_only
def saved_views(request: PortalRequest) -> HttpResponse:
    """List the person's own views and those that colleagues share."""
    views = SavedView.objects.visible_to(request.user).select_related("owner")
    habit = ListHabit.objects.filter(person=request.user).first()
    context = {
        "page_obj": page_of(request, views),
        "default_id": habit.default_view_id if habit else None,
    }
    return render(request, "applications/office/views.html", context)


@OFFICE
@get_or_post
def save_view(request: PortalRequest) -> HttpResponse:
    """Keep the list as it is shown under a name: a form with the choice, then the deed."""
    sent = request.POST if request.method == "POST" else request.GET
    kept, columns = choice_of(sent)
    # Held against the filters as it was sent: what has no value may still be no filter.
    chosen, _shown = understood(QueryDict(sent.get("query", "")), request.user)
    if len(kept) > QUERY_MAX_LENGTH or not chosen.is_valid():
        messages.error(request, _("This choice is not understood, so it cannot be saved."))
        return redirect("applications:saved_views")
    form = ViewForm(request.user, data=request.POST if request.method == "POST" else None)
    if form.is_bound and (twin := same_view(request, form, kept, columns)):
        return redirect(twin)
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic():
                view = SavedView.objects.create(
                    owner=request.user, query=kept, columns=columns, **form.cleaned_data
                )
        except IntegrityError:  # Two at once: the other one has the name.
            form.add_error("name", _("You have a view of this name already."))
        else:
            messages.success(request, _("The view is saved."))
            return redirect(view)
    context = {"form": form, "kept": kept, "columns": ",".join(columns)}
    status = 422 if form.errors else 200
    return render(request, "applications/office/view.html", context, status=status)


def choice_of(sent: QueryDict) -> tuple[str, list[str]]:
    """Return the filters with their order, and the columns, that a form or address carries."""
    kept = kept_query(QueryDict(sent.get("query", "")[: QUERY_MAX_LENGTH + 1]))
    return kept, list(known_columns(sent.get("columns", "").split(",")))


def same_view(
    request: PortalRequest, form: ViewForm, kept: str, columns: list[str]
) -> SavedView | None:
    """Return the view that this very form has made already: a double click, or the way back."""
    name = str(form.data.get("name", "")).strip()
    twins = SavedView.objects.filter(owner=request.user, query=kept, columns=columns)
    return twins.filter(name=name).first() if "\x00" not in name else None


@OFFICE
@get_or_post
def change_view(request: PortalRequest, pk: int) -> HttpResponse:
    """Rename one's own view, or share it; another's is not found."""
    view = own_view(request, pk)
    form = ViewForm(request.user, view, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        view.name, view.shared = form.cleaned_data["name"], form.cleaned_data["shared"]
        view.save(update_fields=["name", "shared"])
        messages.success(request, _("The view is changed."))
        return redirect("applications:saved_views")
    status = 422 if form.errors else 200
    context = {"form": form, "view": view}
    return render(request, "applications/office/view.html", context, status=status)


@OFFICE
@post_only
def remove_view(request: PortalRequest, pk: int) -> HttpResponse:
    """Remove one's own view, after one question."""
    view = own_view(request, pk)
    if request.POST.get("sure") != "yes":
        return render(request, "applications/office/remove_view.html", {"view": view})
    view.delete()
    messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
    return redirect("applications:saved_views")


def own_view(request: PortalRequest, pk: int) -> SavedView:
    """Return the person's own view; 404 for a colleague's and for what no number holds."""
    if len(str(pk)) > NUMBER_DIGITS:
        raise Http404
    return get_object_or_404(SavedView.objects.filter(owner=request.user), pk=pk)


@OFFICE
@post_only
def open_with(request: PortalRequest) -> HttpResponse:
    """Let the list open with a view that the person sees, or with everything again."""
    number = request.POST.get("view", "")
    view = None
    if number:
        if not (number.isascii() and number.isdigit() and len(number) <= NUMBER_DIGITS):
            raise Http404
        view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=int(number))
    ListHabit.objects.update_or_create(person=request.user, defaults={"default_view": view})
    if view:
        messages.success(
            request, _("The work list opens with “%(name)s” from now on.") % {"name": view.name}
        )
    else:
        messages.success(request, _("The work list opens with every application from now on."))
    return redirect("applications:saved_views")


@OFFICE
@post_only
def choose_columns(request: PortalRequest) -> HttpResponse:
    """Keep the columns that the person wants to see; none chosen means the usual ones."""
    columns = known_columns(request.POST.getlist("column"))
    if set(request.POST.getlist("column")) - set(COLUMNS):
        messages.error(request, _("One of the columns is not known. Nothing was changed."))
    else:
        ListHabit.objects.update_or_create(person=request.user, defaults={"columns": list(columns)})
        messages.success(request, _("Your columns are saved."))
    back = kept_query(QueryDict(request.POST.get("query", "")[:QUERY_MAX_LENGTH]))
    return redirect(f"{reverse('applications:worklist')}?{back or 'view=none'}")
