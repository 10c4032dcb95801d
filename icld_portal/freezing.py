"""Keeping a paper as it was made: the bytes in the file store, their fingerprint in a row."""

import hashlib
import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from icld_portal.models import FrozenPaper


def freeze(paper: FrozenPaper, pdf: bytes) -> None:
    """Store ``pdf``, then the row of ``paper``; where another job was first, its paper stands."""
    stored = default_storage.save(f"papers/{secrets.token_hex(16)}.pdf", ContentFile(pdf))
    paper.file.name = stored
    paper.sha256, paper.size_bytes = hashlib.sha256(pdf).hexdigest(), len(pdf)
    try:
        with transaction.atomic():
            paper.save(force_insert=True)
    except IntegrityError:
        default_storage.delete(stored)
