"""The rows of the matrix for signing in and second factors, which allauth answers.

They change nothing but how the person who asks signs in.
"""

from tests.matrix.rows import Row

CLOSED = {
    name: Row(address, get="", post="")
    for name, address in {
        "account_signup": "/account/signup/",
        "account_email": "/account/email/",
        "account_email_verification_sent": "/account/confirm-email/",
        "account_set_password": "/account/password/set/",
        "account_confirm_login_code": "/account/login/code/confirm/",
        "account_confirm_email": "/account/confirm-email/{token}/",
    }.items()
}

SIGNING_IN = {
    "account_login": Row("/account/login/", get="nobody=200 *=302", post="nobody=200 *=302"),
    "account_logout": Row("/account/logout/", get="nobody=302 *=200", post="*=302"),
    "account_inactive": Row("/account/inactive/", get="*=200"),
    "account_reauthenticate": Row("/account/reauthenticate/", get="*=200", post="*=200"),
    "account_change_password": Row("/account/password/change/", get="*=200", post="*=200"),
    "account_reset_password": Row("/account/password/reset/", get="*=200", post="*=200"),
    "account_reset_password_done": Row("/account/password/reset/done/", get="*=200"),
    "account_reset_password_from_key": Row(
        "/account/password/reset/key/1-nonsense/", get="*=200", post="*=200"
    ),
    "account_reset_password_from_key_done": Row("/account/password/reset/key/done/", get="*=200"),
}

# Before anything is changed the second factor, or else the password, is asked for again.
AGAIN = "*=302"

SECOND_FACTORS = {
    "mfa_authenticate": Row(
        "/account/two-factor/authenticate/", get="nobody=login *=302", post="nobody=login *=302"
    ),
    "mfa_reauthenticate": Row(
        "/account/two-factor/reauthenticate/",
        get="with-factor=200 *=302",
        post="with-factor=200 *=302",
    ),
    "mfa_reauthenticate_webauthn": Row(
        "/account/two-factor/webauthn/reauthenticate/", get=AGAIN, post=AGAIN
    ),
    "mfa_index": Row("/account/two-factor/", get="*=200"),
    "mfa_activate_totp": Row("/account/two-factor/totp/activate/", get=AGAIN, post=AGAIN),
    "mfa_deactivate_totp": Row(
        "/account/two-factor/totp/deactivate/", get="with-factor=302", post="with-factor=302"
    ),
    # Nobody here has recovery codes yet.
    "mfa_view_recovery_codes": Row("/account/two-factor/recovery-codes/", get=""),
    "mfa_download_recovery_codes": Row(
        "/account/two-factor/recovery-codes/download/", get="", post=""
    ),
    "mfa_generate_recovery_codes": Row(
        "/account/two-factor/recovery-codes/generate/", get=AGAIN, post=AGAIN
    ),
    "mfa_list_webauthn": Row("/account/two-factor/webauthn/", get="*=200"),
    "mfa_add_webauthn": Row("/account/two-factor/webauthn/add/", get=AGAIN, post=AGAIN),
    "mfa_edit_webauthn": Row(
        "/account/two-factor/webauthn/keys/{key}/edit/", get=AGAIN, post=AGAIN
    ),
    "mfa_remove_webauthn": Row(
        "/account/two-factor/webauthn/keys/{key}/remove/", get=AGAIN, post=AGAIN
    ),
}

ACCOUNTS: dict[str, Row] = CLOSED | SIGNING_IN | SECOND_FACTORS
