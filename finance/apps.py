"""The app of the money, as Django knows it."""

from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "finance"
