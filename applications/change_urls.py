"""The addresses of change requests."""

from django.urls import path

from applications.views import change_office, changes

CHANGES = "applications/<slug:reference>/changes"
urlpatterns = [
    path(f"{CHANGES}/", changes.case_changes, name="case_changes"),
    path(f"{CHANGES}/<int:number>/", changes.change_request, name="change_request"),
    path(f"{CHANGES}/<int:number>/money/", changes.change_money, name="change_money"),
    path(f"{CHANGES}/<int:number>/submit/", changes.submit_change, name="submit_change"),
    path(f"{CHANGES}/<int:number>/answer/", change_office.answer_change, name="answer_change"),
    path("office/changes/", change_office.office_changes, name="office_changes"),
]
