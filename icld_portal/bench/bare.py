"""Settings of the bare Django site that every figure is a ratio to.

Plain Django on the same server and database; its people and sessions live in the schema
``bare``. The page itself is ``bare_page``.
"""

from icld_portal.bench import portal

SCHEMA = "bare"

SECRET_KEY = portal.SECRET_KEY
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "icld_portal.bench.bare_page"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["icld_portal.bench.bare_page.Loader"],
                )
            ],
        },
    }
]
# As Django comes: a new connection for each request. ``bare_pooled`` keeps them.
DATABASES = {
    "default": portal.database
    | {
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": {"options": f"-c search_path={SCHEMA}"},
        "CONN_HEALTH_CHECKS": False,
    }
}
