"""The labs of the course: each check is seen to pass and to need work."""

import re
from pathlib import Path

import pytest

from labs.grader.proof import prove
from labs.grader.report import Outcome
from labs.grader.spec import load_spec

TOKEN = "ghp_" + "".join(chr(ord("a") + 7 * i % 26) for i in range(36)) + "\n"
LABS = Path(__file__).parents[2] / "courses/mlops/labs"
NAMES = (
    "first-repository",
    "branches-and-merges",
    "resolve-a-conflict",
    "version-the-project",
    "package-the-review-model",
    "build-a-pipeline",
    "delivery-or-deployment",
)
WORDS = re.compile(r"main\b|[a-z][\w./-]{3,}\w")


@pytest.fixture
def first():
    return (LABS / "first-repository/lab.yaml").read_text()


@pytest.fixture
def branches():
    return (LABS / "branches-and-merges/lab.yaml").read_text()


@pytest.fixture
def version():
    return (LABS / "version-the-project/lab.yaml").read_text()


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
    repo.branch("shop-name")
    repo.commit("Name the shop", title="Shop")
    repo.switch("main")
    repo.merge("--no-ff", "shop-name")
    repo.branch("feature/pipeline")
    repo.put("pipeline.md", "# Pipeline\n")
    repo.commit("Describe the pipeline")
    repo.switch("main")
    repo.merge("--no-ff", "feature/pipeline")
    repo.git("tag", "-a", "-m", "First release", "v1.0.0")


def describe(repo, version):
    repo.put("pyproject.toml", f'[project]\nname = "review-model"\nversion = "{version}"\n')
    return repo.commit(f"Set the version to {version}")


def release(repo, version, *more):
    repo.git("tag", "-a", "-m", f"Release {version}", f"v{version}", *more)


def good_version(repo):
    repo.put(".gitignore", ".env\ndata/\ndist/\n")
    repo.commit("Keep data, models and secrets out")
    for path in ("data/reviews.csv", "dist/model.joblib", ".env"):
        repo.put(path, TOKEN * 5_000)
    describe(repo, "1.0.0")
    repo.put("params.yaml", "train:\n  seed: 42\n  test_share: 0.2\n")
    repo.commit("Add the training settings")
    release(repo, "1.0.0")
    describe(repo, "1.1.0")
    release(repo, "1.1.0")


def mistake_no_commits(repo):
    repo.git("reset", "-q", "--hard", "HEAD~1")


def mistake_no_version(repo):
    describe(repo, "next")


def mistake_seed_as_text(repo):
    repo.put("params.yaml", "train:\n  seed: '42'\n")
    repo.commit("Quote the seed")


def mistake_tracked_data(repo):
    repo.git("add", "--force", "data/reviews.csv")
    repo.commit("Add the reviews")


def mistake_no_rules(repo):
    repo.put(".gitignore", "dist/*.whl\n")
    repo.git("commit", "-q", "-a", "-m", "Ignore wheels only")


def mistake_tag_elsewhere(repo):
    release(repo, "1.0.0", "-f", "v1.1.0^{}")


def mistake_lightweight_tag(repo):
    repo.git("tag", "-f", "v1.1.0", "v1.1.0^{}")


def mistake_secret_on_a_branch(repo):
    repo.branch("try")
    repo.commit("Try the token", app=f"token = {TOKEN}")


MISTAKES = {
    mistake_no_commits: {"commits", "second-release"},
    mistake_no_version: {"version"},
    mistake_seed_as_text: {"settings"},
    mistake_tracked_data: {"data-ignored", "no-data-or-model", "no-secrets"},
    mistake_no_rules: {"data-ignored", "model-ignored", "secrets-ignored"},
    mistake_tag_elsewhere: {"first-version"},
    mistake_lightweight_tag: {"second-release"},
    mistake_secret_on_a_branch: {"no-secrets"},
}


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def spec(name):
    return load_spec((LABS / name / "lab.yaml").read_text())


