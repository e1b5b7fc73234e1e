"""Try the checks on a repository: the learner's page for a lab.yaml that is not saved, and nothing is kept."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.urls import reverse

from labs.authoring import trying
from labs.grader.sandbox.environments import index_variables
from labs.grading import apart
from labs.models import Lab, LabVersion, Report, Repository, Submission
from labs.repositories import folders
from tests.authoring.conftest import make_instructor
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_learner,
    make_repository,
    make_submission,
)
from tests.labs.git_client import Clone
from tests.servers import wait_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def practice(settings, tmp_path):
    settings.PRACTICE_ROOT = tmp_path / "practice"
    settings.PRACTICE_ROOT.mkdir()


@pytest.fixture
def lab(course):
    return make_lab(course)


def fill(repository, tmp_path, commits: int = 1) -> str:
    """Commit in a bare repository; return the ID of the last commit."""
    work = Clone(tmp_path / f"work-{repository.pk}", str(folders.ensure(repository)))
    oids = [work.commit(content=bytes([65 + number])) for number in range(commits)]
    assert work.push()[0] == 0
    return oids[-1]


@pytest.fixture
def submission(lab, tmp_path):
    learner = make_learner(lab.course, name="Learner")
    head = fill(make_repository(learner, lab), tmp_path)
    return make_submission(learner, lab, {"refs/heads/main": head})


def try_it(client, lab, wanted, source=None):
    address = reverse("admin:labs_lab_try", args=[lab.pk])
    return client.post(address, {"_repository": wanted, "source": source or lab.source})


def test_an_unsaved_lab_is_tried_on_a_submission_and_nothing_is_kept(staff, lab, submission):
    changed = lab.source.replace("at_least: 3", "at_least: 1").replace("three commits", "one commit")
    response = try_it(
        staff, lab, f"submission-{submission.pk}", changed.replace("README.md, exists", "NO, exists")
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "2 of 3 checks passed" in page
    assert "main has at least one commit of yours" in page
    assert "Fix this first" in page
    assert "Nothing is stored." in page
    assert (Report.objects.count(), LabVersion.objects.count()) == (0, 1)
    assert Submission.objects.get().state == "queued"
    assert Lab.objects.get().source == lab.source


@pytest.mark.heavy
def test_a_try_shows_every_hint_and_the_commit_graph(staff, lab, submission):
    hinted = lab.source.replace("points: 20", "hint: Look at the name.\n    points: 20").replace(
        "points: 40", "hint: Commit more.\n    points: 40"
    )
    page = try_it(staff, lab, f"submission-{submission.pk}", hinted).content.decode()
    assert "<h3>A stronger hint</h3>" in page
    assert "Commit more." in page
    assert "Commit graph" in page


def test_the_snapshot_of_the_submission_is_tried_not_later_commits(staff, lab, submission, tmp_path):
    later = Clone(tmp_path / "later", str(submission.receipt.repository.path))
    later.git("fetch", "-q", "portal", "main")
    later.git("checkout", "-q", "-B", "main", "FETCH_HEAD")
    for number in range(3):
        later.commit(content=bytes([97 + number]))
    assert later.push()[0] == 0
    assert "2 of 3 checks passed" in try_it(staff, lab, f"submission-{submission.pk}").content.decode()


def test_own_practice_repository_is_tried_in_its_current_state(staff, instructor, lab, tmp_path):
    learner = make_enrollment(instructor)
    own = make_repository(learner, make_lab(learner.course))
    fill(own, tmp_path, commits=3)
    assert "3 of 3 checks passed" in try_it(staff, lab, f"own-{own.pk}").content.decode()


def test_the_editor_offers_each_learners_latest_submission(staff, lab, submission):
    newer = make_submission(submission.enrollment, lab)
    page = staff.get(reverse("admin:labs_lab_change", args=[lab.pk])).content.decode()
    assert f'value="submission-{newer.pk}">Learner, submission 2<' in page
    assert f'value="submission-{submission.pk}"' not in page


def test_a_fault_in_the_lab_is_said_at_line_and_key(staff, lab, submission):
    bad = lab.source.replace("at_least: 3", "at_least: many")
    response = try_it(staff, lab, f"submission-{submission.pk}", bad)
    assert response.status_code == 422
    assert "Line 11: commits.at_least:" in response.content.decode()


@pytest.mark.heavy
def test_a_repository_that_is_gone_or_empty_is_reported(staff, lab, submission, instructor):
    gone = make_submission(make_learner(lab.course), lab)
    assert (
        "This repository is not on this server. Choose a different one."
        in try_it(staff, lab, f"submission-{gone.pk}").content.decode()
    )
    empty = make_repository(make_enrollment(instructor, make_cohort(lab.course)), lab)
    folders.ensure(empty)
    assert "has no commits yet" in try_it(staff, lab, f"own-{empty.pk}").content.decode()


@pytest.fixture
def by_address(lab, submission):
    """The same submission, at an address of another host."""
    place = submission.receipt.repository
    Repository.objects.filter(pk=place.pk).update(host="git.example", owner="ada", name="work")
    return submission


@pytest.mark.heavy
def test_a_submission_by_address_is_tried_in_its_mirror(staff, lab, by_address, monkeypatch):
    @contextmanager
    def hold_mirror(address, refs):
        assert (str(address), refs) == ("git.example/ada/work", by_address.receipt.refs)
        yield by_address.receipt.repository.path, []

    monkeypatch.setattr(trying.hosts, "hold_mirror", hold_mirror)
    assert "2 of 3 checks passed" in try_it(staff, lab, f"submission-{by_address.pk}").content.decode()


def test_an_address_that_is_not_read_is_reported(staff, lab, by_address):
    page = try_it(staff, lab, f"submission-{by_address.pk}").content.decode()
    assert "Repositories on `git.example` are no longer supported." in page


def test_a_try_that_takes_too_long_is_ended(staff, lab, submission, monkeypatch):
    monkeypatch.setattr(trying, "SECONDS", 0.01)
    assert "longer than 0.01 seconds" in try_it(staff, lab, f"submission-{submission.pk}").content.decode()


def test_a_try_that_takes_too_long_ends_with_all_it_started(monkeypatch, tmp_path):
    program, pid = tmp_path / "python", tmp_path / "pid"
    program.write_text(f"#!/bin/sh\nsleep 300 &\necho $! > {pid}\nwait\n")
    program.chmod(0o755)

    def communicate(process, told, timeout):
        wait_for(lambda: pid.exists() and pid.read_text(), what="it has started another")
        raise subprocess.TimeoutExpired(process.args, timeout)

    monkeypatch.setattr(apart.sys, "executable", str(program))
    monkeypatch.setattr(apart.subprocess.Popen, "communicate", communicate)
    with pytest.raises(apart.ApartError, match="took longer than 3 seconds"):
        apart.ask({}, 3)
    child = Path("/proc", pid.read_text().strip())
    wait_for(lambda: not child.exists() or "\nState:\tZ" in (child / "status").read_text(), what="it is gone")


def test_a_try_sees_nothing_of_the_servers_environment(staff, lab, submission, monkeypatch):
    seen = {}
    real = subprocess.Popen

    def run(argv, **options):
        seen.update(options)
        return real(argv, **options)

    monkeypatch.setenv("SECRET_KEY", "hidden")
    monkeypatch.setattr(apart.subprocess, "Popen", run)
    try_it(staff, lab, f"submission-{submission.pk}")
    assert set(seen["env"]) == {"PATH", "LC_ALL", *index_variables()}
    assert not any(name in seen["env"] for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL"))


def test_a_try_is_for_staff_of_the_course(client, lab, submission):
    wanted = f"submission-{submission.pk}"
    assert try_it(client, lab, wanted).status_code == 302
    client.force_login(submission.enrollment.user)
    assert try_it(client, lab, wanted).status_code == 302
    client.force_login(make_instructor(make_course()))
    assert try_it(client, lab, wanted).status_code == 404


def test_submissions_of_other_labs_and_courses_are_out_of_reach(staff, lab, course):
    foreign = make_submission(lab=make_lab())
    stranger = make_repository(make_learner(course), lab)
    for wanted in (f"submission-{foreign.pk}", f"own-{stranger.pk}", "own-x", ""):
        assert try_it(staff, lab, wanted).status_code == 404


def test_a_try_requires_post(staff, lab):
    assert staff.get(reverse("admin:labs_lab_try", args=[lab.pk])).status_code == 405
