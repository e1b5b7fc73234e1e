"""A lab is open to learners once its scenarios have shown each check passing and needing work."""

import importlib
import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from labs.authoring.saving import save_lab
from labs.grader.proof import Proof, prove
from labs.grader.sandbox import SandboxError
from labs.grader.sandbox.environments import MAX_SECONDS, Environments, digest_of
from labs.grader.sandbox.opening import open_sandbox
from labs.grader.spec import load_spec
from labs.grading import apart, proofs, tasks
from labs.grading.apart import ApartError
from labs.models import Lab, LabVersion
from labs.queries import get_open_lab
from tests.authoring.conftest import make_instructor
from tests.factories import LAB_SOURCE, make_course, make_lab, make_learner, make_staff

pytestmark = pytest.mark.django_db

RUNS_CODE = """\
schema: 2
title: Add two numbers
pass_mark: 70
checks:
  - id: adds
    says: add.py prints 5
    run: {command: [python3, add.py], matches: '^5$', seconds: 5}
    points: 10
scenarios:
  - name: right
    steps: [{commit: Add, files: {add.py: "print(2 + 3)\\n"}}]
    expect: {adds: passed}
  - name: wrong
    steps: [{commit: Subtract, files: {add.py: "print(2 - 3)\\n"}}]
    expect: {adds: needs work}
"""
NEVER_NEEDS_WORK = LAB_SOURCE.replace(
    "steps: [commit: Start]", "steps: [{commit: Start, files: {README.md: text}}]"
).replace("others: needs work", "three-commits: needs work")


def new_lab(source=RUNS_CODE, **fields) -> Lab:
    course = fields.pop("course", None) or make_course()
    defaults = {"slug": "add", "source": source, "brief": "", "status": Lab.Status.PUBLISHED}
    return save_lab(lab=Lab(course=course, **{**defaults, **fields}))


def is_open_to(lab, learner) -> bool:
    return Lab.objects.proved().filter(pk=lab.pk).exists() and bool(
        get_open_lab(learner.user, lab.course.slug, lab.slug)
    )


def sandbox_is_missing(settings) -> str | None:
    return open_sandbox(
        settings.SANDBOX, settings.ENVIRONMENTS_ROOT, settings.ENVIRONMENTS_MAX_BYTES
    ).unavailable()


def test_a_lab_that_runs_code_waits_for_its_proof(client):
    lab = new_lab()
    learner = make_learner(lab.course)
    assert list(proofs.versions_to_prove()) == [lab.current]
    client.force_login(learner.user)
    assert client.get(lab.get_absolute_url()).status_code == 404


def test_a_worker_proves_it_and_opens_it(settings):
    if why := sandbox_is_missing(settings):
        pytest.skip(f"cannot sandbox code: {why}")
    lab = new_lab()
    assert proofs.prove_next()
    lab.refresh_from_db()
    assert lab.current.proof["checks"][0]["needed_work"] == ["wrong"]
    assert is_open_to(lab, make_learner(lab.course))
    assert not proofs.prove_next()


def test_labs_from_before_proofs_were_required_stay_open():
    lab = make_lab()
    assert (lab.current.proof, lab.current.proved) == (None, True)
    assert not proofs.versions_to_prove().exists()


def test_learners_keep_the_proved_version_until_the_next_one_is_proved(monkeypatch):
    lab = make_lab()
    before = lab.current
    lab.source = RUNS_CODE
    lab = save_lab(lab=lab)
    assert Lab.objects.get(pk=lab.pk).current == before
    newest = lab.versions.order_by("-pk").first()
    proof = proofs.proof_here(LAB_SOURCE)
    proofs.store_proof(version=newest, proof=proof)
    assert Lab.objects.get(pk=lab.pk).current == newest


def test_a_late_proof_does_not_bring_back_an_older_version():
    lab = new_lab()
    late = lab.current
    lab.source = RUNS_CODE.replace("prints 5", "says 5")
    save_lab(lab=lab)
    proofs.store_proof(version=late, proof=proofs.proof_here(LAB_SOURCE))
    assert Lab.objects.get(pk=lab.pk).current != late


def test_a_check_that_cannot_be_run_here_is_not_proved():
    proof = proofs.proof_here(RUNS_CODE)
    assert (proof.proved, proofs.is_enough(proof)) == (True, False)


def fail(*arguments):
    raise apart.ApartError("the environment was not built in time")


