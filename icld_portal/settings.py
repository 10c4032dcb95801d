"""Settings, read from the environment only; docs/deployment.md lists every variable."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
import fontpkg_source_sans_3
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from icld_portal import postgres

BASE_DIR = Path(__file__).resolve().parent.parent


def flag(name: str) -> bool:
    """Return whether the environment variable ``name`` says yes."""
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of the environment variable ``name``."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


DEMO = flag("PORTAL_DEMO")
DEBUG = flag("PORTAL_DEBUG")
DATA_DIR = Path(os.environ.get("PORTAL_DATA_DIR", BASE_DIR / ".data"))

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEMO:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Only the demo and the tests start without it: "
            "uv run manage.py demo"
        )
    SECRET_KEY = "the demo alone runs with this key, on one machine, without real people"  # noqa: S105

PUBLIC_URL = os.environ.get("PORTAL_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = words("PORTAL_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL.startswith("https://") else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "js_lib_bootstrap5",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "icld_portal",
    "partnerships",
    "finance",
    "applications",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "icld_portal.access.StampArrival",
    "icld_portal.access.KeepPrivate",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "icld_portal.localize.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "icld_portal.access.DefaultDeny",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "icld_portal.urls"
WSGI_APPLICATION = "icld_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "icld_portal.context.portal",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "icld_portal.templatetags.portal",
                "crispy_forms.templatetags.crispy_forms_filters",
            ],
        },
    },
]
FORM_RENDERER = "icld_portal.widgets.Renderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# --- Database -------------------------------------------------------------------------

EMBEDDED_POSTGRES = not os.environ.get("DATABASE_URL")
database: dict[str, Any] = (
    dict(postgres.connection_settings(DATA_DIR))
    if EMBEDDED_POSTGRES
    else dict(dj_database_url.parse(os.environ["DATABASE_URL"], engine="icld_portal.database"))
)
database |= {
    "OPTIONS": {
        **database.get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": 8, "timeout": 10},
        "server_side_binding": True,
    },
    "CONN_HEALTH_CHECKS": True,
}
if EMBEDDED_POSTGRES:
    # A forgotten index must not hold a page for a minute. In production the web role has these
    # limits by deploy/roles.sql, and the owner, who migrates, has none.
    database["OPTIONS"]["options"] = "-c statement_timeout=5000 -c lock_timeout=4000"
DATABASES = {"default": database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
    }
}

# --- People ---------------------------------------------------------------------------

AUTH_USER_MODEL = "partnerships.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in [
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    ]
]
ACCOUNT_ADAPTER = "icld_portal.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "icld_portal.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Kommunalt Partnerskap"
# A code counts half a minute longer: clocks differ, and people type slowly.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "start"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- Language and time ----------------------------------------------------------------

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "icld_portal" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

# --- Files and static -----------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("PORTAL_STATIC_ROOT", BASE_DIR / "collected"))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("fonts", Path(fontpkg_source_sans_3.__file__).parent / "files"),
]
BUILT_STATIC = not (DEMO or DEBUG)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "files"), "file_permissions_mode": 0o640},
    },
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if BUILT_STATIC
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        ),
    },
}
WHITENOISE_USE_FINDERS = not BUILT_STATIC
WHITENOISE_AUTOREFRESH = DEBUG
# A ClamAV daemon that uploads are shown to: host:port, or the path of its socket.
CLAMAV = os.environ.get("CLAMAV_ADDRESS", "")
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000

# --- Mail and jobs --------------------------------------------------------------------

# Every letter, also those of the sign-in pages, is first a row in the outbox.
EMAIL_BACKEND = "icld_portal.mail.OutboxBackend"
PORTAL_EMAIL_BACKEND = os.environ.get(
    "PORTAL_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend"
)
PORTAL_MAIL_IS_SENT = not DEMO
DEFAULT_FROM_EMAIL = os.environ.get(
    "PORTAL_MAIL_FROM", "Kommunalt Partnerskap <no-reply@localhost>"
)
EMAIL_HOST = os.environ.get("PORTAL_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("PORTAL_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("PORTAL_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("PORTAL_SMTP_PASSWORD", "")
EMAIL_USE_TLS = flag("PORTAL_SMTP_TLS")
EMAIL_TIMEOUT = 20
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
# What people can order, and who makes it; only the worker loads the maker.
PREPARED_FILES: dict[str, str] = {
    "draft_pdf": "applications.archive.make_draft_pdf",
    "case_zip": "applications.archive.make_case_zip",
    "work_list": "applications.list_files.make_work_list",
    "steering_year": "partnerships.summary_files.make_year",
    "decision_log": "partnerships.decision_files.make_decision_log",
    "steering_groups": "partnerships.group_files.make_group_list",
}

# What goes over with the roles of a person who leaves, as functions of the apps above.
HANDED_OVER: list[str] = ["applications.workflow.handing_over.take_over"]

# Which apps have matters that steering groups decide about.
STEERING_MATTERS: list[str] = [
    "applications.matters.CASES",
    "applications.reports.matters.REPORTS",
    "partnerships.agenda.GROUP",
]

# --- History --------------------------------------------------------------------------

# Reading changes no row, and asking who reads would cost the public pages a query.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# --- Security -------------------------------------------------------------------------

BEHIND_HTTPS = PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_HTTPS else None
SECURE_SSL_REDIRECT = BEHIND_HTTPS
# Failed sign-ins are counted per address: that of the person, not of the proxy in front.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("PORTAL_PROXIES", str(int(BEHIND_HTTPS))))
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_HTTPS else 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = BEHIND_HTTPS
CSRF_COOKIE_SECURE = BEHIND_HTTPS
LANGUAGE_COOKIE_SECURE = BEHIND_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "icld_portal.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
