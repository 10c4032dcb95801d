"""The addresses of guidelines and grants."""

from django.urls import path

from finance.views import grants, guidelines

app_name = "finance"
urlpatterns = [
    path("guidelines/", guidelines.guidelines, name="guidelines"),
    path("grants/", grants.grants, name="grants"),
    path("grants/<slug:reference>/", grants.grant, name="grant"),
]
