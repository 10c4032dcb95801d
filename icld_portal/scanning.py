"""Uploads are shown to ClamAV, where an operator has one: by INSTREAM, in a job of their own.

Off unless ``settings.CLAMAV`` names a daemon. A file that waits for its turn or that was
found harmful is handed out to nobody.
"""

import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from icld_portal.models import FileScan, ScanState

CHUNK_BYTES = 64 * 1024
# A daemon that reads its signatures anew may take this long to answer.
PATIENCE_SECONDS = 60
LONGEST_ANSWER_BYTES = 4096


class ScanFailed(OSError):
    """The daemon answered, but not with a judgement; the file is shown to it again later."""


def await_scan(name: str) -> None:
    """Note that the stored file ``name`` waits to be scanned, and queue the job; if it is on."""
    from icld_portal import jobs

    if not settings.CLAMAV:
        return
    with transaction.atomic():
        scan = FileScan.objects.create(file=name)
        jobs.scan_file.defer(scan_id=scan.pk)


def scan_stored(scan_id: int) -> None:
    """Have one stored file judged; a second run finds it done. OSError when nobody answers."""
    scan = FileScan.objects.filter(pk=scan_id, state=ScanState.WAITING).first()
    if scan is None:
        return
    if not default_storage.exists(scan.file):  # Its upload was given up.
        scan.delete()
        return
    with default_storage.open(scan.file, "rb") as opened:
        scan.found = judge(opened)[:100]
    scan.state = ScanState.INFECTED if scan.found else ScanState.CLEAN
    scan.scanned_at = timezone.now()
    scan.save()


def judge(content: "BinaryIO | File[bytes]") -> str:
    """Return what ClamAV finds in ``content``: a name, or nothing. OSError, ScanFailed."""
    with closing(_connected()) as line:
        line.sendall(b"zINSTREAM\0")
        while chunk := content.read(CHUNK_BYTES):
            line.sendall(struct.pack(">I", len(chunk)) + chunk)
        line.sendall(struct.pack(">I", 0))
        answer = b"".join(_answer(line)).rstrip(b"\0\n").decode(errors="replace")
    judgement = answer.removeprefix("stream: ")
    if judgement == "OK":
        return ""
    if judgement.endswith(" FOUND"):
        return judgement.removesuffix(" FOUND") or "?"
    raise ScanFailed(answer or "no answer")


def held(names: Iterable[str]) -> dict[str, FileScan]:
    """Return the scans of those stored files that may not be handed out, by their names."""
    states = [ScanState.INFECTED, *([ScanState.WAITING] if settings.CLAMAV else [])]
    return {scan.file: scan for scan in FileScan.objects.filter(file__in=names, state__in=states)}


def _connected() -> socket.socket:
    address = settings.CLAMAV
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(PATIENCE_SECONDS)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE_SECONDS)


def _answer(line: socket.socket) -> Iterator[bytes]:
    size = 0
    while size < LONGEST_ANSWER_BYTES and (piece := line.recv(LONGEST_ANSWER_BYTES)):
        size += len(piece)
        yield piece
        if piece.endswith(b"\0"):
            return
