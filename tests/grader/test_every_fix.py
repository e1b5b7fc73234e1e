"""The text of each fix, followed literally, repairs the problem: in a clean clone, and next to uncommitted work."""

import ast
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path

import pytest

import labs.grader.checks
from labs.grader.checks import KINDS
from labs.grader.sandbox.environments import Environments
from labs.grader.sandbox.local import LocalSandbox
from tests.grader.fix_cases import CASES
from tests.grader.fix_trials import Bench, Trial

MIN_PERCENT = 95
DAILY_CASES = 1
PROCESSES = 3
MESSES = ("other branch", "detached")
# A pull request is repaired on GitHub, which no test here can follow.
ASKED = [kind for kind in KINDS if not KINDS[kind].always_passes and kind != "pull_request"]
# No cases needed: the base class's messages about empty sets are tested with that rule, and the tests of a
# learner run if pytest is installed (tests/sandbox).
NOT_MISSED = {("base", "passed"), ("base", "_asked"), ("code", "failed"), ("own_tests", "_scored")}
# These judge facts from GitHub: see test_check_ci_run and test_check_pull_request.
NOT_MISSED |= {("ci_run", "_judge"), *(("pull_request", name) for name in ("_none", "_judge", "_merge"))}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """If the tests run as root, the sandbox is a different user, who cannot enter pytest's own folder."""
    with tempfile.TemporaryDirectory(prefix="labcheck-fixes-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        sandbox = LocalSandbox(Environments(Path(folder)))
        yield Bench(tmp_path_factory.mktemp("fixes"), None if sandbox.unavailable() else sandbox)


def test_each_kind_has_cases():
    assert set(CASES) == set(ASKED)


# the heavy test below tries each fix of each kind
@pytest.mark.daily(4)
@pytest.mark.parametrize("kind", ASKED[::3])
def test_the_first_fix_of_a_kind_repairs_a_clean_clone(bench, kind):
    if KINDS[kind].confined and bench.sandbox is None:
        pytest.skip("no sandbox")
    cases = [case for case in CASES[kind] if not case.by_hand][:DAILY_CASES]
    trials = [trial for case in cases for trial in bench.trials(case, ("clean",))]
    assert not [str(trial) for trial in trials if trial.fault]


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_at_least_95_of_100_misses_are_repaired_by_the_text_alone(bench, missed, capsys):
    cases = [case for kind in ASKED if bench.sandbox or not KINDS[kind].confined for case in CASES[kind]]
    with ThreadPoolExecutor(PROCESSES) as pool:  # most of the time is spent waiting for Git
        trials = [one for part in pool.map(bench.both, cases, cycle(MESSES)) for one in part]
    clean = [trial for trial in trials if trial.state == "clean"]
    messy = [trial for trial in trials if trial.state != "clean"]
    with capsys.disabled():
        said = "; ".join(f"{name} {_share(some)}" for name, some in (("clean", clean), ("messy", messy)))
        print(f"\nMisses that the shown text alone repairs: {_share([*clean, *messy])} ({said})")
    wrong = [str(trial) for trial in trials if trial.fault]
    for some in (clean, messy):
        assert _percent(some) >= MIN_PERCENT, "\n\n".join(wrong)
    harmed = [
        trial
        for trial in trials
        if trial.fault and not trial.fault.startswith(("still ", "Unclear", "no miss"))
    ]
    assert not harmed, str(harmed[0])
    left = [f"{module}.{function}" for module, function in sorted(_places() - missed - NOT_MISSED)]
    assert not left, ", ".join(left)


def _share(trials: list[Trial]) -> str:
    return f"{sum(not trial.fault for trial in trials)} of {len(trials)}, {_percent(trials):.1f} %"


def _percent(trials: list[Trial]) -> float:
    return 100 * sum(not trial.fault for trial in trials) / len(trials)


@pytest.fixture
def missed(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Return the modules and functions that called `needs_work`."""
    places: set[tuple[str, str]] = set()
    for name, module in list(sys.modules.items()):
        original = getattr(module, "needs_work", None)
        if name.startswith(labs.grader.checks.__name__) and original:

            def recorded(*arguments, _original=original, **more):
                code = sys._getframe(1).f_code
                places.add((Path(code.co_filename).stem, code.co_name))
                return _original(*arguments, **more)

            monkeypatch.setattr(module, "needs_work", recorded)
    return places


def _places() -> set[tuple[str, str]]:
    """Every function of the kinds that may say "needs work"."""
    folder = Path(labs.grader.checks.__file__).parent
    return {
        (path.stem, function.name)
        for path in folder.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "needs_work"
    }
