"""The addresses of guidelines and grants."""

from django.urls import path

from finance.views import (
    banking,
    exports,
    grants,
    guidelines,
    ledgers,
    outlook,
    payments,
    versions,
)

app_name = "finance"
urlpatterns = [
    path("guidelines/", guidelines.guidelines, name="guidelines"),
    path("grants/", grants.grants, name="grants"),
    path("grants/<slug:reference>/", grants.grant, name="grant"),
    path("office/forecast/", outlook.forecast, name="forecast"),
    path("office/forecast/frame/<int:year>/", outlook.frame, name="frame"),
    path("grants/<slug:reference>/ledger/", ledgers.ledger, name="ledger"),
    path("organisations/<int:pk>/bank/", banking.bank, name="bank"),
    # ICLD: payments
    path("office/payments/", payments.payments, name="payments"),
    path("office/payments/<int:pk>/", payments.payment, name="payment"),
    path("office/payments/send/", exports.export, name="export"),
    path("office/payments/exports/", exports.payment_exports, name="payment_exports"),
    path("office/payments/exports/<int:number>/", exports.payment_export, name="payment_export"),
    path(
        "office/payments/exports/<int:number>/<slug:kind>/",
        exports.export_file,
        name="export_file",
    ),
    path("office/payments/repayments/", payments.repayments, name="repayments"),
    path("office/payments/repayments/<int:pk>/", payments.repayment, name="repayment"),
    path("office/payments/books/", banking.books, name="books"),
    # ICLD: the versions of the guidelines
    path("office/programme/guidelines/", versions.versions, name="versions"),
    path("office/programme/guidelines/begin/", versions.begin, name="begin_version"),
    path("office/programme/guidelines/<int:version>/", versions.version, name="version"),
    path(
        "office/programme/guidelines/<int:version>/general/",
        versions.general,
        name="version_general",
    ),
    path(
        "office/programme/guidelines/<int:version>/amounts/<slug:grant_type>/",
        versions.amounts,
        name="version_amounts",
    ),
    path(
        "office/programme/guidelines/<int:version>/costs/add/",
        versions.category,
        name="add_category",
    ),
    path(
        "office/programme/guidelines/<int:version>/costs/<slug:code>/",
        versions.category,
        name="version_category",
    ),
    path(
        "office/programme/guidelines/<int:version>/costs/<slug:code>/change/",
        versions.change_category,
        name="change_category",
    ),
    path(
        "office/programme/guidelines/<int:version>/difference/",
        versions.difference,
        name="version_difference",
    ),
    path(
        "office/programme/guidelines/<int:version>/publish/",
        versions.publish,
        name="publish_version",
    ),
    path(
        "office/programme/guidelines/<int:version>/throw-away/",
        versions.throw_away,
        name="throw_away_version",
    ),
]
