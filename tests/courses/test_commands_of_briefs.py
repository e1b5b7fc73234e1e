"""A learner who follows the brief of a lab, step by step, ends where it says, and passes."""

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.git.whose import Learner as Whose
from labs.grader.spec import load_spec

from .terminal import BRIEFS, INLINE, MLOPS, PRICES, Terminal, blocks, file_in

STEP = re.compile(r"^(\d+)\. (.*?)(?=^\d+\. |^## |\Z)", re.MULTILINE | re.DOTALL)
# Commands that a test cannot run, each with its reason.
NOT_RUN = {
    "pip install -e . pytest": "it downloads scikit-learn and pytest",
    "python -m pytest -q": "it needs what pip has not installed",
    "python -m review_model.train data/reviews.csv dist/model.joblib": "it needs scikit-learn",
    "pip wheel --no-deps --wheel-dir dist .": "it downloads setuptools",
    "python -m build --wheel": "a step of a workflow: GitHub runs it",
    "./deploy.sh dist/": "a step of a workflow: GitHub runs it",
    "./deploy.sh bank-billing": "a step of a workflow: GitHub runs it",
    "./deploy.sh web-shop": "a step of a workflow: GitHub runs it",
    "make test": "a step of a workflow: GitHub runs it",
}
# Commands that stop at a conflict, as the next sentence says.
CONFLICTS = {
    "git merge --no-ff feature/pipeline": "Git reports a conflict in `README.md`",
    "git merge --no-ff origin/festival-prices": "Git stops with a conflict",
    "git merge --no-ff origin/no-coupons": "This is a different kind of conflict",
}


def read_lab(lab: str) -> dict:
    return YAML(typ="safe").load((MLOPS / "labs" / lab / "lab.yaml").read_text())


def files_of(lab: str) -> dict[str, str]:
    """The files of the repository that proves the lab, as its author wrote them."""
    scenario = next(each for each in read_lab(lab)["scenarios"] if each["name"] == "as the brief asks")
    return {name: text for step in scenario["steps"] for name, text in step.get("files", {}).items()}


@dataclass
class Learner:
    """A learner who follows the words of a brief: writes files, then types commands, step by step."""

    does: dict[int, list[tuple[str, str] | str]]
    then: dict[str, str | int] = field(default_factory=dict)  # output of the last commands, or their status


TITLE = "# Review model of the shop and its pipeline\n"
NOTHING_FOUND = 1  # the status of git grep and git diff
LEARNERS = {
    "first-repository": Learner(
        {2: [("README.md", "# Supermarket billing\n\nIt bills. It counts the stock.\n"),
             "git add README.md", 'git commit -m "Describe the billing system"'],
         3: [("modules.md", "user interface\ninventory\nbilling\nsuppliers\npayment\n"),
             "git add modules.md", 'git commit -m "List the modules of the system"'],
         4: [(".gitignore", ".env\n"), "git add .gitignore", 'git commit -m "Ignore the file with passwords"']},
        {"git log --format=%s main": "Ignore the file with passwords\nList the modules of the system\n"
                                     "Describe the billing system\n",
         "git ls-tree --name-only main": ".gitignore\nREADME.md\nmodules.md\n",
         "git check-ignore -v .env": ".gitignore:1:.env\t.env\n"},
    ),
    "branches-and-merges": Learner(
        {2: [("pipeline.md", "1. Checkout\n2. Build\n3. Test\n"), ("README.md", "# Review model and its pipeline\n"),
             "git add .", 'git commit -m "Describe the pipeline"'],
         4: [("README.md", TITLE), "git add README.md", "git commit --no-edit"]},
        {"git grep -nE '^(<{7}|>{7})' main": NOTHING_FOUND, "git cat-file -t v1.0.0": "tag\n"},
    ),
    "resolve-a-conflict": Learner(
        {3: [("prices.csv", PRICES), "git add prices.csv", "git commit --no-edit"],
         4: ["git rm coupons.md", "git commit --no-edit"]},
        {"git grep -nE '^(<{7}|>{7})' main": NOTHING_FOUND, "git ls-tree --name-only main": "prices.csv\n",
         "git show main:prices.csv": PRICES},
    ),
    "version-the-project": Learner(
        {1: ["git init -b main", "git add .gitignore", 'git commit -m "Keep data, models and secrets out"'],
         3: [("pyproject.toml", file_in("use-cases", "pyproject.toml")), "git add pyproject.toml",
             'git commit -m "Describe the package"'],
         4: ["git add params.yaml", 'git commit -m "Add the training settings"'],
         6: [("src/review_model/train.py", file_in("use-cases", "src/review_model/train.py")),
             "sed -i 's/^version = .*/version = \"1.1.0\"/' pyproject.toml", "git add pyproject.toml src",
             'git commit -m "Add the training"', 'git tag -a v1.1.0 -m "Second release"']},
        {"git show v1.0.0:pyproject.toml": file_in("use-cases", "pyproject.toml"),
         "git check-ignore -v data/reviews.csv dist/model.joblib .env":
             ".gitignore:2:data/\tdata/reviews.csv\n.gitignore:3:dist/\tdist/model.joblib\n.gitignore:1:.env\t.env\n",
         "git log --all --oneline -- data dist .env": ""},
    ),
    "build-a-pipeline": Learner({5: [*files_of("build-a-pipeline").items()]}),
    "delivery-or-deployment": Learner(
        {5: [*files_of("delivery-or-deployment").items()]},
        {"git diff --no-index .github/workflows/bank-billing.yml .github/workflows/web-shop.yml": 1},
    ),
    "package-the-review-model": Learner(
        {2: [("pyproject.toml", file_in("use-cases", "pyproject.toml"))],
         5: [(name, text) for name, text in files_of("package-the-review-model").items() if name.startswith("src/")],
         6: [("tests/test_rules.py", files_of("package-the-review-model")["tests/test_rules.py"])],
         7: [("metrics.json", '{"complaints_found": 1.0}\n')]},
        {"git log --all --oneline -- data dist .env": ""},
    ),
}  # fmt: skip
SLOW = {"package-the-review-model": pytest.mark.heavy}  # it creates an environment


