"""The bare page: who is signed in, and the 25 newest rows of the applications' table."""

from typing import ClassVar

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Engine
from django.template.loaders import locmem
from django.urls import path

ROWS = 25
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ user.username }}</title></head><body>
<table>{% for row in rows %}
<tr><td>{{ row.pk }}</td><td>{{ row.reference }}</td><td>{{ row.title_sv }}</td>
<td>{{ row.status }}</td><td>{{ row.grant_type }}</td>
<td>{{ row.received_at|date:"Y-m-d H:i" }}</td></tr>{% endfor %}
</table></body></html>
"""


class Loader(locmem.Loader):
    """Finds the page's template in this file."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, {"bare.html": PAGE})


class Row(models.Model):
    """A row of the portal's table, without the portal's model."""

    reference = models.CharField(max_length=9)
    title_sv = models.CharField(max_length=200)
    status = models.CharField(max_length=16)
    grant_type = models.CharField(max_length=16)
    received_at = models.DateTimeField()

    class Meta:
        app_label = "bare"
        managed = False
        db_table = '"public"."applications_application"'
        ordering: ClassVar = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return self.reference


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show the newest rows; the order is that of an index."""
    return render(request, "bare.html", {"rows": Row._default_manager.all()[:ROWS]})


urlpatterns = [path("", page)]
