"""The addresses of a report's accounts."""

from django.urls import path

from applications.views import (
    report_accounts,
    report_deviations,
    report_imports,
    report_receipts,
)

REPORT = "reports/<slug:reference>/<slug:slug>"
urlpatterns = [
    *(
        route
        for kind in report_accounts.SHEETS
        for route in (
            path(
                f"{REPORT}/{kind}/",
                report_accounts.sheet,
                {"kind": kind},
                name=f"report_{kind}",
            ),
            path(
                f"{REPORT}/{kind}/sums/",
                report_accounts.sums,
                {"kind": kind},
                name=f"{kind}_sums",
            ),
            path(
                f"{REPORT}/{kind}/<int:pk>/",
                report_accounts.row,
                {"kind": kind},
                name=f"{kind}_row",
            ),
            path(
                f"{REPORT}/{kind}/<int:pk>/remove/",
                report_accounts.remove,
                {"kind": kind},
                name=f"remove_{kind}_row",
            ),
        )
    ),
    path(f"{REPORT}/accounts/file/", report_imports.send, name="account_file"),
    path(f"{REPORT}/accounts/file/<int:pk>/", report_imports.sent_file, name="account_import"),
    path(f"{REPORT}/accounts/file/<int:pk>/keep/", report_imports.keep, name="keep_import"),
    path(
        f"{REPORT}/accounts/download/<slug:table>.<slug:file_format>",
        report_imports.download,
        name="account_download",
    ),
    path(f"{REPORT}/accounts/missing/", report_accounts.missing, name="report_missing"),
    path(f"{REPORT}/deviations/", report_deviations.deviations, name="report_deviations"),
    path(
        f"{REPORT}/deviations/<slug:anchor>/",
        report_deviations.save_deviation,
        name="save_deviation",
    ),
    path(f"{REPORT}/receipts/", report_receipts.receipts, name="report_receipts"),
    path(f"{REPORT}/receipts/add/", report_receipts.attach, name="attach_receipt"),
    path(f"{REPORT}/receipts/history/", report_receipts.history, name="receipt_history"),
    path(f"{REPORT}/receipts/<int:pk>/", report_receipts.receipt, name="receipt"),
    path(f"{REPORT}/receipts/<int:pk>/remove/", report_receipts.remove, name="remove_receipt"),
]
