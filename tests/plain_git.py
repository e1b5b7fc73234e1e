"""Git as a learner runs it in tests, with nothing of this machine's configuration."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

LEARNER = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Learner"), ("EMAIL", "learner@example.org"))
}
# No process that looks for garbage after each commit, and no wait for the disk.
FAST = {"maintenance.auto": "false", "core.fsync": "none"}
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
    **LEARNER,
    "GIT_CONFIG_COUNT": str(len(FAST)),
    **{f"GIT_CONFIG_KEY_{number}": name for number, name in enumerate(FAST)},
    **{f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(FAST.values())},
}
SECONDS = 60


def run_git(
    folder: Path,
    *arguments: str | Path,
    stdin: str | bytes = b"",
    check: bool = True,
    environment: Mapping[str, str] = ENVIRONMENT,
) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=environment,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0 or not check, (arguments, done.stderr.decode(errors="replace"))
    return done


def git(
    folder: Path,
    *arguments: str | Path,
    stdin: str | bytes = b"",
    check: bool = True,
    environment: Mapping[str, str] = ENVIRONMENT,
) -> str:
    """Return what git prints, without surrounding whitespace; bytes that are not UTF-8 are surrogates."""
    done = run_git(folder, *arguments, stdin=stdin, check=check, environment=environment)
    return done.stdout.decode("utf-8", "surrogateescape").strip()
