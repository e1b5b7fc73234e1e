"""`make test`: what the tests need from outside Python, then every check and test, then one line on each.

`make test-quick` runs only the pure cores and the pages. `make test-all` adds the tests that are marked `heavy`
(they kill, fill, hang or wait) and, on PostgreSQL, the tests that depend on the database.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from portal.bootstrap import need_git
from tests.audit import audit

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
PACKAGES = {"bwrap": "bubblewrap"}  # programs whose package has a different name
DAILY_PROGRAMS = ("git", "chromium-headless-shell", "bwrap")
PROGRAMS = {"quick": ("git",), "daily": DAILY_PROGRAMS, "all": (*DAILY_PROGRAMS, "faketime", "nginx")}
# Settings of the caller: the tests see none of them.
SETTINGS = set(re.findall(r'\benv\.\w+\(\s*"(\w+)"', (HERE.parent / "portal/settings.py").read_text()))
# With it, each process of the tests compiles all that it imports again: a twelfth of their time.
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "portal.example.org",
    "PUBLIC_URL": "https://portal.example.org",
}


class Step(NamedTuple):
    title: str
    argv: list[str]
    env: dict[str, str] = {}


SPREAD = ["--dist=loadscope", "--no-loadscope-reorder"]  # as tests/folders.py has it
# One more than the cores of a small machine: browsers and servers are waited for.
PROCESSES = ["--numprocesses=3", *SPREAD]
# For each property that Hypothesis tries; tests/conftest.py has the daily number.
EXAMPLES = "100"
# They need neither a database nor a server of their own, or only pages of Django's test client.
QUICK_FOLDERS = ["grader", "quizzes", "rendering", "pages", "lessons", "quiz_pages", "progress", "accounts"]
# They compare the engine with git itself, process by process.
NOT_QUICK = [
    "grader/test_fixes.py",
    "grader/test_fixes_of_history.py",
    "grader/test_git_oracle.py",
    "grader/test_hostile_texts.py",
    "grader/test_labcheck_package.py",
    "grader/test_odd_repositories.py",
]
# Heavy tests that load or measure the whole machine: nothing else may run beside them.
ALONE = ["benchmarks", "chaos", "labs/test_rush.py"]
# Nothing in these depends on the kind of database: pure cores, files, processes, and pages. The access matrix opens
# each page on PostgreSQL, so browsers need not.
NOT_ON_POSTGRES = [
    "authoring",
    "benchmarks",
    "coverage",
    "fetch",
    "grader",
    "local_reports",
    "notes",
    "pages",
    "production",
    "quiz_files",
    "quizzes",
    "release",
    "rendering",
    "run",
    "sandbox",
    "snippets",
    "teaching",
    "texts",
]
CHECKS = [
    Step("Format", [str(BIN / "ruff"), "format", "--check", "."]),
    Step("Lint", [str(BIN / "ruff"), "check", "."]),
    Step("Import contracts", [str(BIN / "lint-imports")]),
    Step("Types", [sys.executable, "-m", "mypy", "portal", "lessons", "labs"]),
    Step(
        "Production settings",
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        PRODUCTION,
    ),
    Step("Migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
]


def tests(title: str, *arguments: str, **env: str) -> Step:
    return Step(title, [sys.executable, "-m", "pytest", "-rfEs", *arguments], env)


# The run of one test collects them all.
PREPARING = tests("Preparing", "-k", "test_database_of_the_tests_has_all_migrations")


def steps(tier: str) -> list[Step]:
    """The steps of `make test-quick` (quick), `make test` (daily) or `make test-all` (all)."""
    if tier == "quick":
        folders = [f"tests/{name}" for name in QUICK_FOLDERS]
        marks = "not heavy and not browser and not processes and not postgres"
        title = "Tests of the pure cores and the pages"
        return [tests(title, *PROCESSES, "-m", marks, *without(NOT_QUICK), *folders)]
    daily = ["Tests", *PROCESSES, "-m", "not heavy"]
    if tier == "daily":
        return [*CHECKS, tests(*daily)]
    seed = os.environ.get("TEST_SEED") or str(secrets.randbelow(10**6))
    print(f"The random seed of the chaos tests is {seed}. Set TEST_SEED={seed} to repeat it.", flush=True)
    heavy = {"TEST_SEED": seed, "GRADING_LEASE_SECONDS": "3", "EXAMPLES": EXAMPLES}
    on_postgres = ["-m", "not heavy and not browser", *without(NOT_ON_POSTGRES)]
    return [
        *CHECKS,
        tests(*daily, EXAMPLES=EXAMPLES),
        tests("Heavy tests", "--numprocesses=2", *SPREAD, "-m", "heavy", *without(ALONE), **heavy),
        tests(
            "Heavy tests of the whole machine", "-m", "heavy", *[f"tests/{name}" for name in ALONE], **heavy
        ),
        Step(
            "Tests on PostgreSQL", [sys.executable, "-m", "tests.run_on_postgres", *PROCESSES, *on_postgres]
        ),
    ]


def without(names: list[str]) -> list[str]:
    return [f"--ignore=tests/{name}" for name in names]


def main(tier: str = "daily") -> int:
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    missing = [note for note in (install_debian(*PROGRAMS[tier]), install_axe()) if note]
    need_git("test")
    todo = steps(tier)
    # make test-quick has no checks, beside which a core is free
    prepare = nullcontext if tier == "quick" else preparing
    with tempfile.TemporaryDirectory(prefix="portal-test-") as var, prepare(var):
        results = [run(step, var) for step in todo]
    faults, not_audited = audit() if tier != "quick" else ([], "")
    missing += [not_audited] if not_audited else []
    print("\n== Summary")
    for step, (passed, seconds) in zip(todo, results, strict=True):
        print(f"{'passed' if passed else 'FAILED'}  {step.title} ({seconds:.0f} s)")
    for fault in faults:
        print(f"FAILED  Known vulnerability: {fault}")
    for note in missing:
        print(f"not run {note}")
    return 0 if all(passed for passed, _ in results) and not faults else 1


def run(step: Step, var: str) -> tuple[bool, float]:
    """Run in an environment without this machine's settings, with a separate `var/`."""
    print(f"\n== {step.title}", flush=True)
    started = time.monotonic()
    code = subprocess.call(step.argv, env=environment(step, var))
    return code == 0, time.monotonic() - started


