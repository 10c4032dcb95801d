"""The floor and the front door, as Django knows them."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "icld_portal"
    verbose_name = "The floor: workflow, events, mail, papers, files"