@pytest.fixture
def confined(monkeypatch):
    """A sandbox that confines, on any machine."""
    monkeypatch.setattr(proofs, "sandbox", lambda: SimpleNamespace(unavailable=lambda: ""))


def pause_is_over():
    LabVersion.objects.update(proving_until="2020-01-01T00:00:00Z")


def page_in_the_admin(client, lab) -> str:
    client.force_login(make_instructor(lab.course))
    return client.get(reverse("admin:labs_lab_change", args=[lab.pk])).content.decode()


@pytest.mark.heavy
@pytest.mark.usefixtures("confined")
def test_transient_fault_is_retried_after_pauses_and_staff_are_told_once(monkeypatch, client, mailoutbox):
    lab = new_lab()
    staff = make_staff(lab.course)
    monkeypatch.setattr(proofs.apart, "ask", fail)
    pauses = []
    for tries in range(1, 7):
        assert not proofs.prove_next()
        version = LabVersion.objects.get()
        assert (version.proof, version.proved, version.proving_tries) == (None, False, tries)
        assert not proofs.versions_to_prove().exists()
        pauses.append(round((version.proving_until - timezone.now()).total_seconds() / 60))
        assert len(mailoutbox) == (tries >= 3)
        page = page_in_the_admin(client, lab)
        assert f"Tried {tries} time" in page
        assert "Fault on our side: the environment was not built in time. Next try at" in page
        pause_is_over()
    assert pauses == [1, 5, 15, 60, 60, 60]
    assert staff.email in mailoutbox[0].to
    assert "the environment was not built in time" in mailoutbox[0].body
    monkeypatch.setattr(proofs.apart, "ask", lambda *arguments: {"proof": proved()})
    assert proofs.prove_next()
    assert is_open_to(Lab.objects.get(), make_learner(lab.course))


def proved() -> dict:
    """Return the answer of a process that has proved RUNS_CODE."""
    proof = proofs.proof_here(RUNS_CODE)
    checks = tuple(
        replace(check, passed=("right",), needed_work=("wrong",), provable=True) for check in proof.checks
    )
    return replace(proof, checks=checks, scenarios=()).to_json()


@pytest.mark.usefixtures("confined")
def test_a_fault_in_a_scenario_is_not_a_proof_and_an_open_lab_stays_open(monkeypatch, client):
    lab = make_lab()
    before, learner = lab.current, make_learner(lab.course)
    lab.source = RUNS_CODE
    save_lab(lab=lab)
    faulty = replace(
        proofs.proof_here(RUNS_CODE), faults=("right: check adds failed on our side: it is gone",)
    )
    assert Proof.from_json(json.loads(json.dumps(faulty.to_json()))) == faulty
    assert not faulty.proved
    monkeypatch.setattr(proofs.apart, "ask", lambda *arguments: {"proof": faulty.to_json()})
    assert not proofs.prove_next()
    newest = lab.versions.order_by("-pk").first()
    assert (newest.proof, newest.proving_fault) == (None, "right: check adds failed on our side: it is gone")
    assert Lab.objects.get(pk=lab.pk).current == before
    client.force_login(learner.user)
    assert client.get(lab.get_absolute_url()).status_code == 200


@pytest.mark.usefixtures("confined")
def test_runner_that_disappears_before_the_scenarios_run_is_queried_again(monkeypatch):
    """The separate process finds no sandbox, which says nothing about the lab."""
    lab = new_lab()
    here = proofs.proof_here(RUNS_CODE)
    assert here.not_provable_here
    monkeypatch.setattr(proofs.apart, "ask", lambda *arguments: {"proof": here.to_json()})
    assert not proofs.prove_next()
    version = LabVersion.objects.get()
    assert (version.proof, version.proving_tries) == (None, 1)
    assert version.proving_fault == "Code could not be confined while the scenarios ran."
    pause_is_over()
    monkeypatch.setattr(proofs.apart, "ask", lambda *arguments: {"proof": proved()})
    assert proofs.prove_next()
    assert is_open_to(Lab.objects.get(), make_learner(lab.course))


def test_check_that_is_a_fault_is_told_apart_from_one_that_needs_work():
    class Broken:
        def unavailable(self):
            return ""

        def packages_unavailable(self):
            return ""

        def run(self, job):
            raise SandboxError("the runner went away")

    faults = prove(load_spec(RUNS_CODE), Broken()).faults
    assert [fault.partition(":")[0] for fault in faults] == ["right", "wrong"]
    assert "check adds failed on our side:" in faults[0]


