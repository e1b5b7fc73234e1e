"""Running a lab locally: the downloads, without hidden parts, and the reports that come back."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from django.urls import reverse

from labs.grader.spec import load_spec
from labs.models import LocalReport
from labs.tokens import new_token
from tests.factories import (
    make_course,
    make_lab,
    make_learner,
    make_lesson,
    make_report,
    make_session,
    make_submission,
)
from tests.grader.conftest import Repo
from tests.reports import make_engine_report
from tests.web.world import authorization

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    return make_lab(make_course("mlops"), "first")


@pytest.fixture
def learner(lab):
    return make_learner(lab.course)


def address(name, lab):
    return reverse(name, args=[lab.course.slug, lab.slug])


def send(client, lab, learner, data, query=""):
    token = authorization(new_token(user=learner.user))
    where = address("lab_report", lab) + query
    return client.post(where, data, content_type="application/json", **token)


def sent_of(report, head):
    return json.dumps(replace(report, head=head, checks_digest="d" * 64).to_json())


def test_anybody_may_download_the_checks_but_not_the_scenarios(client, lab):
    response = client.get(address("lab_source", lab))
    assert response.headers["Content-Type"] == "application/yaml; charset=utf-8"
    text = response.content.decode()
    assert "three-commits" in text
    assert "scenarios" not in text and "List the modules" not in text


def test_the_lesson_of_a_check_is_a_url_of_the_portal(client, lab, settings):
    lesson = make_lesson(make_session(lab.course))
    spec = load_spec(client.get(address("lab_source", lab)).content.decode())
    found = spec.lesson_address(f"{lesson.slug}#part")
    assert found == f"{settings.PUBLIC_URL}{lesson.get_absolute_url()}#part"


def test_the_checks_of_a_lab_that_is_closed_are_not_served(client, lab):
    lab.current.proved = False
    lab.current.save()
    assert client.get(address("lab_source", lab)).status_code == 404
    assert client.get(address("lab_workflow", lab)).status_code == 404


def test_labcheck_is_sent_whole_once_and_then_as_304(client):
    first = client.get("/labcheck.pyz")
    assert first.content[:2] == b"PK" or b"PK\x03\x04" in first.content
    again = client.get("/labcheck.pyz", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_command_of_the_lab_page_gives_the_portals_verdict(client, lab, learner, tmp_path, settings):
    """The downloads of curl are written to files; the rest of the command runs as it is."""
    client.force_login(learner.user)
    page = client.get(lab.get_absolute_url()).content.decode()
    assert "python3 ../labcheck.pyz grade ../lab.yaml ." in page
    assert f"{settings.PUBLIC_URL}/labcheck.pyz" in page
    (tmp_path / "labcheck.pyz").write_bytes(client.get("/labcheck.pyz").content)
    (tmp_path / "lab.yaml").write_bytes(client.get(address("lab_source", lab)).content)
    repo = Repo(tmp_path / "work")
    repo.put("README.md", "# Billing\n")
    repo.commit("Describe the project")
    done = subprocess.run(
        [sys.executable, "-I", "../labcheck.pyz", "grade", "../lab.yaml", "."],
        cwd=repo.path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert "2 of 3 checks passed" in done.stdout


def test_the_workflow_runs_the_same_and_can_be_read_as_yaml(client, lab, settings):
    from labs.grader.formats.yaml_values import read_yaml

    value, problems = read_yaml(client.get(address("lab_workflow", lab)).content.decode())
    assert problems == []
    steps = value.plain()["jobs"]["check"]["steps"]
    assert f"{settings.PUBLIC_URL}{address('lab_source', lab)}" in steps[2]["run"]
    assert steps[3]["run"].endswith('grade "$RUNNER_TEMP/lab.yaml" . --remote origin --format github')
    assert steps[4]["if"] == "${{ !cancelled() && env.PORTAL_TOKEN != '' }}"


def test_a_report_from_a_workflow_is_kept_and_compared_on_the_page(client, lab, learner):
    submission = make_submission(learner, lab)
    own = replace(make_engine_report(readme="needs_work"), head=submission.head, checks_digest="d" * 64)
    make_report(submission, own.to_json())
    response = send(
        client, lab, learner, sent_of(make_engine_report(readme="passed"), submission.head), "?from=workflow"
    )
    assert (response.status_code, LocalReport.objects.get().place) == (200, "workflow")
    client.force_login(learner.user)
    page = " ".join(client.get(submission.get_absolute_url()).content.decode().split())
    assert (
        "labcheck on GitHub Actions has different results for this commit: <code>readme</code> passed there"
        in page
    )


def test_a_report_is_compared_if_the_pushed_branch_is_not_the_one_that_reports_name(client, lab, learner):
    submission = make_submission(learner, lab)
    own = replace(make_engine_report(readme="passed"), head="8" * 40, checks_digest="d" * 64)
    make_report(submission, own.to_json())
    send(client, lab, learner, sent_of(make_engine_report(readme="passed"), "8" * 40))
    client.force_login(learner.user)
    page = client.get(submission.get_absolute_url()).content.decode()
    assert "has the same results for this commit" in page


def test_the_newest_report_of_a_place_and_commit_replaces_the_one_before(client, lab, learner):
    for outcome in ("needs_work", "passed"):
        assert (
            send(client, lab, learner, sent_of(make_engine_report(readme=outcome), "9" * 40)).status_code
            == 200
        )
    assert LocalReport.objects.get().outcomes == {"readme": "passed"}


@pytest.mark.parametrize(
    ("data", "status"), [("{}", 400), ("x" * (1 << 20), 400), ("x" * ((1 << 20) + 1), 413)]
)
def test_text_that_is_not_a_report_is_refused_in_plain_words(client, lab, learner, data, status):
    response = send(client, lab, learner, data)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert not LocalReport.objects.exists()


def test_a_report_needs_a_token_of_a_learner_of_the_course(client, lab):
    assert client.post(address("lab_report", lab), "{}", content_type="application/json").status_code == 401
    assert send(client, lab, make_learner(), "{}").status_code == 404
