"""Every address of the portal, as a table of contents."""

from django.conf import settings
from django.urls import include, path
from django.views.i18n import set_language

from icld_portal import dashboard, prepared_files, public, views
from icld_portal.access import PUBLIC, post_only

urlpatterns = [
    path("", public.start, name="start"),
    path("home/", dashboard.home, name="home"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("language/", PUBLIC(post_only(set_language)), name="set_language"),
    path("account/", include("allauth.account.urls")),
    path("account/two-factor/", include("allauth.mfa.urls")),
    path("", include("applications.urls")),
    path("", include("finance.urls")),
    path("", include("partnerships.urls")),
    path("prepared/", prepared_files.prepared_files, name="prepared_files"),
    path("prepared/<slug:key>/", prepared_files.prepared, name="prepared"),
    path("prepared/<slug:key>/file/", prepared_files.prepared_file, name="prepared_file"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
handler400 = views.bad_request
if settings.DEMO:
    urlpatterns.append(path("demo/", include("icld_portal.demo.urls")))
