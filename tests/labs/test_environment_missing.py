"""A missing environment, as after a new Python version: pushes to its lab wait for it, and all others continue."""

import shutil

import pytest
from django.urls import reverse

from labs.authoring.saving import save_lab
from labs.grader.sandbox import Ran, SandboxError, environments
from labs.grader.sandbox.environments import Environments, digest_of
from labs.grader.sandbox.local import LocalSandbox
from labs.grading import proofs, sandbox, tasks
from labs.models import LabVersion, State
from labs.repositories import folders, ref_files
from tests.authoring.conftest import make_instructor
from tests.factories import make_course, make_lab, make_learner, make_repository, make_staff, make_submission
from tests.labs.git_client import Clone
from tests.labs.test_proving import RUNS_CODE, pause_is_over

pytestmark = pytest.mark.django_db

WANTED = ("six==1.16.0",)
SOURCE = RUNS_CODE.replace("checks:", f"python: {{requirements: [{WANTED[0]}]}}\nchecks:", 1)


@pytest.fixture(autouse=True)
def woken(monkeypatch) -> list[str]:
    woken: list[str] = []
    monkeypatch.setattr(tasks, "wake_prover", lambda: woken.append("later-worker"))
    return woken


@pytest.fixture(autouse=True)
def built(monkeypatch, settings, tmp_path):
    """The builds, recorded instead of installed; a program that runs in one prints 5."""
    settings.VAR, settings.ENVIRONMENTS_ROOT = tmp_path, tmp_path / "environments"
    settings.PRACTICE_ROOT = tmp_path / "practice"
    monkeypatch.setattr(LocalSandbox, "unavailable", lambda self: "")
    monkeypatch.setattr(LocalSandbox, "run", run)
    monkeypatch.setattr(Environments, "closed", lambda self: "")
    built: list[tuple[str, ...]] = []
    monkeypatch.setattr(environments, "_install", lambda place, wanted, *others: built.append(wanted))
    monkeypatch.setattr(tasks, "wake", lambda: None)
    sandbox.sandbox.cache_clear()
    yield built
    sandbox.sandbox.cache_clear()


def run(own, job):
    assert own.environments.folder(job.environment).is_dir()
    return Ran(0, "exit", b"5\n", 0.1)


def pushed(lab, tmp_path):
    repository = make_repository(make_learner(lab.course), lab)
    folders.ensure(repository)
    clone = Clone(tmp_path / f"work-{lab.pk}", str(repository.path))
    clone.commit("Add", "add.py", b"print(2 + 3)\n")
    clone.push()
    return make_submission(repository.enrollment, lab, refs=ref_files.read_refs(repository.path))


def lab_with_environment():
    lab = make_lab(source=SOURCE)
    assert lab.is_proved
    return lab


def state_of(submission) -> tuple[str, int]:
    submission.refresh_from_db()
    return submission.state, submission.tries


def test_push_to_another_lab_is_graded_and_this_one_once_the_other_worker_has_built(
    built, woken, client, tmp_path
):
    lab = lab_with_environment()
    first, second = pushed(lab, tmp_path), pushed(make_lab(make_course()), tmp_path)
    tasks.grade_next()
    assert (state_of(first), state_of(second)) == ((State.QUEUED, 0), (State.GRADED, 1))
    assert woken == ["later-worker"]
    tasks.grade_next()  # and is not claimed again and again
    assert (state_of(first), first.token, built) == ((State.QUEUED, 0), 1, [])
    client.force_login(first.enrollment.user)
    assert (
        "Grading starts when the Python environment of this lab is ready."
        in client.get(first.get_absolute_url()).content.decode()
    )
    tasks.prove_next()
    assert built == [WANTED]
    tasks.grade_next()
    assert state_of(first) == (State.GRADED, 1)
    assert first.reports.get().passed


def test_worker_that_starts_builds_the_environments_of_published_labs(built, settings):
    lab_with_environment()
    make_lab(make_course(), source=SOURCE.replace("six", "attrs"), status="draft")
    for times in (1, 2):  # the second start finds it missing again
        tasks.begin_later()
        tasks.prove_next()
        assert built == [WANTED] * times
        assert sandbox.digests_of_published_labs() == {digest_of(WANTED)}
        tasks.begin_later()
        assert not proofs.versions_to_prove().exists()
        shutil.rmtree(settings.ENVIRONMENTS_ROOT / digest_of(WANTED))


def test_staff_are_told_about_an_environment_that_cannot_be_built_and_the_push_keeps_waiting(
    monkeypatch, mailoutbox, client, tmp_path
):
    lab = lab_with_environment()
    staff, submission = make_staff(lab.course), pushed(lab, tmp_path)

    def fail(*arguments):
        raise SandboxError("no output for 90 seconds")

    monkeypatch.setattr(environments, "_install", fail)
    for tries in range(1, 5):
        tasks.grade_next()
        assert not proofs.prove_next()
        assert len(mailoutbox) == (tries >= 3)
        pause_is_over()
    assert state_of(submission) == (State.QUEUED, 0)
    assert staff.email in mailoutbox[0].to
    assert "could not be built after 3 tries" in mailoutbox[0].body
    assert "The portal keeps trying. Submissions wait until the environment is built." in mailoutbox[0].body
    client.force_login(make_instructor(lab.course))
    page = client.get(reverse("admin:labs_lab_change", args=[lab.pk])).content.decode()
    assert "Submissions wait until it is built. Fault on our side: no output for 90 seconds" in page
    monkeypatch.setattr(environments, "_install", lambda *arguments: None)
    LabVersion.objects.update(proving_until="2099-01-01T00:00:00Z")
    save_lab(lab=lab)
    assert proofs.prove_next()
    tasks.grade_next()
    assert state_of(submission) == (State.GRADED, 1)
