"""The addresses of an audit: for the parties and ICLD, and for the auditor."""

from django.urls import path

from applications.views import audit_invitation, auditing, report_audit

REPORT = "reports/<slug:reference>/<slug:slug>"
urlpatterns = [
    path(f"{REPORT}/audit/", report_audit.audit, name="audit"),
    path(f"{REPORT}/audit/invite/", report_audit.invite, name="invite_auditor"),
    path(f"{REPORT}/audit/invite-again/", report_audit.invite_again, name="invite_auditor_again"),
    path(f"{REPORT}/audit/withdraw/", report_audit.withdraw, name="withdraw_auditor"),
    path(f"{REPORT}/audit/upload/", report_audit.upload, name="upload_certificate"),
    path(f"{REPORT}/audit/set-aside/", report_audit.set_aside, name="set_certificate_aside"),
    path(
        f"{REPORT}/audit/certificates/<int:pk>/", report_audit.certificate, name="audit_certificate"
    ),
    # The auditor alone
    path("audits/<str:token>/", audit_invitation.audit_invitation, name="audit_invitation"),
    path(f"{REPORT}/auditing/", auditing.auditing, name="auditing"),
    path(f"{REPORT}/auditing/certify/", auditing.certify, name="certify"),
    path(f"{REPORT}/auditing/receipts/<int:pk>/", auditing.audited_receipt, name="audited_receipt"),
    path(f"{REPORT}/auditing/<slug:part>/", auditing.audited_rows, name="audited_rows"),
]