def environment(step: Step, var: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in {*SETTINGS, NO_BYTECODE}}
    return {**inherited, "VAR": var, **step.env}


@contextmanager
def preparing(var: str) -> Iterator[None]:
    """Compile the tests and migrate their database beside the checks, which use one core.

    In a new checkout, each process of the tests would compile all of them.
    """
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(PREPARING.argv, env=environment(PREPARING, var), **quiet)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def install_debian(*programs: str) -> str:
    """Install programs that are not on PATH; return a line that says why one is still missing, or ""."""
    packages = [PACKAGES.get(program, program) for program in programs if not shutil.which(program)]
    if not packages:
        return ""
    if os.getuid() or not shutil.which("apt-get"):
        return f"tests that need {' and '.join(packages)}: not installed. Only root on Debian can install them here"
    print(f"Installing {' and '.join(packages)}", flush=True)
    # The last two lines: no service of a package is started.
    own = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1", "SYSTEMD_OFFLINE": "1"}
    for argv in (
        ["apt-get", "update"],
        ["apt-get", "install", "--yes", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(argv, env={**os.environ, **own}, capture_output=True, text=True)
        if done.returncode:
            return f"tests that need {' and '.join(packages)}: {' '.join(argv[:2])} said: {last_line(done.stderr)}"
    return ""


def install_axe() -> str:
    """Install axe-core and GitHub's workflow parser in tests/node_modules; return "" or a line that says why not."""
    lock, installed = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return ""
    node = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(HERE / "requirements-node.txt")]
    axe = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    print("Installing axe-core and GitHub's workflow parser", flush=True)
    for argv in (axe,) if shutil.which("npm") else ([sys.executable, *node], axe):
        done = subprocess.run(argv, cwd=HERE, capture_output=True, text=True)
        if done.returncode:
            return f"tests that need axe-core or GitHub's parser: {Path(argv[0]).name} said: {last_line(done.stderr)}"
    return ""


def last_line(text: str) -> str:
    return (text.strip() or "nothing").splitlines()[-1]


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
