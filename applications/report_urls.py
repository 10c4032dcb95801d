"""The addresses of reports: each below its case's reference and its own name, as year-1."""

from django.urls import path

from applications.views import reports

urlpatterns = [
    path("", reports.reports, name="reports"),
    path("<slug:reference>/<slug:slug>/", reports.report, name="report"),
]
