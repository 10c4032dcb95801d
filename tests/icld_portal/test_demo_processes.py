"""The demo's processes: whatever ends the demo, nothing is left that blocks the next start."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from icld_portal.demo import processes

ROOT = Path(__file__).parent.parent.parent
WRITE_PID_AND_WAIT = """
import os, pathlib, signal, sys, time
if sys.argv[2:] == ["stubborn"]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1] + ".draft").write_text(str(os.getpid()))
os.replace(sys.argv[1] + ".draft", sys.argv[1])
time.sleep(60)
"""
PARENT = """
import sys, time
from icld_portal.demo.processes import Children
Children({}).start("child", ["-c", sys.argv[1], sys.argv[2]])
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    """Return whether the process runs; a zombie does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def becomes(check) -> bool:
    """Return whether ``check`` turns true within ten seconds."""
    deadline = time.monotonic() + 10
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_children_end_when_they_are_told(tmp_path):
    family = processes.Children({})
    family.start("child", ["-c", WRITE_PID_AND_WAIT, str(tmp_path / "pid")])
    assert becomes((tmp_path / "pid").exists)
    assert family.ended() is None

    family.stop()

    assert family.ended() == "child"
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_a_child_that_will_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.2)
    family = processes.Children({})
    family.start("child", ["-c", WRITE_PID_AND_WAIT, str(tmp_path / "pid"), "stubborn"])
    assert becomes((tmp_path / "pid").exists)

    family.stop()

    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_children_die_with_a_parent_that_is_killed(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, WRITE_PID_AND_WAIT, str(tmp_path / "pid")], cwd=ROOT
    )
    assert becomes((tmp_path / "pid").exists)
    child = int((tmp_path / "pid").read_text())
    assert is_alive(child)

    parent.kill()
    parent.wait()

    assert becomes(lambda: not is_alive(child))


def test_a_taken_port_is_noticed_and_another_offered():
    with socket.socket() as taken:
        taken.bind((processes.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert not processes.is_free(port)
        assert processes.next_free(port) > port

    assert processes.is_free(port)


class Demo:
    """The demo command with data and port of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = processes.next_free(20_000 + os.getpid() % 20_000)

    def start(self) -> subprocess.Popen[str]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "SECRET_KEY", "PORTAL_DEMO"}
        }
        return subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", str(self.port)],
            cwd=ROOT,
            env=environment | {"PORTAL_DATA_DIR": str(self.data)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def address(self) -> str:
        return f"http://{processes.HOST}:{self.port}/"


def read_until(running: subprocess.Popen[str], wanted: str) -> str:
    """Return what the demo prints up to the line that holds ``wanted``."""
    lines = []
    for line in running.stdout:
        lines.append(line)
        if wanted in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


@pytest.mark.enable_socket
def test_the_demo_starts_is_killed_starts_again_and_stops_without_a_trace(tmp_path):
    demo = Demo(tmp_path)

    first = demo.start()
    printed = read_until(first, demo.address)
    assert "decider@icld.example.org" in printed
    first.kill()
    first.wait()

    second = demo.start()
    assert "The demo world is made." not in read_until(second, demo.address)
    taken = demo.start().communicate()[0]
    assert f"Port {demo.port} is taken: uv run manage.py demo --port" in taken
    second.send_signal(signal.SIGINT)
    second.send_signal(signal.SIGINT)
    rest = second.communicate()[0]

    assert second.returncode == 0, rest
    assert rest.endswith("Stopped.\n")
    assert processes.is_free(demo.port)
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
