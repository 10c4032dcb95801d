"""The request as a view behind a sign-in receives it."""

from datetime import datetime

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from partnerships.models import User


class PortalRequest(HttpRequest):
    """A request by a signed-in person; ``received_at`` was stamped when it reached us."""

    user: User
    received_at: datetime
    htmx: HtmxDetails
