"""Staff take the repositories of a lab: one by one with git, or all in one archive of bundles."""

import csv
import io
import tarfile

import pytest
from django.urls import reverse

from labs import tokens
from labs.models import Receipt, Repository, snapshot_digest
from labs.pages.repositories import clone_command
from labs.repositories import archive, folders
from lessons.deleting import delete
from lessons.models import CourseStaff, Enrollment
from portal.accounts.models import User
from tests.factories import make_lab, make_learner, make_user
from tests.labs.conftest import PASSABLE
from tests.plain_git import git, run_git

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("practice")]


@pytest.fixture
def lab():
    return make_lab(source=PASSABLE)


@pytest.fixture
def assistant(lab):
    user = make_user()
    CourseStaff.objects.create(user=user, course=lab.course, role=CourseStaff.Role.ASSISTANT)
    return user


@pytest.fixture
def pushed(join):
    """Push the work of a new learner; return the repository and its head."""

    def push(name):
        clone = join(name)
        head = clone.commit(f"By {name}")
        assert clone.push()[0] == 0
        return Repository.objects.get(enrollment=clone.enrollment), head

    return push


def with_token(address, user):
    return address.replace("http://", f"http://any:{tokens.new_token(user=user)}@")


def test_staff_clone_a_repository_of_their_course_and_cannot_push_to_it(
    pushed, assistant, tmp_path, live_server
):
    repository, head = pushed("work")
    program, verb, address, folder = clone_command(repository).split()
    git(tmp_path, verb, "--quiet", with_token(address, assistant), folder)
    assert (program, git(tmp_path / folder, "rev-parse", "HEAD")) == ("git", head)
    git(tmp_path / folder, "commit", "--quiet", "--allow-empty", "-m", "Not allowed")
    refused = run_git(tmp_path / folder, "push", check=False)
    assert refused.returncode != 0
    assert "403" in refused.stderr.decode()
    learner, stranger = repository.enrollment.user, make_user()
    other = make_learner(make_lab().course).user
    for user in (learner, stranger, other):
        shown = run_git(tmp_path, "ls-remote", with_token(address, user), check=False)
        assert (shown.returncode != 0, b"not found" in shown.stderr) == (True, True)
    elsewhere = reverse("practice_staff_refs", args=[make_lab().course.slug, "lab", repository.folder])
    shown = run_git(
        tmp_path,
        "ls-remote",
        with_token(live_server.url + elsewhere.removesuffix("/info/refs"), assistant),
        check=False,
    )
    assert b"not found" in shown.stderr


def download(client, user, lab):
    client.force_login(user)
    response = client.get(reverse("lab_archive", args=[lab.course.slug, lab.slug]))
    return response.status_code, b"".join(response)


def test_the_archive_has_a_bundle_for_each_repository_and_names_no_learner_in_a_path(
    pushed, assistant, lab, client, tmp_path
):
    made = dict(pushed(name) for name in ("one", "two"))
    status, content = download(client, assistant, lab)
    assert status == 200
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        assert all(member.isreg() for member in tar.getmembers())
        tar.extractall(tmp_path / "all", filter="data")
    for repository, head in made.items():
        bundle = tmp_path / "all" / f"{repository.folder}.bundle"
        git(tmp_path, "clone", "--quiet", bundle, tmp_path / repository.folder)
        assert git(tmp_path / repository.folder, "rev-parse", "origin/main") == head
    rows = list(csv.DictReader((tmp_path / "all/repositories.csv").open()))
    assert {row["learner"]: row["file"] for row in rows} == {
        repository.enrollment.user.email: f"{repository.folder}.bundle" for repository in made
    }
    assert len(list((tmp_path / "all").iterdir())) == 3


def test_the_archive_names_repositories_that_do_not_fit_or_cannot_be_read(
    pushed, assistant, lab, client, monkeypatch
):
    first, _ = pushed("one")
    (folders.owned_path(first) / "portal-owner").write_text("somebody else")
    elsewhere = Repository.objects.create(
        enrollment=first.enrollment, lab=lab, host="github.com", owner="o", name="r"
    )
    refs = {"refs/heads/main": "a" * 40}
    Receipt.objects.create(
        repository=elsewhere, via=Receipt.Via.ADDRESS, refs=refs, digest=snapshot_digest(refs)
    )
    second, _ = pushed("two")
    User.objects.filter(pk=second.enrollment.user_id).update(email="=1+1@example.org")
    monkeypatch.setattr(archive, "MAX_BYTES", 10)
    with tarfile.open(fileobj=io.BytesIO(download(client, assistant, lab)[1])) as tar:
        assert tar.getnames() == ["repositories.csv"]
        said = tar.extractfile("repositories.csv").read().decode()
    assert said.count("not included: it could not be read") == 1
    assert said.count("not included: no branch or tag is stored") == 1
    assert said.count("not included: the archive is full") == 1
    assert "\n'=1+1@example.org," in said  # which no spreadsheet runs


def test_only_staff_of_the_course_see_the_page_and_the_archive(pushed, assistant, lab, client):
    repository, _ = pushed("work")
    address = reverse("lab_repositories", args=[lab.course.slug, lab.slug])
    client.force_login(assistant)
    page = client.get(address).content.decode()
    assert repository.enrollment.user.email in page
    assert clone_command(repository) in page
    for user in (repository.enrollment.user, make_user()):
        client.force_login(user)
        assert client.get(address).status_code == 404
        assert download(client, user, lab)[0] == 404


def test_staff_of_another_course_former_staff_and_staff_of_a_deleted_lab_get_nothing(
    pushed, assistant, lab, client, tmp_path
):
    repository, _ = pushed("work")
    address = reverse("lab_repositories", args=[lab.course.slug, lab.slug])
    clone_url = clone_command(repository).split()[2]
    elsewhere = make_user()
    CourseStaff.objects.create(user=elsewhere, course=make_lab().course, role=CourseStaff.Role.ASSISTANT)

    def reads(user) -> list[bool]:
        client.force_login(user)
        shown = run_git(tmp_path, "ls-remote", with_token(clone_url, user), check=False)
        return [
            client.get(address).status_code == 200,
            download(client, user, lab)[0] == 200,
            shown.returncode == 0,
        ]

    assert reads(assistant) == [True] * 3
    assert reads(elsewhere) == [False] * 3
    CourseStaff.objects.filter(user=assistant).delete()
    assert reads(assistant) == [False] * 3
    CourseStaff.objects.create(user=assistant, course=lab.course, role=CourseStaff.Role.ASSISTANT)
    User.objects.filter(pk=repository.enrollment.user_id).update(is_active=False)
    Enrollment.objects.filter(pk=repository.enrollment_id).update(is_active=False)
    assert reads(assistant) == [True] * 3  # the work of a learner who left stays
    delete(row=lab, by=make_user())
    assert reads(assistant) == [False] * 3
