"""The starter of a lab: commits that learners start from, and whose commits are not theirs."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .formats.yaml_values import Value
from .git.trees import Entry
from .parameters import ObjectId, did_you_mean
from .problem import Problem
from .scenarios import Scenario
from .scenarios.changes import Step
from .scenarios.objects import StepError
from .scenarios.world import World
from .words import quoted, size

MAX_STARTER_BYTES = 8 << 20
MAX_STARTER_REFS = 100
MAX_STARTER_FILES = 500
FOLDER = "starter"  # next to lab.yaml; also the name by which scenarios continue it
_KEY = "starter"
_MESSAGE = "Start"

FolderFiles = Mapping[str, bytes]  # by path below the folder


@dataclass(frozen=True)
class Starter:
    """The starter as lab.yaml has it: commits elsewhere, the name of a scenario, or the folder `starter`.

    With a folder, `commit` is the one that the portal made of its files.
    """

    commit: ObjectId | tuple[ObjectId, ...] | None = None
    scenario: str | None = None
    folder: Literal["starter"] | None = None

    @property
    def commits(self) -> tuple[str, ...]:
        if isinstance(self.commit, tuple):
            return self.commit
        return (self.commit,) if self.commit else ()


@dataclass(frozen=True, kw_only=True)
class CommitFolder(Step):
    """Commit the files of a folder. A file that begins with `#!` is executable."""

    files: FolderFiles | None

    @property
    def is_complete(self) -> bool:
        return self.files is not None

    def do(self, world: World) -> None:
        if self.files is None:
            raise StepError("the files of the folder `starter` are not here")
        person = world.learner.at(world.now())
        entries = {path: self._entry(world, data) for path, data in sorted(self.files.items())}
        world.move_head(world.add_commit(entries, (), _MESSAGE, author=person, committer=person))

    def _entry(self, world: World, data: bytes) -> Entry:
        return Entry(b"100755" if data.startswith(b"#!") else b"100644", world.objects.add("blob", data))


def start_of_folder(files: FolderFiles | None, line: int = 1) -> Scenario:
    """Return the scenario that commits these files, which other scenarios continue with `after: starter`."""
    return Scenario(FOLDER, line, ((line, CommitFolder(files=files)),), {}, given=1)


def read_folder(folder: Path) -> FolderFiles | None:
    """Return the regular files below a folder, without Git's own; None if there is none.

    Raises OSError, ValueError for a symbolic link or too many files.
    """
    found: dict[str, bytes] = {}
    left = MAX_STARTER_BYTES
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {".git"})
        for path in (Path(parent, name) for name in (*folders, *sorted(names))):
            if path.is_symlink():
                raise ValueError(f"{path} is a symbolic link, which a starter cannot have")
            if path.is_dir():
                continue
            left -= path.stat().st_size
            if left < 0 or len(found) >= MAX_STARTER_FILES:
                raise ValueError(
                    f"the folder has more than {MAX_STARTER_FILES} files or {size(MAX_STARTER_BYTES)}"
                )
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found or None


def starter_problems(
    value: Value, starter: Starter, names: Sequence[str], start: Scenario | None
) -> list[Problem]:
    """Return the mistakes of a starter. `names` are those of the lab's scenarios, `start` is the one it means."""
    if starter.folder:
        return _folder_problems(value, starter, start)
    if (not starter.commit) == (starter.scenario is None):
        return [Problem(value.line, _KEY, "expected a commit, a scenario or a folder")]
    if starter.scenario is None:
        return []
    if starter.scenario not in names:
        hint = did_you_mean(starter.scenario, list(names)) if names else "Add it below `scenarios`."
        message = f"no scenario has the name {quoted(starter.scenario)}. {hint}"
        return [Problem(value.line, f"{_KEY}.scenario", message)]
    too_large = start and _limit(start.play())
    return [Problem(value.line, f"{_KEY}.scenario", too_large)] if too_large else []


def _folder_problems(value: Value, starter: Starter, start: Scenario | None) -> list[Problem]:
    if starter.scenario:
        return [Problem(value.line, _KEY, "expected a scenario or a folder, not both")]
    if start is None or not start.is_complete:
        missing = "the files of the folder are missing: put it next to lab.yaml, or upload it in the portal"
        return [] if len(starter.commits) == 1 else [Problem(value.line, f"{_KEY}.folder", missing)]
    try:
        said = _limit(start.play())
    except StepError as error:
        said = str(error)
    return [Problem(value.line, f"{_KEY}.folder", said)] if said else []


def _limit(world: World) -> str:
    if world.objects.total_bytes > MAX_STARTER_BYTES:
        return f"the starter has {size(world.objects.total_bytes)}. The limit is {size(MAX_STARTER_BYTES)}."
    if len(world.refs) > MAX_STARTER_REFS:
        return f"the starter has {len(world.refs)} branches and tags. The limit is {MAX_STARTER_REFS}."
    if len(world.paths) > MAX_STARTER_FILES:
        return f"the starter has {len(world.paths):,} files. The limit is {MAX_STARTER_FILES}."
    if path := next((path for path in sorted(world.paths) if _is_reserved(path)), None):
        return f"Git refuses to check out the path {quoted(path)}"
    return ""


def _is_reserved(path: str) -> bool:
    parts = path.lower().split("/")
    return "\0" in path or not {"", ".", "..", ".git"}.isdisjoint(parts)
