"""Servers, databases and users that the benchmarks share, each started on first use."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.big_class import SIZES, BigClass, Sizes, analyze, make_class
from lessons.models import Course, Enrollment, Lesson
from portal.accounts.models import User
from portal.celery import app
from portal.services import services
from tests.factories import make_learner
from tests.fetch.server import HOST, make_authority
from tests.servers import ROOT, Stack, children, database_url, free_port, wait_for

COHORT_COURSE = {"units": 40, "lessons": 200, "quizzes": 160, "labs": 40, "cohorts": 1}
PROCESSES = 2  # processes of each web server, from GRANIAN_WORKERS


@dataclass(frozen=True)
class Host:
    """A Git host on this machine; `options` make Git trust it, `root` contains the repositories."""

    address: str
    root: Path
    certificate: Path
    options: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.address.removeprefix("https://")


@dataclass(frozen=True)
class ClassSite:
    """A portal with only a generated class, on a separate database."""

    stack: Stack
    made: BigClass

    @property
    def web_processes(self) -> list[int]:
        return children(self.stack.processes["web"].pid)

    def address_of(self, page: Callable[[BigClass], tuple[User, str]]) -> tuple[str, str]:
        """Return the URL of a page, and the session cookie of the user who opens it."""
        with self.stack.orm():
            user, path = page(self.made)
            client = Client(headers={"host": "127.0.0.1"})
            client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        return self.stack.url + path, f"{settings.SESSION_COOKIE_NAME}={cookie}"


class Site(ExitStack):
    def __init__(self, folder: Path, server: dict[str, Any], environment: dict[str, str]) -> None:
        super().__init__()
        self.folder, self.server, self.environment = folder, server, environment

    # --- the portal -------------------------------------------------------------------------------------------------

    @cached_property
    def portal(self) -> Stack:
        """The portal as in production, on PostgreSQL, with the course loaded and a running web server."""
        stack = Stack(self.folder / "portal", **self.environment)
        self.callback(stack.end)
        self.enter_context(stack.orm())
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_course", str(ROOT / "courses" / "mlops"), verbosity=0)
        stack.start("web")
        return stack

    @cached_property
    def grading(self) -> Stack:
        """The same with broker and worker. The worker reads from our Git host, which is allowed only with DEBUG."""
        stack, host = self.portal, self.git_host
        stack.environment |= {
            "DEBUG": "1",
            "REPOSITORY_HOSTS": host.name,
            "TEST_GIT_SERVER": f"127.0.0.1,{host.certificate}",
        }
        worker = stack.services["worker"]
        stack.services["worker"] = worker._replace(
            argv=[*worker.argv, "--include=benchmarks.noop,benchmarks.look_times"]
        )
        stack.start("broker", "worker")
        app.conf.broker_url = stack.broker_url
        return stack

    @property
    def web_processes(self) -> list[int]:
        return children(self.portal.processes["web"].pid)

    @cached_property
    def lesson(self) -> Lesson:
        """The first lesson of the course, which is public."""
        _ = self.portal
        return Lesson.objects.filter(public=True).in_order().select_related("course")[0]

    @cached_property
    def learner(self) -> Enrollment:
        course: Course = self.lesson.course
        return make_learner(course)

    @cached_property
    def client(self) -> Client:
        """The learner's test client, for values that are counted in this process."""
        return self.client_of(self.learner.user)

    def client_of(self, user: User) -> Client:
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(user)
        return client

    @property
    def cookie(self) -> str:
        return self.cookie_of(self.client)

    def cookie_of(self, client: Client) -> str:
        name = settings.SESSION_COOKIE_NAME
        return f"{name}={client.cookies[name].value}"

    def queries(self, client: Client, path: str) -> int:
        with CaptureQueriesContext(connections["default"]) as captured:
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        return len(captured)

    # --- classes of two sizes ---------------------------------------------------------------------------------------

    @cached_property
    def big_class(self) -> "ClassSite":
        return self._class("big-class", SIZES)

    @cached_property
    def small_class(self) -> "ClassSite":
        """A class with a fiftieth of the learners, in a course that fills the home page like the big one."""
        course = replace(SIZES.scaled(0.02), units=6, lessons=30, quizzes=20, labs=4)
        return self._class("small-class", course)

    @cached_property
    def same_course(self) -> "ClassSite":
        """A class with a fiftieth of the learners, in the course of the big class: for pages of a whole course."""
        big = SIZES
        course = {"units": big.units, "lessons": big.lessons, "quizzes": big.quizzes, "labs": big.labs}
        return self._class("same-course", replace(big.scaled(0.02), **course))

    @cached_property
    def one_cohort(self) -> "ClassSite":
        """A course of 200 items, with all learners of the big class in one cohort: for its gradebook."""
        return self._class("one-cohort", replace(SIZES, **COHORT_COURSE))

    @cached_property
    def one_page(self) -> "ClassSite":
        """The same course with 40 learners, who fill one page of the gradebook."""
        return self._class("one-page", replace(SIZES.scaled(0.02), **COHORT_COURSE))

    def _class(self, slug: str, sizes: Sizes) -> "ClassSite":
        _ = self.portal  # both serve its static files
        stack = Stack(self.folder / slug, **self.environment)
        self.callback(stack.end)
        with stack.orm():
            call_command("migrate", verbosity=0)
            made = make_class(sizes, slug=slug)
            analyze()
        stack.start("web")
        return ClassSite(stack, made)

    @property
    def database_processes(self) -> list[int]:
        pid = int((Path(self.server["HOST"]) / "data" / "postmaster.pid").read_text().split()[0])
        return [pid, *children(pid)]

    # --- limits -----------------------------------------------------------------------------------------------------

    @cached_property
    def limits(self) -> tuple[str, str]:
        """The URL and session cookie of the small Django project in `limits`, on the same PostgreSQL server."""
        account = {"host": self.server["HOST"], "user": self.server["USER"], "dbname": "postgres"}
        with psycopg.connect(**account, autocommit=True) as server:
            server.execute("CREATE DATABASE limits")
        environment = {
            "DJANGO_SETTINGS_MODULE": "benchmarks.limits.settings",
            "DATABASE_URL": database_url({**self.server, "NAME": "limits"}),
        }
        prepare = [sys.executable, "-m", "benchmarks.limits.prepare"]
        said = subprocess.check_output(prepare, cwd=ROOT, env={**os.environ, **environment}, text=True)
        return self._serve("limits.wsgi", environment), f"sessionid={said.strip()}"

    @cached_property
    def git_host(self) -> Host:
        """`git http-backend` behind TLS, with its own certificate authority, as in `tests.fetch`."""
        folder = self.folder / "host"
        root = folder / "srv"
        root.mkdir(parents=True)
        certificate, key = make_authority(folder)
        secure = {"GRANIAN_SSL_CERTIFICATE": str(certificate), "GRANIAN_SSL_KEYFILE": str(key)}
        port = self._serve("limits.git_host", {**secure, **_rooted(root)}).rpartition(":")[2]
        believe = {"http.sslCAInfo": certificate, "http.curloptResolve": f"{HOST}:{port}:127.0.0.1"}
        options = tuple(part for name, value in believe.items() for part in ("-c", f"{name}={value}"))
        return Host(f"https://{HOST}:{port}", root, certificate, options)

    @cached_property
    def push_host(self) -> Host:
        """The same without TLS, as the practice remote is served here."""
        root = self.folder / "push"
        root.mkdir()
        return Host(self._serve("limits.git_host", _rooted(root)), root, Path(os.devnull), ())

    def _serve(self, module: str, environment: dict[str, str]) -> str:
        """The URL of a WSGI application behind the portal's web server, without the portal's front."""
        port = free_port()
        web = next(service for service in services(port) if service.name == "web")
        plain = ["--interface=wsgi", "--blocking-threads=16"]
        argv = [*web.argv[:-1], *plain, f"benchmarks.{module}:application"]
        own = {**os.environ, **environment}
        log = (self.folder / f"{module}.log").open("wb")
        process = subprocess.Popen(argv, cwd=ROOT, env=own, stdout=log, stderr=log, start_new_session=True)
        self.callback(_end, process)
        wait_for(lambda: len(children(process.pid)) >= PROCESSES and _listens(port), 30, f"{module} starts")
        return f"http://127.0.0.1:{port}"


def _rooted(root: Path) -> dict[str, str]:
    return {"GIT_PROJECT_ROOT": str(root)}


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _end(process: subprocess.Popen) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
