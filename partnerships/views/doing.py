"""Doing what a form asks for, or saying in the form why not."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from icld_portal.page_forms import PageForm
from icld_portal.problems import NotReady
from partnerships.requests import PortalRequest


def done(form: PageForm, deed: Callable[[], object]) -> bool:
    """Do ``deed``; when it is refused, say why in ``form``."""
    try:
        deed()
    except NotReady as refused:
        form.show(refused.problems)
        return False
    return True


def already_gone(request: PortalRequest, rows: QuerySet[Any]) -> bool:
    """Whether what this page would take away is gone, as after a second click; says so then."""
    if request.method != "POST" or rows.exists():
        return False
    messages.info(request, _("It has been taken away already."))
    return True
