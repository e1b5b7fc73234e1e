"""The fix that a lab with a conflict shows is followed by a learner, and turns its check."""

import re
from pathlib import Path

import pytest

from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.report import CheckResult, Outcome
from labs.grader.spec import LabSpec, load_spec
from tests.grader.fixing import follow, home
from tests.plain_git import git, run_git

from .terminal import MLOPS, PRICES

RESOLVED = {"prices.csv": PRICES, "README.md": "# Review model of the shop and its pipeline\n"}
# Its fix gives a direction: the learner writes the line.
BY_HAND = {"both-changes"}
# This one asks for the ID of a commit that only the learner can choose.
ASKS = {"tax-side"}


@pytest.mark.heavy
@pytest.mark.timeout(300)
@pytest.mark.parametrize("lab", ["branches-and-merges", "resolve-a-conflict"])
def test_each_fix_that_the_lab_shows_turns_its_check(lab, tmp_path):
    spec = load_spec((MLOPS / "labs" / lab / "lab.yaml").read_text())
    turned, environment = set(), home(tmp_path / "home")
    for scenario in spec.scenarios:
        remote = tmp_path / f"{scenario.line}.git"
        remote.mkdir()
        scenario.build(remote)
        for result in needs_work(spec, remote):
            if result.id in ASKS:
                continue
            folder = tmp_path / f"{scenario.line}-{result.id}"
            git(tmp_path, "clone", "--quiet", "--bare", remote, folder / "remote.git")
            git(tmp_path, "clone", "--quiet", folder / "remote.git", folder / "work")
            printed = follow(result.fix, folder / "work", environment)
            resolve(folder / "work", environment, result)
            left = {each.id for each in needs_work(spec, folder / "remote.git")}
            assert result.id not in left, f"{scenario.name}\n{result.fix}\n{printed}"
            turned.add(result.id)
    assert turned == {check.id for check in spec.checks if check.id != "readable"} - ASKS


def needs_work(spec: LabSpec, remote: Path) -> list[CheckResult]:
    with Repository.open(remote) as repository:
        results = grade(spec, repository).results
    return [result for result in results if result.outcome is Outcome.NEEDS_WORK]


def resolve(folder: Path, environment: dict[str, str], result: CheckResult) -> None:
    """Resolve the conflict at which the commands stopped, as the fix says, then type the rest of them."""
    if result.id in BY_HAND:
        (folder / "prices.csv").write_text(PRICES)
        git(folder, "commit", "--quiet", "--all", "-m", "Use the new price and the new tax")
        git(folder, "push", "--quiet", "origin", "main")
        return
    steps = {"rebase-merge": "rebase", "MERGE_HEAD": "merge"}
    for _ in range(3):
        stopped = next((word for name, word in steps.items() if (folder / ".git" / name).exists()), None)
        if stopped is None:
            break
        for name in git(folder, "diff", "--name-only", "--diff-filter=U").split():
            if name == "coupons.md":
                git(folder, "rm", "--quiet", name)
            else:
                (folder / name).write_text(RESOLVED[name])
                git(folder, "add", name)
        run_git(folder, stopped, "--continue", environment={**environment, "GIT_EDITOR": "true"})
        rest = re.split(rf"(?m)^git {stopped} .*$", result.fix)[-1].partition("\n\n")[0]
        follow(rest.strip(), folder, environment)
