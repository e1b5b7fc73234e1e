"""A real worker, woken through a real broker, loads a course from its repository."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons.course_files import fetches
from lessons.models import Course, CourseFetch, CourseRepository, Lesson
from tests.courses.author import Work
from tests.factories import make_course, make_user
from tests.servers import ROOT, Stack, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.heavy, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stack(host, open_folder: Path) -> Iterator[Stack]:
    folder = open_folder / f"stack-{os.getpid()}"
    server = {"TEST_GIT_SERVER": f"127.0.0.1,{host.certificate}", "REPOSITORY_HOSTS": host.host}
    stack = Stack(folder, **server)
    try:
        stack.migrate()
        stack.start("broker", "later-worker")
        yield stack
    finally:
        stack.end()


def test_a_click_wakes_a_worker_that_loads_the_course(stack: Stack, author: Work):
    with stack.orm():
        course, user = make_course("tiny"), make_user("staff@example.org")
        repository = fetches.bind(
            course=course, address=author.address.page, branch="", folder="courses/tiny", by=user
        )
    click = (
        "from lessons import tasks; from lessons.course_files import fetches; from lessons.models import *;"
        "fetches.ask(repository=CourseRepository.objects.get(), kind='update', by=None, wake=tasks.wake_reader)"
    )
    command = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", click]
    subprocess.run(command, cwd=ROOT, env=stack.environment, check=True, capture_output=True)
    with stack.orm():
        wait_for(lambda: not CourseFetch.objects.get().is_waiting, what=stack.log("later-worker"))
        fetch = CourseFetch.objects.get()
        assert (fetch.state, fetch.outcome["message"]) == ("done", "Course loaded: 5 created, 1 updated.")
        assert CourseRepository.objects.get(pk=repository.pk).commit == author.head()
        assert Lesson.objects.get().course == Course.objects.get()
