"""The app of the case, as Django knows it."""

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "applications"
