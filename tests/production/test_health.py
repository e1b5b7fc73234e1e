"""/healthz and /readyz, and what they say when something is missing."""

import json
import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from django.utils import timezone

from labs.grader.git.version import GitVersion, git_version_is_safe
from labs.grading import pulse, sandbox
from labs.repositories import disk
from portal import health
from portal.celery import app
from tests.factories import make_submission
from tests.servers import free_port, sqlite, using

NOWHERE = f"redis://:a-secret@127.0.0.1:{free_port()}/0"
BROKEN = {
    "ENGINE": "django.db.backends.postgresql",
    "HOST": "127.0.0.1",
    "PORT": free_port(),
    "NAME": "portal",  # the path of a test database may be longer than PostgreSQL allows
    "PASSWORD": "a-secret",
}


@pytest.fixture(autouse=True)
def reached_broker(monkeypatch):
    """A broker that answers, unless a test says otherwise."""
    monkeypatch.setattr(app.conf, "broker_url", "memory://")


@pytest.fixture(autouse=True)
def tested_sandbox(monkeypatch):
    """A worker has found its sandbox working and the disk has space, unless a test says otherwise."""
    monkeypatch.setattr(sandbox, "state", lambda: "ok")
    monkeypatch.setattr(disk, "warnings", list)


@pytest.fixture(autouse=True)
def beating(settings, tmp_path):
    """Workers and reaper have just reported that they are alive, unless a test says otherwise."""
    settings.VAR = tmp_path
    for name in ("live", "later", "reaper"):
        pulse.beat(name)


def ready(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_healthz_queries_nothing(client, django_assert_num_queries, monkeypatch, db):
    monkeypatch.setattr(app.conf, "broker_url", NOWHERE)
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_response_is_json_that_is_not_cached(client, db, path):
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_not_redirected_to_https(db, path):
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_REDIRECT_EXEMPT=production_exemptions()):
        client = Client()
        assert client.get(path).status_code == 200
        assert client.get(f"{path}/").status_code == 301
        assert client.get("/accounts/login/").status_code == 301


def production_exemptions() -> list[str]:
    """Return SECURE_REDIRECT_EXEMPT as `DEBUG=0` sets it."""
    code = "import json; from portal import settings; print(json.dumps(settings.SECURE_REDIRECT_EXEMPT))"
    environment = {**os.environ, "DEBUG": "0", "SECRET_KEY": "x" * 50, "VAR": str(settings.VAR)}
    return json.loads(
        subprocess.check_output([sys.executable, "-c", code], env=environment, cwd=settings.BASE_DIR)
    )


def test_portal_with_all_it_needs_is_ready(client, db):
    assert ready(client) == (
        200,
        {"status": "ready"}
        | dict.fromkeys(("database", "git", "broker", "sandbox", "disk", "grading", "later", "beat"), "ok"),
    )


@pytest.mark.parametrize(
    ("name", "part", "words"),
    [
        ("live", "grading", "The worker that grades pushes does not respond."),
        ("later", "later", "The later-worker does not respond."),
        ("reaper", "beat", "The reaper has not run recently. Beat or the worker does not respond,"),
    ],
)
def test_a_service_that_hangs_is_degraded_whichever_way_the_clock_went(
    client, db, monkeypatch, settings, name, part, words
):
    monkeypatch.setattr(pulse, "STARTED", time.monotonic() - 10_000)
    path = settings.VAR / "pulse" / name
    answers = []
    for age in (30, 200, -200):  # negative: the clock has been set back since
        os.utime(path, (time.time() - age,) * 2)
        answers.append(ready(client)[1])
    path.unlink()
    answers.append(ready(client)[1])
    assert [said["status"] for said in answers] == ["ready", "degraded", "degraded", "degraded"]
    assert all(said[part].startswith(words) for said in answers[1:])
    monkeypatch.setattr(pulse, "STARTED", time.monotonic())
    assert ready(client)[1]["status"] == "ready"  # a portal that has just started


def test_push_that_waits_too_long_is_degraded_but_other_work_may_wait(client, db):
    submission = make_submission(queued_at=timezone.now() - timedelta(minutes=3, seconds=1))
    status, said = ready(client)
    assert (status, said["status"]) == (200, "degraded")
    assert said["grading"].startswith("A push has been waiting for 3 minutes.")
    type(submission).objects.update(queue="later")
    assert ready(client)[1]["status"] == "ready"


def test_lost_broker_is_degraded_and_does_not_take_the_portal_down(client, db, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_url", NOWHERE)
    status, said = ready(client)
    assert (status, said["status"], said["database"]) == (200, "degraded", "ok")
    assert said["broker"] == ("The broker does not respond. Pages and quizzes work. Submissions wait for it.")


def test_sandbox_that_does_not_confine_is_degraded(client, db, monkeypatch):
    monkeypatch.setattr(sandbox, "state", lambda: "Code cannot be confined: bwrap not found.")
    status, said = ready(client)
    assert (status, said["status"]) == (200, "degraded")
    assert said["sandbox"] == "Code cannot be confined: bwrap not found."


def test_disk_that_is_almost_full_is_degraded_and_shown_to_staff(client, admin_client, monkeypatch):
    monkeypatch.setattr(disk, "warnings", lambda: ["The data disk is 81% full."])
    status, said = ready(client)
    assert (status, said["status"], said["disk"]) == (200, "degraded", "The data disk is 81% full.")
    assert "The data disk is 81% full." in admin_client.get("/staff/").content.decode()
    monkeypatch.setattr(disk, "warnings", list)
    assert "errornote" not in admin_client.get("/staff/").content.decode()


def test_lost_database_is_not_ready(client, django_db_blocker):
    with django_db_blocker.unblock(), using(BROKEN):
        status, said = ready(client)
    assert (status, said["status"], said["database"]) == (503, "not ready", "The database does not respond.")


def test_database_that_was_never_migrated_is_not_ready(client, django_db_blocker, tmp_path):
    with django_db_blocker.unblock(), using(sqlite(tmp_path / "empty.sqlite3")):
        status, said = ready(client)
    assert (status, said["database"]) == (503, "The database has unapplied migrations.")


def test_database_of_an_older_version_is_not_ready(client, db):
    newest = MigrationRecorder.Migration.objects.filter(app="labs").latest("name")
    newest.delete()
    assert ready(client)[0] == 503


def test_unsafe_git_is_not_ready(client, db, monkeypatch):
    old = GitVersion("2.39.5", "1:2.39.5-0+deb12u2")
    monkeypatch.setattr(health, "git_version_is_safe", lambda: git_version_is_safe(old))
    health._git.cache_clear()
    status, said = ready(client)
    health._git.cache_clear()
    assert (status, said["git"]) == (503, "The installed Git lacks the security fixes of July 2025.")


def test_health_check_of_the_image_prints_nothing():
    """With nobody at the port: 1, and no traceback."""
    environment = {**os.environ, "PORT": str(free_port()), "VAR": str(settings.VAR)}
    asked = subprocess.run(
        [sys.executable, "-m", "portal.health"], env=environment, cwd=settings.BASE_DIR, capture_output=True
    )
    assert (asked.returncode, asked.stdout, asked.stderr) == (1, b"", b"")


def test_responses_contain_no_secret(client, monkeypatch, django_db_blocker):
    monkeypatch.setattr(app.conf, "broker_url", NOWHERE)
    with django_db_blocker.unblock(), using(BROKEN):
        said = client.get("/readyz").content.decode()
    assert not any(secret in said for secret in ("a-secret", "127.0.0.1", settings.SECRET_KEY))
