"""The app of the parties, as Django knows it."""

from django.apps import AppConfig


class PartnershipsConfig(AppConfig):
    name = "partnerships"
