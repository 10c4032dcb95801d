"""Processes of the embedded Postgres that nobody's data folder tells of any more."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

TIMEOUT_SECONDS = 20


def end_servers_without_data(cluster: Path) -> str:
    """End a server of an earlier ``cluster`` at this place that was deleted under it.

    It would notice by itself within a minute, and take the socket of the new one away with
    its own as it leaves. Returns the numbers of those that did not go, else nothing.
    """
    left = [pid for pid in _servers_without_data(cluster) if _signal(pid, signal.SIGQUIT)]
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while left := [pid for pid in left if _signal(pid, 0) and not _is_zombie(pid)]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return " ".join(str(pid) for pid in left)


def _servers_without_data(cluster: Path) -> Iterator[int]:
    """Yield the processes that were started to serve ``cluster`` and stand in a deleted folder."""
    gone = f"{cluster} (deleted)"
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # It has ended, or is somebody else's.
            words = (process / "cmdline").read_bytes().split(b"\0")
            if os.readlink(process / "cwd") == gone and os.fsencode(cluster) in words:
                yield int(process.name)


def _signal(pid: int, number: int) -> bool:
    """Send a signal, 0 for none; return whether there was such a process of ours."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _is_zombie(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True
