"""Starting and stopping what the demo consists of, so that nothing is left behind.

``uv run`` ends its program without ``finally``, Ctrl-C may come twice, and kill -9 gives no
warning at all. So the children live in sessions of their own, where Ctrl-C misses them, and
ask the kernel to be told when their parent dies.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

HOST = "127.0.0.1"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PORT_FREED_SECONDS = 3
STOP_SECONDS = 10
# Run before the child's own program: die with the parent, also if it is dead already.
# 1 is PR_SET_PDEATHSIG; the wish survives exec.
LAUNCHER = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


class Stopped(BaseException):
    """Somebody wants the demo to end; not an Exception, so that nothing swallows it."""


def stop_when_asked() -> None:
    """Raise Stopped in the main thread at the first signal to stop; ignore those after it."""

    def stop(number: int, frame: FrameType | None) -> None:
        for name in STOP_SIGNALS:
            signal.signal(name, signal.SIG_IGN)
        raise Stopped

    for name in STOP_SIGNALS:
        signal.signal(name, stop)


def is_free(port: int) -> bool:
    """Return whether a server can listen on ``port``."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError:
            return False
    return True


def becomes_free(port: int) -> bool:
    """Return whether ``port`` can be had; a demo that was just killed needs a moment."""
    deadline = time.monotonic() + PORT_FREED_SECONDS
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def next_free(port: int) -> int:
    """Return the first free port after ``port``."""
    return next(number for number in range(port + 1, 65536) if is_free(number))


class Children:
    """The processes of one demo."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(os.environ) | dict(environment)
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Start ``python <arguments>`` under ``name``."""
        self.running[name] = subprocess.Popen(  # noqa: S603 - every word is ours.
            [sys.executable, "-c", LAUNCHER, str(os.getpid()), *arguments],
            stdin=subprocess.DEVNULL,
            env=self.environment,
            start_new_session=True,
        )

    def ended(self) -> str | None:
        """Return the name of a process that has ended by itself, if any."""
        return next(
            (name for name, child in self.running.items() if child.poll() is not None), None
        )

    def stop(self) -> None:
        """End them all, gently, then by force; with whatever they have started."""
        for child in self.running.values():
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@contextmanager
def children(environment: Mapping[str, str]) -> Iterator[Children]:
    """Have children that are stopped whatever happens here."""
    family = Children(environment)
    try:
        yield family
    finally:
        for name in STOP_SIGNALS:
            signal.signal(name, signal.SIG_IGN)
        family.stop()
