"""A lab is open to learners once its scenarios have shown each check passing and needing work."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from labs import apart, proving
from labs.authoring import save_lab
from labs.grader.sandbox.opening import opened
from labs.models import Lab, LabVersion
from labs.queries import get_open_lab
from tests.authoring.conftest import make_instructor
from tests.factories import LAB_SOURCE, make_course, make_lab, make_learner

pytestmark = pytest.mark.django_db

RUNS_CODE = """\
schema: 1
title: Add two numbers
pass_mark: 70
checks:
  - id: adds
    says: add.py prints 5
    run: {command: [python3, add.py], prints: '^5$', seconds: 5}
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
    return Lab.objects.published().filter(pk=lab.pk).exists() and bool(
        get_open_lab(learner.user, lab.course.slug, lab.slug)
    )


def sandbox_is_missing(settings) -> str | None:
    return opened(settings.SANDBOX, settings.ENVIRONMENTS_ROOT, settings.ENVIRONMENTS_MAX_BYTES).unavailable()


def test_a_lab_that_runs_code_waits_for_its_proof(client):
    lab = new_lab()
    learner = make_learner(lab.course)
    assert list(proving.waiting()) == [lab.current]
    client.force_login(learner.user)
    assert client.get(lab.get_absolute_url()).status_code == 404


def test_a_worker_proves_it_and_opens_it(settings):
    if why := sandbox_is_missing(settings):
        pytest.skip(f"code cannot be confined: {why}")
    lab = new_lab()
    assert proving.prove_next()
    lab.refresh_from_db()
    assert lab.current.proof["checks"][0]["needed_work"] == ["wrong"]
    assert is_open_to(lab, make_learner(lab.course))
    assert not proving.prove_next()


def test_what_was_open_before_labs_had_to_prove_their_checks_stays_open():
    lab = make_lab()
    assert (lab.current.proof, lab.current.proved) == (None, True)
    assert not proving.waiting().exists()


def test_learners_keep_the_proved_version_until_the_next_one_is_proved(monkeypatch):
    lab = make_lab()
    before = lab.current
    lab.source = RUNS_CODE
    lab = save_lab(lab=lab)
    assert Lab.objects.get(pk=lab.pk).current == before
    newest = lab.versions.order_by("-pk").first()
    proof = proving.proof_here(LAB_SOURCE)
    proving.keep(version=newest, proof=proof)
    assert Lab.objects.get(pk=lab.pk).current == newest


def test_a_proof_that_comes_late_does_not_bring_back_what_was_changed_since():
    lab = new_lab()
    late = lab.current
    lab.source = RUNS_CODE.replace("prints 5", "says 5")
    save_lab(lab=lab)
    proving.keep(version=late, proof=proving.proof_here(LAB_SOURCE))
    assert Lab.objects.get(pk=lab.pk).current != late


def test_a_check_that_cannot_be_run_here_is_not_proved():
    proof = proving.proof_here(RUNS_CODE)
    assert (proof.proved, proving.is_enough(proof)) == (True, False)


def test_where_our_side_fails_the_version_waits_for_the_next_turn(monkeypatch):
    monkeypatch.setattr(proving, "_lacks_sandbox", lambda version: False)
    lab = new_lab()

    def fail(*arguments):
        raise apart.ApartError("no answer")

    monkeypatch.setattr(proving.apart, "ask", fail)
    assert not proving.prove_next()
    lab.current.refresh_from_db()
    assert (lab.current.proof, lab.current.proved) == (None, False)
    assert not proving.waiting().exists()
    LabVersion.objects.update(proving_until="2020-01-01T00:00:00Z")
    assert proving.waiting().exists()


def test_a_lab_that_ends_each_process_is_given_up_and_its_author_is_told(monkeypatch, client):
    """A worker that dies while it proves says nothing: only the claim is left."""
    monkeypatch.setattr(proving, "_lacks_sandbox", lambda version: False)
    lab = new_lab()

    def die(*arguments):
        raise SystemExit

    monkeypatch.setattr(proving.apart, "ask", die)
    for _ in range(proving.MOST_TRIES):
        with pytest.raises(SystemExit):
            proving.prove_next()
        LabVersion.objects.update(proving_until="2020-01-01T00:00:00Z")
    assert not proving.waiting().exists()
    assert not proving.prove_next()
    client.force_login(make_instructor(lab.course))
    page = client.get(reverse("admin:labs_lab_change", args=[lab.pk])).content.decode()
    assert f"3 tries ended without an answer. {proving.NO_ANSWER} Change the lab" in page
    save_lab(lab=lab)
    assert list(proving.waiting()) == [lab.current]


def test_a_lab_that_runs_code_waits_for_a_sandbox(monkeypatch, client):
    lab = new_lab()
    monkeypatch.setattr(proving, "sandbox", lambda: SimpleNamespace(unavailable=lambda: "the runner sleeps"))
    monkeypatch.setattr(proving.apart, "ask", lambda *arguments: pytest.fail("it was proved without"))
    assert not proving.prove_next()
    assert list(proving.waiting()) == [lab.current]
    client.force_login(make_instructor(lab.course))
    page = client.get(reverse("admin:labs_lab_change", args=[lab.pk])).content.decode()
    assert "Code cannot be confined now: the runner sleeps." in page


def test_two_workers_do_not_prove_the_same(monkeypatch):
    new_lab()
    monkeypatch.setattr(proving.apart, "ask", lambda *arguments: pytest.fail("asked twice"))
    version = proving.waiting().get()
    assert proving._claim(version)
    assert not proving.prove_next()


def test_a_lab_whose_check_never_needs_work_is_not_published_and_the_admin_says_which(client):
    lab = make_lab()
    client.force_login(make_instructor(lab.course))
    address = reverse("admin:labs_lab_change", args=[lab.pk])
    fields = {"status": "published", "position": 1, "brief": "x", "source": NEVER_NEEDS_WORK}
    page = client.post(address, fields).content.decode()
    assert "not published: readme was never seen to need work. Add a scenario in which it is." in page
    assert Lab.objects.get(pk=lab.pk).source == LAB_SOURCE
    assert client.post(address, {**fields, "status": "draft"}).status_code == 302
    assert Lab.objects.get(pk=lab.pk).source == NEVER_NEEDS_WORK


def test_the_page_of_a_lab_in_the_admin_says_how_its_proof_stands(client):
    lab = new_lab()
    client.force_login(make_instructor(lab.course))
    address = reverse("admin:labs_lab_change", args=[lab.pk])
    assert "The scenarios have not run yet. A worker runs them" in client.get(address).content.decode()
    proving._claim(lab.current)
    assert "A worker has begun; if it is stopped" in client.get(address).content.decode()
    proving.keep(version=lab.current, proof=proving.proof_here(RUNS_CODE))
    assert "adds could not be run on this server." in client.get(address).content.decode()