def test_the_course_has_these_labs():
    assert {path.name for path in LABS.iterdir()} == set(NAMES)


def test_a_lab_has_100_points_a_pass_mark_of_70_and_a_lesson_for_each_check(spec):
    assert (sum(check.points for check in spec.checks), spec.pass_mark) == (100, 70)
    assert all(check.lesson for check in spec.checks)


@pytest.mark.daily(2)
def test_a_lab_proves_each_check_that_runs_no_code(spec):
    """tests/sandbox/test_course_labs.py proves the others."""
    proof = prove(spec)
    assert (proof.differing, proof.unproved) == ((), ())
    unproved = {check.id for check in proof.not_provable_here}
    assert unproved == ({check.id for check in spec.checks if runs_code(check)} if spec.python else set())


def runs_code(check):
    return check.parameters.confined


def test_a_lab_shows_a_good_repository_and_at_least_two_mistakes(spec):
    wanted = [set(scenario.expect.values()) for scenario in spec.scenarios]
    assert {"passed"} in wanted
    assert sum("needs work" in each for each in wanted) >= 2


def test_a_skill_is_given_a_direction_and_a_hint(spec):
    skills = [check for check in spec.checks if check.teaches == "skill"]
    assert [check.id for check in skills if not (check.fix and check.hint)] == []


def test_a_brief_names_what_each_check_requires(name, spec):
    """Of the longer words and the names in what a check says, at least half are in "What is checked"."""
    brief = (LABS / name / "brief.md").read_text().lower()
    section = brief.split("## what is checked\n")[1].split("\n## ")[0]
    asked = {check.id: set(WORDS.findall(check.says.lower())) for check in spec.checks if check.points}
    told = {key: sum(word in section for word in words) / len(words) for key, words in asked.items() if words}
    assert {key: share for key, share in told.items() if share < 0.5} == {}


def test_a_brief_leads_to_the_remote_url_and_to_the_checks(name):
    brief = (LABS / name / "brief.md").read_text()
    assert re.findall("^## (.*)$", brief, re.MULTILINE) == [
        "Steps",
        "What is checked",
        "Try it yourself first",
    ]
    lab = (LABS / name / "lab.yaml").read_text()
    assert ("git remote add origin ADDRESS" if "starter: null" in lab else "git clone ADDRESS") in brief
    assert "*Run checks locally*, above, has a command" in brief


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
    assert report.results[4].outcome is Outcome.NOT_RUN


def test_a_good_version_of_the_project_reaches_all_points(repo, version):
    good_version(repo)
    report = repo.grade(version)
    assert (report.score, set(outcomes(report).values())) == (100, {"passed"})


@pytest.mark.daily(3)
@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_in_the_project_needs_work_where_it_was_made(copy_of, version, mistake):
    repo = copy_of(good_version)
    mistake(repo)
    needs = {key for key, outcome in outcomes(repo.grade(version)).items() if outcome == "needs_work"}
    assert needs == MISTAKES[mistake]


def test_a_project_with_data_and_secrets_in_its_history_does_not_pass(copy_of, version):
    repo = copy_of(good_version)
    mistake_tracked_data(repo)
    repo.git("rm", "-q", "data/reviews.csv")
    repo.commit("Delete the reviews")
    report = repo.grade(version)
    assert (report.score, report.passed, report.first_to_fix.id) == (65, False, "no-data-or-model")


def test_a_project_under_another_branch_and_without_tags_needs_work_there(repo, version):
    repo.commit("Start")
    needs = outcomes(repo.grade(version))
    assert (needs["first-release"], needs["second-release"]) == ("needs_work", "needs_work")
    assert (needs["first-version"], needs["second-version"]) == ("not_run", "not_run")
    repo.git("branch", "-m", "trunk")
    assert repo.grade(version).first_to_fix.id == "branch-main"
