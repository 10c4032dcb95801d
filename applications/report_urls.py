"""The addresses of reports: each below its case's reference and its own name, as year-1."""

from django.urls import path

from applications.views import (
    report_answers,
    report_approving,
    report_citing,
    report_control,
    report_sections,
    report_submitting,
    reports,
)

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
    path(
        "<slug:reference>/<slug:slug>/approval/",
        report_approving.report_approval,
        name="report_approval",
    ),
    path(
        "<slug:reference>/<slug:slug>/approval/remind/",
        report_approving.remind_of_report,
        name="remind_of_report",
    ),
    path(
        "<slug:reference>/<slug:slug>/submit/",
        report_submitting.submit_report,
        name="submit_report",
    ),
    path(
        "<slug:reference>/<slug:slug>/citations/",
        report_citing.report_citations,
        name="report_citations",
    ),
    path(
        "<slug:reference>/<slug:slug>/citations/cite/",
        report_citing.cite_in_report,
        name="cite_in_report",
    ),
    path(
        "<slug:reference>/<slug:slug>/citations/remove/",
        report_citing.uncite_in_report,
        name="uncite_in_report",
    ),
]
