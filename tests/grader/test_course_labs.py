"""The two labs of the course: each check is seen to pass and to need work."""

from pathlib import Path

import pytest

from labs.grader.report import Outcome
from labs.grader.spec import load_spec

LABS = Path(__file__).parents[2] / "courses/mlops/labs"


@pytest.fixture
def first():
    return (LABS / "first-repository/lab.yaml").read_text()


@pytest.fixture
def branches():
    return (LABS / "branches-and-merges/lab.yaml").read_text()


def outcomes(report):
    return {result.id: result.outcome.value for result in report.results}


def good_first(repo):
    repo.put(".gitignore", ".env\n")
    repo.commit("Ignore the file with secrets")
    repo.put("README.md", "# Supermarket billing\n")
    repo.commit("Describe the billing project")
    repo.commit("List the billing modules", modules="Inventory\n")


def good_branches(repo):
    repo.commit("Start the project", readme="x")
    repo.branch("feature/pipeline")
    repo.put("pipeline.md", "# Pipeline\n")
    repo.commit("Describe the pipeline")
    repo.switch("main")
    repo.merge("--no-ff", "feature/pipeline")
    repo.git("tag", "-a", "-m", "First release", "v1.0.0")


@pytest.mark.parametrize("name", ["first-repository", "branches-and-merges"])
def test_a_lab_has_100_points_a_pass_mark_of_70_and_a_lesson_for_each_check(name):
    spec = load_spec((LABS / name / "lab.yaml").read_text())
    assert (sum(check.points for check in spec.checks), spec.pass_mark) == (100, 70)
    assert all(check.lesson and check.lesson.startswith("git-basics#") for check in spec.checks)


def test_a_good_first_repository_reaches_all_points(repo, first):
    good_first(repo)
    report = repo.grade(first)
    assert (report.score, report.passed, set(outcomes(report).values())) == (100, True, {"passed"})


def test_a_first_repository_with_nothing_right_needs_work_everywhere(repo, first):
    repo.commit("wip", a="a")
    report = repo.grade(first)
    needs = {key for key, outcome in outcomes(report).items() if outcome == "needs_work"}
    assert needs == {"three-commits", "messages", "readme", "secrets-ignored"}
    assert outcomes(report)["readme-title"] == "not_run"
    assert (report.score, report.first_to_fix.id) == (15, "three-commits")


def test_a_readme_without_a_title_and_a_branch_of_another_name_need_work(repo, first):
    good_first(repo)
    repo.put("README.md", "billing\n")
    repo.commit("Take the title away")
    assert outcomes(repo.grade(first))["readme-title"] == "needs_work"
    repo.git("branch", "-m", "trunk")
    assert repo.grade(first).first_to_fix.id == "branch-main"


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ("Initial commit", "needs_work"),
        ("my first commit", "needs_work"),
        ("update readme", "needs_work"),
        ("Changes...", "needs_work"),
        ("Add a list of the billing modules", "passed"),
    ],
)
def test_messages_of_the_first_lab_say_what_changes(repo, first, message, outcome):
    repo.commit(message)
    assert outcomes(repo.grade(first))["messages"] == outcome


def test_a_good_branch_and_merge_reaches_all_points(repo, branches):
    good_branches(repo)
    report = repo.grade(branches)
    assert (report.score, set(outcomes(report).values())) == (100, {"passed"})


def test_a_fast_forward_a_lightweight_tag_and_a_conflict_need_work(repo, branches):
    repo.commit("Start")
    repo.branch("feature/pipeline")
    repo.commit("Leave a conflict", a="<<<<<<< HEAD\na\n=======\nb\n>>>>>>> b\n")
    repo.switch("main")
    repo.merge("--ff-only", "feature/pipeline")
    repo.git("tag", "v1.0.0")
    report = repo.grade(branches)
    needs = {key for key, outcome in outcomes(report).items() if outcome == "needs_work"}
    assert needs == {"merge-commit", "pipeline-file", "no-conflict", "release-tag"}
    assert report.first_to_fix.id == "merge-commit"


def test_without_the_feature_branch_its_merge_is_not_run(repo, branches):
    repo.commit("Start")
    report = repo.grade(branches)
    assert (outcomes(report)["feature-branch"], outcomes(report)["merge-commit"]) == ("needs_work", "not_run")
    assert report.results[3].outcome is Outcome.NOT_RUN
