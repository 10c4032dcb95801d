"""The fingerprint of data: of one canonical text, whichever order it was put together in."""

import hashlib
import json
from typing import Any


def fingerprint_of(written: Any) -> str:
    """Return the SHA-256 of ``written``, in hexadecimal: the content, or one part of it."""
    text = json.dumps(
        written,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        default=str,
    )
    return hashlib.sha256(text.encode()).hexdigest()