def follow(brief: Path, terminal: Terminal) -> None:
    """Type and write what each step shows, then follow its words."""
    learner, text = LEARNERS[brief.parent.name], brief.read_text()
    for number, step in STEP.findall(text[: text.index("## What is checked")]):
        for block in blocks(step):
            if block.language == "bash":
                for command in block.commands():
                    run(command, terminal, text)
            elif block.file:
                terminal.write(block.file, block.text)
        for action in learner.does.get(int(number), []):
            terminal.type(action) if isinstance(action, str) else terminal.write(*action)
        missing = {command for command in INLINE.findall(step) if command not in terminal.typed} - set(
            NOT_RUN
        )
        assert missing == set(), f"step {number}"


def run(command: str, terminal: Terminal, text: str) -> None:
    if command in NOT_RUN:
        return
    if command in CONFLICTS:
        assert "CONFLICT" in terminal.type(command, status=1)
        assert CONFLICTS[command] in text
        return
    terminal.type(command)


@pytest.mark.daily(2)
@pytest.mark.parametrize(
    "brief",
    [pytest.param(path, marks=SLOW.get(path.parent.name, ()), id=path.parent.name) for path in BRIEFS],
)
def test_brief_that_is_followed_ends_as_it_says_and_passes(brief, tmp_path):
    terminal, lab = Terminal(tmp_path), brief.parent.name
    spec = load_spec((brief.parent / "lab.yaml").read_text())
    if spec.start:
        shutil.rmtree(terminal.remote)
        terminal.remote.mkdir()
        spec.start.build(terminal.remote)
    terminal.introduce()
    follow(brief, terminal)
    for command in tried_first(brief):
        wanted = LEARNERS[lab].then.get(command)
        printed = terminal.type(command, status=wanted if isinstance(wanted, int) else 0)
        assert not isinstance(wanted, str) or printed == wanted
    me = Whose(names=("Your Name",), emails=("you@example.org",))
    with Repository.open(terminal.remote) as repository:
        report = grade(spec, repository, learner=me)
    outcomes = {result.id: result.outcome.value for result in report.results}
    assert {name: outcomes[name] for name in judged(lab)} == dict.fromkeys(judged(lab), "passed")


def tried_first(brief: Path) -> list[str]:
    """The commands of “Try it yourself first”."""
    last = blocks(brief.read_text().partition("## Try it yourself first")[2])
    return [command for block in last for command in block.commands() if command not in NOT_RUN]


def judged(lab: str) -> list[str]:
    """The checks that run no code, nor need one that does."""
    running: set[str] = set()
    for check in read_lab(lab)["checks"]:
        if {"run", "tests", "own_tests", "build"} & check.keys() or running & set(check.get("needs", [])):
            running.add(check["id"])
    return [check["id"] for check in read_lab(lab)["checks"] if check["id"] not in running]


def test_every_brief_is_followed():
    assert [path.parent.name for path in BRIEFS] == sorted(LEARNERS)


def test_two_pipelines_differ_in_one_line_apart_from_names():
    """The brief of delivery and deployment says so about its last command."""
    texts = files_of("delivery-or-deployment").values()
    bank, shop = (
        [line for line in text.splitlines() if "bank" not in line and "shop" not in line] for text in texts
    )
    assert [line.strip() for line in bank if line not in shop] + [
        line for line in shop if line not in bank
    ] == ["environment: production"]


@pytest.mark.parametrize("lab", ["build-a-pipeline", "delivery-or-deployment"])
def test_parts_of_a_workflow_in_a_brief_are_in_the_workflow(lab):
    text = (MLOPS / "labs" / lab / "brief.md").read_text()
    shown = [block.text for block in blocks(text) if block.language == "yaml"]
    written = {line.strip() for content in files_of(lab).values() for line in content.splitlines()}
    assert shown
    assert {line.strip() for block in shown for line in block.splitlines()} <= written
