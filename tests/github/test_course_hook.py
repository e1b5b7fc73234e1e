"""A push to the repository of a course, or of its notes, reads it again. The payload is only a hint."""

import json

import pytest
from django.test import Client

from lessons import course_pushes
from lessons.course_files import fetches
from lessons.models import CourseFetch, CourseHook, CourseRepository, IncomingNotes, Notes
from tests.factories import make_course
from tests.github.signing import push, sign

pytestmark = pytest.mark.django_db
ADDRESS = "https://github.com/octo/work"


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    monkeypatch.setattr("lessons.tasks.send", lambda *arguments, **fields: True)


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def repository(course):
    return CourseRepository.objects.create(course=course, address=ADDRESS, branch="main")


def hook_of(course) -> CourseHook:
    return CourseHook.objects.filter(course=course).first() or course_pushes.renew_secret(course)


def send(course, payload, secret="", event="push", content_type="application/json"):
    hook = hook_of(course)
    body = json.dumps(payload).encode()
    headers = {
        "X-Hub-Signature-256": sign(body, secret or hook.secret),
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": "00000000-0000-4000-8000-000000000001",
    }
    address = f"/github/courses/{hook.key}/"
    return Client().post(address, body, content_type=content_type, headers=headers).status_code


def test_push_to_the_bound_branch_asks_for_an_update(course, repository):
    assert send(course, push()) == 202
    fetch = CourseFetch.objects.get()
    assert (fetch.kind, fetch.asked_by, fetch.removed) == ("update", None, "")
    assert send(course, push()) == 202  # a redelivery finds it waiting
    assert CourseFetch.objects.count() == 1
    assert hook_of(course).last_result == "push: the course"


@pytest.mark.parametrize(
    "payload",
    [
        push(ref="refs/heads/draft"),
        push(ref="refs/tags/main"),
        push(repository={"id": 42, "full_name": "octo/other"}),
        push(repository={"id": 42, "full_name": "evil.example/octo/work"}),
        {"zen": "Keep it logically awesome."},
    ],
)
def test_push_elsewhere_reads_nothing(course, repository, payload):
    assert send(course, payload) == 204
    assert not CourseFetch.objects.exists()


def test_message_with_a_different_secret_is_refused(course, repository):
    assert send(course, push(), secret="wrong") == 403
    assert not CourseFetch.objects.exists()
    other = hook_of(make_course())
    assert send(course, push(), secret=other.secret) == 403


def test_message_that_is_sent_as_a_form_says_what_to_change(course, repository):
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert send(course, push(), secret="wrong", **form) == 415
    assert not hook_of(course).last_heard_at
    assert send(course, push(), **form) == 415
    assert "set the content type of the webhook to application/json" in hook_of(course).last_result
    assert not CourseFetch.objects.exists()


def test_old_secret_is_accepted_for_a_day(course, repository):
    before = hook_of(course).secret
    course_pushes.renew_secret(course)
    assert hook_of(course).secret != before
    assert send(course, push(), secret=before) == 202
    CourseHook.objects.update(previous_until=None)
    assert send(course, push(), secret=before) == 403


def test_push_while_the_repository_is_read_is_read_afterwards(course, repository):
    send(course, push())
    running = fetches.claim()
    send(course, push("b" * 40))
    fetches.finish(running, CourseFetch.State.DONE, {"message": "Loaded."})
    again = CourseFetch.objects.get(state=CourseFetch.State.QUEUED)
    fetches.finish(fetches.claim(), CourseFetch.State.DONE, {"message": "Loaded."})
    again.refresh_from_db()
    assert (again.state, CourseFetch.objects.count()) == ("done", 2)


def test_notes_in_the_repository_are_fetched_again(course):
    notes = Notes.objects.create(
        course=course, name="notes.txt", data=b"Day 1", address=ADDRESS, path="notes.txt"
    )
    assert [send(course, push()), send(course, push())] == [202, 202]
    row = IncomingNotes.objects.get()
    assert (row.into, row.address, row.path) == (notes, ADDRESS, "notes.txt")


def test_message_of_the_app_reads_each_course_with_the_repository(course, repository):
    second = CourseRepository.objects.create(course=make_course(), address=ADDRESS)
    CourseRepository.objects.create(course=make_course(), address="https://github.com/octo/homework")
    pushed = {"host": "github.com", "full_name": "octo/work", "ref": "refs/heads/main"}
    assert course_pushes.read_everywhere(**pushed)
    assert {fetch.repository for fetch in CourseFetch.objects.all()} == {repository, second}
    assert not course_pushes.read_everywhere(**{**pushed, "full_name": ""})


def test_message_of_the_app_reads_no_course_on_another_host(course):
    address = "https://gitlab.example/octo/work"
    CourseRepository.objects.create(course=course, address=address)
    Notes.objects.create(course=course, name="notes.txt", data=b"Day 1", address=address, path="notes.txt")
    pushed = {"host": "github.com", "full_name": "octo/work", "ref": "refs/heads/main"}
    assert not course_pushes.read_everywhere(**pushed)
    assert not CourseFetch.objects.exists() and not IncomingNotes.objects.exists()
    assert send(course, push()) == 202  # the webhook of the course itself may be there
    assert not IncomingNotes.objects.exists()  # the portal no longer reads that host


def test_push_of_the_commit_that_the_course_has_reads_nothing(course, repository):
    CourseRepository.objects.update(commit="a" * 40)
    assert send(course, push("a" * 40)) == 204
    assert send(course, push("b" * 40)) == 202
