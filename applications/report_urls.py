"""The addresses of reports: each below its case's reference and its own name, as year-1."""

from django.urls import path

from applications.views import report_answers, report_sections, reports

urlpatterns = [
    path("", reports.reports, name="reports"),
    path("<slug:reference>/<slug:slug>/", reports.report, name="report"),
    path("<slug:reference>/<slug:slug>/read/", reports.read_report, name="read_report"),
    path(
        "<slug:reference>/<slug:slug>/sections/<slug:key>/",
        report_sections.report_section,
        name="report_section",
    ),
    path(
        "<slug:reference>/<slug:slug>/answers/<slug:key>/",
        report_answers.save_report_answer,
        name="save_report_answer",
    ),
]
