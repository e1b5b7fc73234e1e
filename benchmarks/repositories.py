"""Generated repositories of several sizes: the same bytes in every run, created once and cached in `var/benchmarks`."""

import base64
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.limits.plumbing import ENVIRONMENT

KEPT = Path("var/benchmarks/repositories").absolute()
FILES_PER_FOLDER = 50
PERSON = "Learner <learner@example.org> 1764430200 +0530"
OWN = {
    **ENVIRONMENT,
    **{f"GIT_{role}_NAME": "Learner" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "learner@example.org" for role in ("AUTHOR", "COMMITTER")},
}
LAB = """\
schema: 2
title: All of it holds
pass_mark: 100
checks:
  - {{id: readable, says: It can be read, readable: {{}}, points: 0}}
  - {{id: commits, says: main holds enough commits, commits: {{on: main, at_least: {commits}}}, points: 20}}
  - {{id: messages, says: Messages say something,
      each_commit: {{matches: '^[A-Z].{{9,}}', blank_second_line: true}}, points: 20}}
  - {{id: merged, says: feature/pipeline is merged,
      merged: {{name: feature/pipeline, into: main, by: merge-commit}}, points: 20}}
  - {{id: tag, says: A tag marks a commit of main, tag: {{name: v1.0.0, annotated: true, on: main}}, points: 20}}
  - {{id: readme, says: There is a README.md, file: {{path: README.md, at: main, exists: true}}, points: 10}}
  - {{id: conflict, says: No conflict is left, no_conflict_markers: {{at: main}}, points: 10}}
"""


@dataclass(frozen=True)
class Size:
    """`megabytes` is the size of the pack, divided about evenly over the files and commits."""

    name: str
    commits: int
    files: int
    megabytes: float

    @property
    def lab(self) -> str:
        return LAB.format(commits=min(self.commits, 100_000))  # the most that a lab may require


SMALL = Size("small", 10, 20, 0.1)
MEDIUM = Size("medium", 1_000, 2_000, 20)
LARGE = Size(
    "large", 19_900, 4_850, 200
)  # just under the engine's 20,000 commits and 5,000 entries, folders included
LONG = Size("long", 200_000, 20, 10)  # the most that the engine walks


def repository(size: Size) -> Path:
    """A bare repository of this size. It is shared: copy it before you push to it."""
    path = KEPT / f"{size.name}-{size.commits}-{size.files}.git"
    if not path.is_dir():
        new = path.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        generate(size, new)
        new.rename(path)
    return path


def generate(size: Size, path: Path) -> None:
    path.mkdir(parents=True)
    _git(path, "init", "--quiet", "--bare", "--initial-branch=main")
    _import(path, size)


def copied(size: Size, path: Path) -> Path:
    shutil.copytree(repository(size), path, copy_function=os.link)
    return path


def new_commit(path: Path) -> str:
    """Add a commit to main in a bare repository; return its ID."""
    tree, parent = _git(path, "rev-parse", "main^{tree}", "main").split()
    commit = _git(path, "commit-tree", tree, "-p", parent, "-m", "Say what was measured").strip()
    _git(path, "update-ref", "refs/heads/main", commit)
    return commit


def _git(path: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=path, env=OWN, check=True, capture_output=True, text=True)
    return done.stdout


def _import(path: Path, size: Size) -> None:
    arguments = ["-c", "fastimport.unpackLimit=0", "-c", "core.compression=1"]
    argv = ["git", *arguments, "fast-import", "--quiet", "--depth=0"]
    with subprocess.Popen(argv, cwd=path, env=ENVIRONMENT, stdin=subprocess.PIPE) as process:
        for piece in _history(size):
            process.stdin.write(piece)
        process.stdin.close()
    if process.returncode:
        raise RuntimeError(f"git fast-import ended with {process.returncode}")


def _history(size: Size) -> Iterator[bytes]:
    """Create all files in the first commit, change one file in each later commit, then merge a feature branch."""
    length = int(size.megabytes * 1e6 / (size.files + size.commits))
    yield _commit(1, "main", "Describe the project in a first form")
    yield _file("README.md", b"# A project\n")
    for number in range(size.files - 1):
        yield _file(_path(number), _text(number, length))
    for number in range(2, size.commits - 1):
        yield _commit(number, "main", f"Rewrite the notes of part {number}", number - 1)
        yield _file(_path(number % (size.files - 1)), _text(size.files + number, length))
    last = size.commits
    yield _commit(last - 1, "feature/pipeline", "Draw the pipeline", last - 2)
    yield _file("pipeline.md", b"checkout, build, test, deploy\n")
    yield _commit(last, "main", "Merge branch 'feature/pipeline'", last - 2)
    yield f"merge :{last - 1}\n".encode() + _file("pipeline.md", b"checkout, build, test, deploy\n")
    yield f"tag v1.0.0\nfrom :{last}\ntagger {PERSON}\ndata 13\nFirst release\n".encode()


def _commit(mark: int, branch: str, message: str, parent: int | None = None) -> bytes:
    start = f"from :{parent}\n" if parent else ""
    head = f"commit refs/heads/{branch}\nmark :{mark}\ncommitter {PERSON}\ndata {len(message)}\n{message}\n"
    return (head + start).encode()


def _path(number: int) -> str:
    return f"part-{number // FILES_PER_FOLDER:03}/notes-{number:05}.txt"


def _file(path: str, content: bytes) -> bytes:
    return f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"


def _text(number: int, packed: int) -> bytes:
    """Return lines of letters that compress to about this many bytes."""
    return base64.encodebytes(hashlib.shake_256(str(number).encode()).digest(packed))
