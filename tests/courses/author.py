"""An author with a course in a Git repository, which a real server has, and the course in the portal."""

import pytest

from lessons.course_files import fetches, updating
from lessons.models import Course, CourseFetch, CourseRepository
from portal.accounts.models import User
from tests.authoring.conftest import make_instructor
from tests.factories import make_course
from tests.fetch.conftest import Learner


class Work(Learner):
    """The work tree of an author; the course is in `courses/tiny`."""

    def put_course(self, folder) -> None:
        for path in folder.rglob("*"):
            if path.is_file():
                self.put(f"courses/tiny/{path.relative_to(folder)}", path.read_bytes())

    def publish(self, message: str = "Write the course", **changed: str) -> str:
        for path, text in changed.items():
            self.put(f"courses/tiny/{path}", text)
        commit = self.commit(message)
        self.push()
        return commit


@pytest.fixture
def author(host, tmp_path, folder) -> Work:
    work = Work(tmp_path / "author", host, None)
    work.put_course(folder)
    work.publish()
    return work


@pytest.fixture
def course() -> Course:
    return make_course("tiny")


@pytest.fixture
def instructor(course: Course) -> User:
    return make_instructor(course)


@pytest.fixture
def repository(author, course, instructor) -> CourseRepository:
    return fetches.bind(
        course=course, address=author.address.page, branch="", folder="courses/tiny", by=instructor
    )


@pytest.fixture
def run(repository, instructor):
    """Ask for an update or a preview, run it, and return it."""

    def run(kind: str = "update", **more) -> CourseFetch:
        fetch = fetches.ask(repository=repository, kind=kind, by=instructor, wake=lambda: None, **more)
        assert updating.run_next()
        fetch.refresh_from_db()
        return fetch

    return run
