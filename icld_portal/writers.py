"""Whose text a page holds: a signed mark in the form, so that nobody else ever gets it."""

from typing import Any

from django.core import signing
from django.http import HttpRequest

FIELD = "writer"
_signer = signing.Signer(salt="writer of a form")


def mark_of(user: Any) -> str:
    """Return the mark that a form carries for ``user``; the same every time."""
    return _signer.sign(str(user.pk))


def writer_id(request: HttpRequest) -> int | None:
    """Return the id of the person whose form was sent; None without a mark of ours."""
    try:
        return int(_signer.unsign(request.POST.get(FIELD, "")))
    except signing.BadSignature:
        return None
