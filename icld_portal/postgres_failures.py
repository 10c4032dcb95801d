"""What went wrong with the embedded Postgres, in plain words with a command to look further."""

import errno
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class PostgresNotStarted(Exception):
    """Says in plain words why there is no database, and the line to type."""


def cluster_of(data: Path) -> Path:
    """Where in ``data`` Postgres keeps the database."""
    return data / "postgres"


def log_of(data: Path) -> Path:
    """Where the server writes what it has to say."""
    return cluster_of(data) / "server.log"


@contextmanager
def plain_words(data: Path) -> Iterator[None]:
    """Say what the system refuses as PostgresNotStarted."""
    try:
        yield
    except OSError as error:
        raise failure(data, str(error), number=error.errno) from error


def failure(data: Path, said: str, *, number: int | None = None) -> PostgresNotStarted:
    """Return the error to raise for what a program or the system ``said``."""
    if number is None:
        with suppress(OSError):
            said += "\n" + log_of(data).read_text(errors="replace")[-2000:]
    folder = typed(data)
    if number in {errno.ENOSPC, errno.EDQUOT} or "No space left" in said:
        reason = f"The disk that holds {data} is full. See what is left: df -h {folder}"
    elif number in {errno.EACCES, errno.EPERM, errno.EROFS} or "Permission denied" in said:
        reason = f"{data} cannot be written to. See whose it is: ls -la {folder}"
    elif number in {errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP}:
        reason = f"{data} cannot be a folder. See what is in the way: ls -ld {folder}"
    else:
        log = typed(log_of(data))
        reason = f"Postgres did not start. It said:\n{said.strip()}\nRead more: less {log}"
    return PostgresNotStarted(reason)


def typed(path: Path) -> str:
    """Return ``path`` as one types it in a shell."""
    return shlex.quote(str(path))
