"""The addresses of reports: each below its case's reference and its own name, as year-1."""

from django.urls import path

from applications.views import report_answers, report_control, report_sections, reports

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
    # ICLD's control
    path("<slug:reference>/<slug:slug>/control/", report_control.control, name="report_control"),
    path(
        "<slug:reference>/<slug:slug>/control/rest/",
        report_control.approve_rest,
        name="approve_rest",
    ),
    path(
        "<slug:reference>/<slug:slug>/control/checklist/",
        report_control.checklist,
        name="control_checklist",
    ),
    path(
        "<slug:reference>/<slug:slug>/control/approve/",
        report_control.approve_report,
        name="approve_report",
    ),
    path(
        "<slug:reference>/<slug:slug>/control/withdraw/",
        report_control.withdraw_approval,
        name="withdraw_report_approval",
    ),
]
