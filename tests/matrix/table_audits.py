"""The rows of audits: who invites, who certifies, and that the auditor sees nothing else."""

from tests.matrix.rows import Row

UNDER_WAY = "/reports/{audited}/year-1/"
CERTIFIED = "/reports/{audited}/year-2/"
INVITED = "/reports/{invited_to}/year-1/"
TO_BEGIN = "/reports/{invited_to}/year-2/"
GRANTEE = "swedish-writers=302! parties=403"

AUDITS = {
    # A draft is for its parties; its auditor is led to a page of their own.
    "applications:audit": Row(f"{UNDER_WAY}audit/", get="parties=200 auditor=302"),
    "applications:invite_auditor": Row(
        f"{TO_BEGIN}audit/invite/",
        post=GRANTEE,
        data={"name": "En revisor", "email": "auditor@example.org", "language": "sv"},
    ),
    "applications:invite_auditor_again": Row(f"{INVITED}audit/invite-again/", post=GRANTEE),
    "applications:withdraw_auditor": Row(
        f"{UNDER_WAY}audit/withdraw/", post=f"{GRANTEE} auditor=403"
    ),
    "applications:upload_certificate": Row(
        f"{TO_BEGIN}audit/upload/", post=GRANTEE, data="certificate"
    ),
    "applications:set_certificate_aside": Row(
        f"{CERTIFIED}audit/set-aside/", post=GRANTEE, data={"reason": "Fel fil."}
    ),
    "applications:audit_certificate": Row(
        f"{CERTIFIED}audit/certificates/{{certificate}}/", get="parties=200"
    ),
    # The letter's link shows who asks; only the invited person accepts, and by a POST.
    "applications:audit_invitation": Row(
        "/audits/{audit_token}/", get="*=200", post="invited=302! *=403"
    ),
    "applications:auditing": Row(
        f"{UNDER_WAY}auditing/",
        get="auditor=200",
        post="auditor=302!",
        data={"question-vouchers": "yes"},
    ),
    # The checklist is not answered yet: nothing is signed, but the code is used up.
    "applications:certify": Row(
        f"{UNDER_WAY}auditing/certify/",
        post="auditor=422!",
        data={"sha256": "0", "opinion": "clean", "statement": "Ja.", "code": "{code}"},
    ),
    "applications:audited_rows": Row(f"{UNDER_WAY}auditing/accounts/", get="auditor=200"),
    "applications:audited_receipt": Row(
        f"{UNDER_WAY}auditing/receipts/{{audited_receipt}}/", get="auditor=200"
    ),
}
