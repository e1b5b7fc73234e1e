"""A starter is uploaded as a ZIP: its files are kept, and a ZIP that could do harm is refused with a reason."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from labs.authoring import uploading
from labs.authoring.saving import save_lab
from labs.authoring.uploading import UploadRefusedError, read_archive
from labs.grader.spec import load_spec
from labs.models import Lab, StarterFiles
from labs.repositories import housekeeping
from labs.specs import parse_spec
from tests.authoring.conftest import make_instructor
from tests.factories import make_lab, make_learner
from tests.grader.test_starters import FILES, FOLDER

pytestmark = pytest.mark.django_db


def packed(files, mode=0o100644) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in files.items():
            info = zipfile.ZipInfo(path)
            info.external_attr = mode << 16
            archive.writestr(info, data)
    out.seek(0)
    return out


@pytest.fixture
def lab():
    return make_lab()


@pytest.fixture
def upload(lab, client):
    address = reverse("admin:labs_lab_starter", args=[lab.pk])

    def send(content: bytes, user=None):
        client.force_login(user or make_instructor(lab.course))
        return client.post(address, {"archive": SimpleUploadedFile("starter.zip", content)})

    return send


def test_an_uploaded_folder_becomes_the_starter_that_lab_yaml_names(upload, lab):
    litter = {"__MACOSX/top/._run.sh": b"x", "top/.DS_Store": b"x", "top/.git/config": b"x"}
    files = {f"top/{path}": data for path, data in FILES.items()} | litter
    response = upload(packed(files).read())
    commit = load_spec(FOLDER, FILES).starters[0]
    assert response.status_code == 200
    assert f"starter: {{folder: starter, commit: {commit}}}" in response.content.decode()
    assert StarterFiles.objects.get().commit == commit
    lab.source = FOLDER.replace("{folder: starter}", f"{{folder: starter, commit: {commit}}}")
    assert parse_spec(lab.source).folder == FILES
    assert save_lab(lab=lab).versions.latest("pk").starter["commits"] == [commit]


def test_only_people_who_may_change_the_lab_can_upload(upload, lab):
    assert upload(packed(FILES).read(), make_learner(lab.course).user).status_code == 302
    assert upload(packed(FILES).read(), make_instructor(make_lab().course)).status_code == 404
    assert not StarterFiles.objects.exists()


def test_an_upload_that_cannot_be_a_starter_is_refused_with_a_reason(upload):
    response = upload(b"not a zip")
    assert (response.status_code, StarterFiles.objects.count()) == (422, 0)
    assert "This is not a ZIP file that can be read." in response.content.decode()
    assert (
        "Git refuses to check out the path"
        in upload(packed({"a/x": b"", "../x": b""}).read()).content.decode()
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (packed({"passwd": b"/etc/passwd"}, 0o120777), "is a symbolic link"),
        (packed({f"{number}": b"" for number in range(501)}), "more than 500 files"),
        (packed({}), "has no files"),
        (io.BytesIO(packed({"a": b"x"}).read()[:40]), "not a ZIP file"),
    ],
)
def test_hostile_archives_are_refused(content, why):
    with pytest.raises(UploadRefusedError, match=why):
        read_archive(content)


def test_an_archive_that_unpacks_to_too_much_is_stopped(monkeypatch):
    monkeypatch.setattr(uploading, "MAX_STARTER_BYTES", 1000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"0" * 100_000)
    with pytest.raises(UploadRefusedError, match="Leave large ones out"):
        read_archive(out)


def test_files_are_removed_30_days_after_an_upload_that_no_lab_yaml_names(upload, lab):
    used, unused = FILES, {**FILES, "more.txt": b"more"}
    for files in (used, unused):
        assert upload(packed(files).read()).status_code == 200
    commit = load_spec(FOLDER, used).starters[0]
    lab.source = FOLDER.replace("{folder: starter}", f"{{folder: starter, commit: {commit}}}")
    save_lab(lab=lab)
    Lab.objects.update(source="")  # the version still has it
    StarterFiles.objects.update(created_at=timezone.now() - timedelta(days=31))
    upload(packed(unused).read())  # once more: 30 days begin again
    assert housekeeping.sweep_starter_files() == 0
    StarterFiles.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert housekeeping.sweep_starter_files() == 1
    assert StarterFiles.objects.get().commit == commit