@pytest.mark.usefixtures("confined")
def test_a_restart_and_a_save_retry_at_once(monkeypatch):
    lab = new_lab()
    monkeypatch.setattr(proofs.apart, "ask", fail)
    for try_again in (proofs.retry_all, lambda: save_lab(lab=lab), tasks.begin_later):
        assert not proofs.prove_next()
        assert not proofs.versions_to_prove().exists()
        try_again()
        assert proofs.versions_to_prove().exists()


@pytest.mark.usefixtures("confined")
def test_a_lab_that_ends_each_process_is_given_up_and_its_author_is_told(monkeypatch, client, mailoutbox):
    """A worker that dies during a proof reports nothing: only the claim is left."""
    lab = new_lab()
    make_staff(lab.course)

    def die(*arguments):
        raise SystemExit

    monkeypatch.setattr(proofs.apart, "ask", die)
    for _ in range(proofs.MAX_TRIES):
        with pytest.raises(SystemExit):
            proofs.prove_next()
        pause_is_over()
    assert not proofs.versions_to_prove().exists()
    assert not proofs.prove_next()
    for _ in range(2):
        proofs.tell_of_faults()
    assert len(mailoutbox) == 1
    page = page_in_the_admin(client, lab)
    again = "To run them again, change the lab or save it unchanged."
    assert f"3 tries ended without a result. {proofs.NO_ANSWER} {again}" in page
    proofs.retry_all()
    assert (
        LabVersion.objects.get().proving_tries == proofs.MAX_TRIES - 1
    )  # one more, then it is given up again
    with pytest.raises(SystemExit):
        proofs.prove_next()
    pause_is_over()
    assert not proofs.versions_to_prove().exists()
    save_lab(lab=lab)
    assert list(proofs.versions_to_prove()) == [lab.current]


def test_a_lab_that_runs_code_waits_for_a_sandbox(monkeypatch, client):
    lab = new_lab()
    monkeypatch.setattr(proofs, "sandbox", lambda: SimpleNamespace(unavailable=lambda: "the runner sleeps"))
    monkeypatch.setattr(proofs.apart, "ask", lambda *arguments: pytest.fail("it was proved without"))
    assert not proofs.prove_next()
    assert "Cannot confine code right now: the runner sleeps." in page_in_the_admin(client, lab)
    pause_is_over()
    assert list(proofs.versions_to_prove()) == [lab.current]


@pytest.mark.usefixtures("confined")
def test_environment_is_built_first_and_the_page_shows_its_progress(monkeypatch, client, settings, tmp_path):
    settings.ENVIRONMENTS_ROOT = tmp_path
    wanted = ("six==1.16.0",)
    lab = new_lab(RUNS_CODE.replace("checks:", f"python: {{requirements: [{wanted[0]}]}}\nchecks:", 1))
    asked = []

    def build(self, requirements):
        asked.append((requirements, self.max_seconds))
        (tmp_path / f"{digest_of(requirements)}.progress").write_text("Downloading six, 3 MB so far")
        assert "A worker is building the environment: Downloading six, 3 MB so far." in page_in_the_admin(
            client, lab
        )
        raise SandboxError("no output for 90 seconds")

    monkeypatch.setattr(Environments, "build", build)
    assert not proofs.prove_next()
    assert asked == [(wanted, MAX_SECONDS)]
    assert LabVersion.objects.get().proving_fault == "no output for 90 seconds"


def test_version_claimed_before_the_clock_was_set_back_is_free():
    lab = new_lab()
    LabVersion.objects.update(proving_until=timezone.now() + timedelta(days=1))
    assert list(proofs.versions_to_prove()) == [lab.current]


def test_only_one_lab_is_proved_at_a_time(monkeypatch):
    first, second = new_lab(), new_lab(course=make_course(), source=RUNS_CODE.replace("Add two", "Sum two"))
    monkeypatch.setattr(proofs.apart, "ask", lambda *arguments: pytest.fail("two at once"))
    assert proofs._claim(first.current)
    assert list(proofs.versions_to_prove()) == [second.current]
    assert not proofs.prove_next()


def test_two_workers_do_not_prove_the_same_lab(monkeypatch):
    new_lab()
    monkeypatch.setattr(proofs.apart, "ask", lambda *arguments: pytest.fail("asked twice"))
    version = proofs.versions_to_prove().get()
    assert proofs._claim(version)
    assert not proofs.prove_next()


