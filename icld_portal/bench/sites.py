"""Serving what is measured: granian over WSGI, as in production, on a free port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings

HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 15
# As the demo and the example units serve: never more at once than the pool has connections.
THREADS = 4


@contextmanager
def served(settings_module: str, *, workers: int = 1) -> Iterator["Site"]:
    """Serve a site while the block runs; whatever it says goes to standard error."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", HOST, "--port", str(port), "--workers", str(workers)]
    command += ["--blocking-threads", str(THREADS), "--log-level", "warning"]
    command += ["icld_portal.wsgi:application"]
    process = subprocess.Popen(  # noqa: S603 - the command is ours
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": settings_module},
        stdout=sys.stderr,
        start_new_session=True,
    )
    try:
        wait_for(port, process)
        yield Site(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Site:
    """A site that is being served."""

    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self.pid = pid

    def worker_megabytes(self) -> list[tuple[float, float]]:
        """Return resident and proportional memory of each web worker, in MB (2**20 bytes)."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [memory_of(int(child)) for child in children if is_worker(int(child))]


def is_worker(pid: int) -> bool:
    """Return whether the process serves pages; granian's resource tracker does not."""
    return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()


def memory_of(pid: int) -> tuple[float, float]:
    """Return a process's RSS and PSS in MB; pages shared with others count once in the first."""
    kilobytes = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, number = line.split()[:2]
        kilobytes[name] = int(number)
    return kilobytes["Rss:"] / 1024, kilobytes["Pss:"] / 1024


def free_port() -> int:
    """Return a port nobody listens on."""
    with closing(socket.create_server((HOST, 0))) as server:
        return int(server.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once the port answers; raises RuntimeError if the server ends or hangs."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with {process.returncode}; see above.")
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The server did not answer within {START_SECONDS} seconds.")
