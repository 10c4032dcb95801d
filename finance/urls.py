"""The addresses of guidelines and grants."""

from django.urls import path

from finance.views import grants, guidelines, outlook, versions

app_name = "finance"
urlpatterns = [
    path("guidelines/", guidelines.guidelines, name="guidelines"),
    path("grants/", grants.grants, name="grants"),
    path("grants/<slug:reference>/", grants.grant, name="grant"),
    path("office/forecast/", outlook.forecast, name="forecast"),
    path("office/forecast/frame/<int:year>/", outlook.frame, name="frame"),
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