def test_a_lab_whose_check_never_needs_work_is_not_published_and_the_admin_says_which(client):
    lab = make_lab()
    client.force_login(make_instructor(lab.course))
    address = reverse("admin:labs_lab_change", args=[lab.pk])
    fields = {"status": "published", "position": 1, "brief": "x", "source": NEVER_NEEDS_WORK}
    page = client.post(address, fields).content.decode()
    assert "not published: readme was never seen to need work. Add a scenario in which it does." in page
    assert Lab.objects.get(pk=lab.pk).source == LAB_SOURCE
    assert client.post(address, {**fields, "status": "draft"}).status_code == 302
    assert Lab.objects.get(pk=lab.pk).source == NEVER_NEEDS_WORK


@pytest.mark.parametrize("fails", [False, True])
def test_the_admin_proves_a_lab_once_and_before_the_transaction(client, monkeypatch, fails):
    lab = make_lab()
    client.force_login(make_instructor(lab.course))
    savepoints = []

    def ask(asked, seconds):
        savepoints.append(len(connection.savepoint_ids))  # of the transaction that Django begins
        if fails:
            raise ApartError("It took too long.")
        return {"proof": proofs.proof_here(asked["source"]).to_json()}

    monkeypatch.setattr(proofs.apart, "ask", ask)
    source = LAB_SOURCE.replace("title: ", "title: Another ", 1).replace("\n", "\r\n")
    fields = {"status": "published", "position": 1, "brief": "x", "source": source}
    page = client.post(reverse("admin:labs_lab_change", args=[lab.pk]), fields)
    assert (page.status_code, "It took too long." in page.content.decode()) == (200 if fails else 302, fails)
    assert savepoints == [0]


def test_the_page_of_a_lab_in_the_admin_shows_the_state_of_its_proof(client):
    lab = new_lab()
    client.force_login(make_instructor(lab.course))
    address = reverse("admin:labs_lab_change", args=[lab.pk])
    waits = "The scenarios have not run yet. A worker will run them, because the lab runs code."
    assert waits in client.get(address).content.decode()
    proofs._claim(lab.current)
    assert "A worker is running them." in client.get(address).content.decode()
    proofs.store_proof(version=lab.current, proof=proofs.proof_here(RUNS_CODE))
    assert "adds cannot run on this server." in client.get(address).content.decode()


def test_upgrade_forgets_faults_that_were_kept_as_proofs():
    migration = importlib.import_module("labs.migrations.0014_proving_told")
    kept = {}
    for found in ("fault", "needs work"):
        lab = new_lab(course=make_course(), source=RUNS_CODE.replace("Add two", f"Find {found} in two"))
        scenario = {"name": "right", "line": 9, "differences": [{"check": "adds", "found": found}]}
        lab.versions.update(proof={"scenarios": [scenario]}, proving_tries=1)
        kept[found] = lab.current.pk
    migration.forget_faults(apps, None)
    assert [version.pk for version in proofs.versions_to_prove()] == [kept["fault"]]


def test_upgrade_forgets_proofs_that_were_kept_without_a_sandbox():
    migration = importlib.import_module("labs.migrations.0020_proofs_without_a_sandbox")
    lab, differs = new_lab(), new_lab(course=make_course(), source=RUNS_CODE.replace("Add two", "Sum two"))
    proofs.store_proof(version=lab.current, proof=proofs.proof_here(RUNS_CODE))
    checks = [check | {"provable": True} for check in proved()["checks"]]
    differs.versions.update(proof=proved() | {"checks": checks})
    assert not proofs.versions_to_prove().exists()
    migration.forget_proofs_without_a_sandbox(apps, None)
    assert list(proofs.versions_to_prove()) == [lab.current]


def test_mails_and_sign_ins_of_git_have_the_name_of_the_portal(settings, client, mailoutbox):
    settings.SITE_NAME = 'Kurse "für" alle\\'
    version = make_lab(make_course()).current
    staff = make_staff(version.lab.course)
    version.lab.title = "Two\nlines"
    proofs._tell_staff(version)
    (mail,) = mailoutbox
    assert mail.subject.startswith('[Kurse "für" alle\\] A lab could not be proved: ')
    assert (mail.to, "\n" in mail.subject) == ([staff.email], False)
    answered = client.get("/git/tiny/first.git/info/refs?service=git-receive-pack")
    realm = r'Basic realm="Kurse \"f?r\" alle\\", charset="UTF-8"'
    assert (answered.status_code, answered["WWW-Authenticate"]) == (401, realm)
