"""A form that was sent by somebody who had been signed out: kept an hour, for them alone.

It waits in the session of that browser, is shown again after sign-in, and never saved unasked.
"""

import time
from typing import Any

from django.http import HttpRequest, QueryDict

from icld_portal import writers

KEY = "kept_form"
KEPT_SECONDS = 3600


def keep(request: HttpRequest) -> bool:
    """Keep what was sent if it carries a writer's mark; returns whether it is kept."""
    writer = writers.writer_id(request) if request.method == "POST" else None
    if writer is None:
        return False
    sent = request.POST.copy()
    sent.pop("csrfmiddlewaretoken", None)
    request.session[KEY] = {
        "path": request.path,
        "sent": sent.urlencode(),
        "writer": writer,
        "at": time.time(),
    }
    return True


def kept(request: Any) -> QueryDict | None:
    """Return what this person sent to this address within the hour; None otherwise."""
    found = request.session.get(KEY)
    if found is None or found["writer"] != request.user.pk or found["path"] != request.path:
        return None
    if time.time() - found["at"] > KEPT_SECONDS:
        return None
    return QueryDict(found["sent"])


def forget(request: HttpRequest) -> None:
    """Let go of what was kept: it has been saved, or discarded."""
    request.session.pop(KEY, None)
