"""Files to download: what is accepted, who may have them, and that nothing in them can run."""

import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from lessons import actions
from lessons.attachments import MAX_BYTES, safe_name
from lessons.gate import judge_lesson
from lessons.links import links_within
from lessons.models import Attachment, Lesson
from tests.authoring.conftest import QUIZ, as_file, make_instructor, save
from tests.factories import make_course, make_learner, make_lesson, make_quiz, make_session, make_user

pytestmark = pytest.mark.django_db
CSV = b"stars,text\n5,Good\n"


def attach(client, course, file, **options):
    return client.post(reverse("attach"), {"course": course.pk, "file": file}, **options)


def code_of(client, course, data: bytes = CSV, name: str = "reviews.csv") -> str:
    return attach(client, course, as_file(data, name, "text/html")).json()["file_code"]


def address_in(code: str) -> str:
    return code.partition("](")[2].removesuffix(")")


def status(address: str, user=None) -> int:
    client = Client()
    if user:
        client.force_login(user)
    return client.get(address).status_code


def test_an_upload_becomes_a_link_with_its_name_and_size(staff, course):
    assert re.fullmatch(
        r"\[reviews\.csv \(18 bytes\)\]\(/media/files/[0-9a-f]{32}/reviews\.csv\)", code_of(staff, course)
    )


def test_a_file_is_downloaded_as_it_was_and_cannot_run(staff, course, lesson):
    html = b"<script>alert(1)</script>"
    code = code_of(staff, course, html, "notes.txt")
    save(lesson, code)
    response = staff.get(address_in(code))
    assert b"".join(response.streaming_content) == html
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["Content-Disposition"] == 'attachment; filename="notes.txt"'
    assert response.headers["Content-Security-Policy"] == "sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_file_is_for_those_who_may_read_a_lesson_that_links_to_it(staff, course, lesson, instructor):
    address = address_in(code := code_of(staff, course))
    learner, stranger = make_learner(course).user, make_user()
    other = make_instructor(make_course())
    people = (instructor, learner, other, stranger, None)
    assert [status(address, person) for person in people] == [200, 404, 200, 404, 404]  # not linked yet
    save(lesson, code)
    assert [status(address, person) for person in people] == [200, 200, 404, 404, 404]
    Lesson.objects.update(public=True)
    assert [status(address, person) for person in people] == [200] * 5
    Lesson.objects.update(public=True, status="draft")
    assert [status(address, person) for person in people] == [200, 404, 404, 404, 404]


def test_a_file_follows_the_links_of_lesson_and_quiz(staff, course, lesson):
    code = code_of(staff, course)
    save(lesson, code)
    save(lesson, f"Twice: {code} {code}")
    assert Attachment.objects.count() == 1
    save(lesson, "None.")
    assert Attachment.objects.count() == 0
    quiz = make_quiz(QUIZ.replace("> One.", f"> See {code}"), lesson)
    actions.save_quiz(quiz=quiz)
    save(Lesson.objects.get(), "None.")
    assert Attachment.objects.count() == 1
    assert status(address_in(code), make_learner(course).user) == 200


def test_a_copied_lesson_opens_its_files_to_its_own_learners(staff, course, lesson):
    code = code_of(staff, course)
    save(lesson, code)
    copy = make_lesson(make_session(make_course(), title="Again"), title="Copy")
    save(copy, code)
    assert status(address_in(code), make_learner(copy.course).user) == 200


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.exe", b"MZ", "Files of this type are not accepted"),
        ("a.html", b"<p>", "Files of this type are not accepted"),
        ("a.svg", b"<svg>", "Files of this type are not accepted"),
        ("noending", b"x", "Files of this type are not accepted"),
        ("a.pdf", b"<html>", "The name ends in .pdf, but the content is of a different type."),
        ("a.zip", b"MZ", "The name ends in .zip, but the content is of a different type."),
        ("a.csv", b"", "The file is empty."),
        ("a.csv", b"x" * (MAX_BYTES + 1), "The file is 20.0 MB. The limit is 20 MB."),
    ],
)
def test_other_files_are_refused_with_what_to_do(staff, course, media, name, data, says):
    response = attach(staff, course, as_file(data, name, "text/csv"))
    assert response.status_code == 400
    assert says in response.json()["file"][0]
    assert not (media.parent / "files").exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"%PDF-1.7"),
        ("a.ZIP", b"PK\x03\x04"),
        ("a.ipynb", b"{}"),
        ("a.tar.gz", b"\x1f\x8b"),
        ("a.csv", b"\xff"),
    ],
)
def test_files_of_a_course_are_accepted(staff, course, name, data):
    assert attach(staff, course, as_file(data, name)).status_code == 200


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\My data (1).CSV", "My-data-1.csv"),
        ("Übung 3.pdf", "Ubung-3.pdf"),
        (".htaccess.txt", "htaccess.txt"),
        ("数据.csv", "file.csv"),
        ("a" * 300 + ".csv", "a" * 80 + ".csv"),
        ("evil.php.csv\r\nX: y.csv", "evil.php.csv-X-y.csv"),
    ],
)
def test_a_name_becomes_plain(name, stored):
    assert safe_name(name) == stored


def test_a_link_to_no_file_is_a_problem_at_its_line(staff, course, lesson):
    code = code_of(staff, course)
    assert judge_lesson(code, links_within(course)).errors == []
    [problem] = judge_lesson(f"a\n\n{code.replace('.csv)', '.pdf)')}", links_within(course)).errors
    assert (problem.line, "there is no such file. Add it in the editor." in problem.message) == (3, True)


@pytest.mark.parametrize("name", ["0" * 32 + "/a.csv", "0" * 32 + "/a.html", "0" * 32 + "/..", "x/a.csv"])
def test_nothing_else_is_served(staff, name):
    assert staff.get(f"/media/files/{name}").status_code == 404


def test_a_stored_file_of_another_type_is_not_served(staff):
    default_storage.save(f"files/{'0' * 32}/a.html", ContentFile(b"x"))
    assert staff.get(f"/media/files/{'0' * 32}/a.html").status_code == 404


def test_only_instructors_of_the_course_upload_with_the_token(client, course, instructor):
    assert attach(client, course, as_file(CSV, "a.csv")).url.startswith(reverse("account_login"))
    client.force_login(make_user())
    assert attach(client, course, as_file(CSV, "a.csv")).status_code == 403
    client.force_login(make_instructor(make_course()))
    assert attach(client, course, as_file(CSV, "a.csv")).status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(instructor)
    assert attach(strict, course, as_file(CSV, "a.csv")).status_code == 403


def test_an_upload_without_a_file_says_so(staff, course):
    assert staff.post(reverse("attach"), {"course": course.pk}).json() == {"file": ["Choose a file first."]}
