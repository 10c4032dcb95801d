"""Addresses of the parties."""

from django.urls import path

from partnerships import views

app_name = "partnerships"

urlpatterns = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/<int:pk>/", views.organisation, name="organisation"),
    path("partnerships/", views.partnerships, name="partnerships"),
    path("partnerships/new/", views.new, name="new"),
    path("partnerships/<int:pk>/", views.partnership, name="partnership"),
]
