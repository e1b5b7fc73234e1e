"""An instructor uploads files, reads the report, and a worker imports them."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lessons.models import Course
from portal.progress import tasks
from portal.progress.classroom import jobs
from portal.progress.models import ClassroomImport
from tests.authoring.conftest import make_instructor
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.classroom.conftest import class_files, digest
from tests.classroom.exported import roster
from tests.factories import make_course, make_staff

pytestmark = pytest.mark.django_db(transaction=True)


def packed(files: dict[str, bytes]) -> SimpleUploadedFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return SimpleUploadedFile("class.zip", out.getvalue())


@pytest.fixture
def instructor():
    return make_instructor(make_course())


def upload(client, *files, **data):
    values = {"uploads": list(files), "title": "", "time_zone": "Europe/London", **data}
    return client.post(reverse("classroom_import"), values)


def test_upload_shows_the_report_and_writes_no_course(client, instructor):
    client.force_login(instructor)
    before = {name: value for name, value in digest().items() if name != "ClassroomImport"}
    answer = upload(client, packed(class_files()))
    page = client.get(answer.url).content.decode()
    assert "Programming 1" in page and "the lab has no solution that proves its checks" in page
    assert {name: value for name, value in digest().items() if name != "ClassroomImport"} == before


def test_import_runs_once_in_a_worker_and_shows_what_it_did(client, instructor):
    client.force_login(instructor)
    row = ClassroomImport.objects.get(pk=upload(client, packed(class_files())).url.split("/")[-2])
    assert jobs.start(row=row) and not jobs.start(row=row)
    assert "A worker is importing" in client.get(reverse("classroom_report", args=[row.pk])).content.decode()
    tasks.work_on_classrooms()
    page = client.get(reverse("classroom_report", args=[row.pk])).content.decode()
    course = Course.objects.get(title="Programming 1")
    assert reverse("teach", args=[course.slug]) in page and "Marks waiting for their learner" in page
    assert course.staff.get().user == instructor
    client.post(reverse("classroom_start", args=[row.pk]))
    tasks.work_on_classrooms()
    assert "Nothing changed." in client.get(reverse("classroom_report", args=[row.pk])).content.decode()


def test_report_is_only_for_its_uploader(client, instructor):
    client.force_login(instructor)
    address = upload(client, SimpleUploadedFile("r.csv", roster(["a", "first", "1", "First"]))).url
    other = make_staff(make_course(), make_instructor(make_course()))
    client.force_login(other)
    assert client.get(address).status_code == 404
    assert client.post(address + "start/").status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("class.zip", b"no zip", "not a ZIP file"),
        ("notes.csv", b"a,b,c\n1,2,3\n", "None of these files"),
        ("x.csv", b"\xff\xfe", "None of these files"),
    ],
)
def test_upload_that_cannot_be_read_says_what_to_do(client, instructor, name, data, words):
    client.force_login(instructor)
    answer = upload(client, SimpleUploadedFile(name, data))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not ClassroomImport.objects.exists()


def test_import_of_a_worker_that_died_is_given_up(client, instructor):
    client.force_login(instructor)
    upload(client, packed(class_files()))
    ClassroomImport.objects.update(state="running", tries=2)
    assert jobs.run_next() and not jobs.run_next()
    assert ClassroomImport.objects.get().state == "failed"


@pytest.mark.browser
@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_accessible_and_narrow(browser, live_server, client, instructor, look):
    client.force_login(instructor)
    address = upload(client, packed(class_files())).url
    row = ClassroomImport.objects.get()
    jobs.start(row=row)
    tasks.work_on_classrooms()
    with open_context(browser, live_server, instructor, **look()) as context:
        page = context.new_page()
        for path in (reverse("classroom_import"), address):
            page.goto(path)
            assert axe_violations(page) == [] and not widens(page)
