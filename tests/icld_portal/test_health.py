"""What a load balancer is told."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler

from icld_portal import health


def keep_files_in(folder, settings):
    backend = "django.core.files.storage.FileSystemStorage"
    default = {"BACKEND": backend, "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "default": default}


@pytest.fixture
def database_away(settings, monkeypatch):
    place = {**settings.DATABASES["default"], "HOST": "/nowhere", "OPTIONS": {}}
    monkeypatch.setattr(health, "connection", ConnectionHandler({"default": place})["default"])


def test_the_process_is_up_without_a_database(client):
    assert client.get("/healthz").json() == {"status": "up"}


@pytest.mark.django_db
def test_everything_answers(client, settings, tmp_path):
    keep_files_in(tmp_path, settings)

    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ready"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_a_waiting_migration_is_not_ready(client):
    MigrationRecorder(connection).record_unapplied("icld_portal", "0001_initial")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "failing": ["migrations"]}


@pytest.mark.django_db
def test_a_file_store_that_cannot_be_written_is_not_ready(client, settings, tmp_path):
    (tmp_path / "taken").write_text("a file, where the folder should be")
    keep_files_in(tmp_path / "taken", settings)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["failing"]) == (503, ["storage"])


@pytest.mark.django_db
@pytest.mark.usefixtures("database_away")
def test_a_database_that_is_away_is_not_ready(client):
    response = client.get("/readyz")

    assert (response.status_code, response.json()["failing"]) == (503, ["database"])
    assert "nowhere" not in response.content.decode()
