"""From a bare checkout to a running goal: find a suitable Python, fill `.venv`, then exec the goal's program.

The Makefile calls this with whatever Python the machine has. So it uses only the standard library and parses
on Python 2.7 and 3.6 too, where it only has to find a better one or say what is missing.
"""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time

FIT = ((3, 11), (3, 12), (3, 13))
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed.json")
THE_PORTAL = ("run", "shell", "github")  # goals that need only the portal itself, in development mode
PROGRAMS = {
    "run": ["-m", "portal.supervisor"],
    "test": ["-m", "tests.run_all", "daily"],
    "test-quick": ["-m", "tests.run_all", "quick"],
    "test-all": ["-m", "tests.run_all", "all"],
    "test-postgres": ["-m", "tests.run_on_postgres"],
    "bench": ["-m", "benchmarks"],
    "github": ["-m", "tests.github.stand_in"],
    "fmt": ["-m", "ruff", "format"],
    "shell": ["manage.py", "shell"],
    "screens": ["-m", "pytest", "-q", "-rs", "--no-header", "tests/screens.py"],
}
REQUIREMENTS = {
    goal: ["requirements.txt"] if goal in THE_PORTAL else ["requirements.txt", "tests/requirements.txt"]
    for goal in PROGRAMS
}
# The shell runs line 2 and Python skips it, because a `#!` line allows neither spaces nor a long path.
LABCHECK = """#!/bin/sh
'''exec' {python} "$0" "$@"
' '''
import sys

sys.path.insert(0, {root!r})
from labs.grader.__main__ import main

sys.exit(main())
"""


def main(goal):
    use_fit_python(goal)
    need_venv(goal)
    if goal in THE_PORTAL:
        need_git(goal)
        os.environ.setdefault("DEBUG", "1")
    os.chdir(ROOT)
    with hold_lock(os.path.join("var", "install.lock")) as lock:
        install(REQUIREMENTS[goal], Steps(goal, lock))
    os.execv(PYTHON, [PYTHON] + PROGRAMS[goal])


def use_fit_python(goal):
    """Return on a suitable Python; otherwise exec the newest suitable one on PATH, or exit with one line."""
    if sys.version_info[:2] in FIT:
        return
    for name in ("python3.13", "python3.12", "python3.11"):
        if works(name):
            os.execvp(name, [name, os.path.abspath(__file__), goal])
    sys.exit(
        "Python 3.11, 3.12 or 3.13 is required. This is %s. Install one and run: make %s PYTHON=python3.12"
        % (".".join(str(part) for part in sys.version_info[:3]), goal)
    )


def works(name):
    # It must be able to create a `.venv`: a version manager's shim may exist only to print an error.
    with open(os.devnull, "w") as nothing:
        try:
            return (
                subprocess.call([name, "-c", "import ensurepip, venv"], stdout=nothing, stderr=nothing) == 0
            )
        except OSError:
            return False


def need_venv(goal):
    try:
        import ensurepip  # noqa: F401 - what Debian leaves out when it leaves out venv
        import venv  # noqa: F401
    except ImportError:
        package = "python%d.%d-venv" % sys.version_info[:2]
        sys.exit(
            "The venv module is missing. Install it (Debian, Ubuntu: apt install %s), then run again: make %s"
            % (package, goal)
        )


def need_git(goal):
    from shutil import which  # absent from Python 2.7

    if not which("git"):
        sys.exit(
            "git was not found. Install it (Debian, Ubuntu: apt install git; macOS: xcode-select --install), "
            "then run again: make %s" % goal
        )


@contextlib.contextmanager
def hold_lock(path):
    """Hold the file's lock. Installers inherit it, so one that outlives its parent is waited for."""
    import fcntl

    if not os.path.isdir(os.path.dirname(path)):
        os.makedirs(os.path.dirname(path))
    with open(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another installation is running in this checkout. Waiting for it.\n")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def install(requirements, steps):
    """Install these requirement files in `.venv`, unless its stamp says that they are installed.

    The stamp is removed while anything changes, and a `.venv` without one is created again, so an interrupted
    installation leaves nothing behind.
    """
    wanted = {"python": sys.version.split()[0], "root": ROOT}
    for name in ["portal/uv.txt"] + requirements:
        with open(name, "rb") as file:
            wanted[name] = hashlib.sha256(file.read()).hexdigest()
    stamp = read_stamp()
    if all(stamp.get(key) == value for key, value in wanted.items()):
        return
    if os.path.exists(STAMP):
        os.unlink(STAMP)
    if any(stamp.get(key) != wanted[key] for key in ("python", "root")):
        steps.run("Creating .venv", [sys.executable, "-m", "venv", "--clear", VENV])
    pip = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "-r",
        "portal/uv.txt",
    ]
    steps.run("Installing uv", pip)
    uv = [
        os.path.join(VENV, "bin", "uv"),
        "pip",
        "install",
        "--python",
        PYTHON,
        "--require-hashes",
        "--compile-bytecode",
    ]
    steps.run(
        "Installing packages", uv + ["--requirement=" + name for name in requirements], uv_environment()
    )
    write_labcheck()
    write(STAMP, json.dumps(wanted))


def read_stamp():
    if not (os.path.exists(PYTHON) and os.path.exists(STAMP)):
        return {}
    with open(STAMP) as file:
        return json.load(file)


def uv_environment():
    # pip's configuration as uv's variables, as for the environments of labs.
    sys.path.insert(0, ROOT)  # safe now: this Python is suitable
    from labs.grader.sandbox import package_index

    return package_index.uv_environment(PYTHON, dict(os.environ))


def write_labcheck():
    from shlex import quote  # absent from Python 2.7

    path = os.path.join(VENV, "bin", "labcheck")
    write(path, LABCHECK.format(python=quote(PYTHON), root=ROOT))
    os.chmod(path, 0o755)


def write(path, text):
    with open(path + ".new", "wb") as file:
        file.write(text.encode("utf-8"))
    os.rename(path + ".new", path)


class Steps(object):
    """Run long steps, one line each, with a dot per second and the total time at the end."""

    def __init__(self, goal, lock):
        self.goal = goal
        self.lock = lock

    def run(self, title, argv, env=None):
        say(title + " ")
        started = time.time()
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                pass_fds=[self.lock.fileno()],
            )
            while not has_ended(process, 1):
                say(".")
            if process.returncode:
                output.seek(0)
                say("\n" + output.read().decode("utf-8", "replace")[-3000:] + "\n")
                sys.exit("%s failed. Fix the problem above, then run again: make %s" % (title, self.goal))
        say(" %.1f s\n" % (time.time() - started))


def has_ended(process, seconds):
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
