"""`make test`: what the tests need from outside Python, then every check and test, then one line on each."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from portal.bootstrap import need_git

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
PACKAGES = {"bwrap": "bubblewrap"}  # where a package is not called as its program
SETTINGS = (
    "DEBUG",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "PUBLIC_URL",
    "PORT",
    "DATABASE_URL",
    "REDIS_URL",
    "PRACTICE_ROOT",
    "SANDBOX",
    "ENVIRONMENTS_ROOT",
)
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


TWO_PROCESSES = [
    "--numprocesses=2",
    "--dist=loadscope",
    "--no-loadscope-reorder",
]  # as tests/folders.py has it
STEPS = [
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
    Step("Tests", [sys.executable, "-m", "pytest", "-rfEs", *TWO_PROCESSES]),
]


def main() -> int:
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    missing = [
        note for note in (install_debian("git", "chromium-headless-shell", "bwrap"), install_axe()) if note
    ]
    need_git("test")
    with tempfile.TemporaryDirectory(prefix="portal-test-") as var:
        results = [run(step, var) for step in STEPS]
    print("\n== Summary")
    for step, (passed, seconds) in zip(STEPS, results, strict=True):
        print(f"{'passed' if passed else 'FAILED'}  {step.title} ({seconds:.0f} s)")
    for note in missing:
        print(f"not run {note}")
    return 0 if all(passed for passed, _ in results) else 1


def run(step: Step, var: str) -> tuple[bool, float]:
    """In an environment that says nothing of this machine's portal, with a `var/` of its own."""
    print(f"\n== {step.title}", flush=True)
    started = time.monotonic()
    inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    code = subprocess.call(step.argv, env={**inherited, "VAR": var, **step.env})
    return code == 0, time.monotonic() - started


def install_debian(*programs: str) -> str:
    """Installs what is not on PATH; says in one line what is still missing after that, and why."""
    packages = [PACKAGES.get(program, program) for program in programs if not shutil.which(program)]
    if not packages:
        return ""
    if os.getuid() or not shutil.which("apt-get"):
        return f"tests that need {' and '.join(packages)}: not installed, and only root on Debian can do it from here"
    print(f"Installing {' and '.join(packages)}", flush=True)
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    for argv in (
        ["apt-get", "update"],
        ["apt-get", "install", "--yes", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(argv, capture_output=True, text=True)
        if done.returncode:
            return f"tests that need {' and '.join(packages)}: {' '.join(argv[:2])} said: {last_line(done.stderr)}"
    return ""


def install_axe() -> str:
    """Brings axe-core into tests/node_modules; says in one line why it could not."""
    lock, installed = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return ""
    node = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(HERE / "requirements-node.txt")]
    axe = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    print("Installing axe-core", flush=True)
    for argv in (axe,) if shutil.which("npm") else ([sys.executable, *node], axe):
        done = subprocess.run(argv, cwd=HERE, capture_output=True, text=True)
        if done.returncode:
            return f"tests that need axe-core: {Path(argv[0]).name} said: {last_line(done.stderr)}"
    return ""


def last_line(text: str) -> str:
    return (text.strip() or "nothing").splitlines()[-1]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
