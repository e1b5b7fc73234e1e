"""Limit A: a bare clone and seven questions to Git. Limit B: a small fetch into an existing mirror, and the same.

The questions are those of `repositories.LAB`. No shell, no objects read in Python, no sandbox, no output.
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", ""),
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "LC_ALL": "C",
}


def clone(address: str, folder: Path, options: Sequence[str]) -> None:
    _git(*options, "clone", "--quiet", "--bare", address, str(folder))


def fetch(folder: Path, options: Sequence[str]) -> None:
    _git(*options, f"--git-dir={folder}", "fetch", "--quiet", "origin", "+refs/*:refs/*")


def refs(folder: Path) -> dict[str, str]:
    """Return branches and tags by their full names, as a submission stores them."""
    listing = _git(
        f"--git-dir={folder}",
        "for-each-ref",
        "--format=%(refname) %(objectname)",
        "refs/heads",
        "refs/tags",
    )
    return dict(line.split() for line in listing.splitlines())


def all_hold(folder: Path, commits: int) -> bool:
    """Return True if every statement of `repositories.LAB` is true."""
    where = f"--git-dir={folder}"
    count = int(_git(where, "rev-list", "--count", "main"))
    subjects = _git(where, "log", "--no-merges", "--format=%s", "main").splitlines()
    merges = _git(where, "rev-list", "--merges", "--parents", "main").splitlines()
    feature = _git(where, "rev-parse", "feature/pipeline").strip()
    _git(where, "merge-base", "--is-ancestor", "v1.0.0^{commit}", "main")
    conflicts = _git(where, "grep", "-l", "-E", "^(<{7}|>{7}) ", "main", ends=(0, 1))
    return (
        "refs/heads/main" in refs(folder)
        and count >= commits
        and all(len(subject) >= 10 for subject in subjects)
        and any(feature in line.split()[2:] for line in merges)
        and _git(where, "cat-file", "-t", "v1.0.0").strip() == "tag"
        and _git(where, "cat-file", "-t", "main:README.md").strip() == "blob"
        and not conflicts
    )


def _git(*arguments: str, ends: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(["git", *arguments], env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode not in ends:
        raise RuntimeError(done.stderr)
    return done.stdout
