"""Addresses of the steering groups; their names are those of the app."""

from django.urls import path

from partnerships.views import decisions

urlpatterns = [
    # What has been decided
    path("steering-decisions/", decisions.decisions, name="decisions"),
    path("steering-decisions/file/", decisions.decisions_file, name="decisions_file"),
]
