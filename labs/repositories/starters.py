"""Give a practice repository the starter of its lab, and later its changes, as a branch that only the portal writes.

The objects of a starter are one pack in `starters/`, hard-linked into each repository that needs them: no repository
reads another, and removing one removes only its link. Each pack has a `.keep` file, so that repacking leaves it alone.
"""

import logging
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

from django.conf import settings

from labs.grader.git.objects import absent
from labs.grader.git.processes import RepositoryError
from labs.grader.scenarios.world import COURSE, World
from labs.models import LabVersion, Repository, snapshot_digest
from labs.repositories import bare, ref_files
from labs.specs import parse_spec

logger = logging.getLogger(__name__)

BRANCH = "course"
MESSAGE = "Update the starter"


def provide(repository: Repository) -> None:
    """Write the starter into an empty repository, or its changes into a later one. Call it before a fetch.

    Raises BusyError, RepositoryError, OSError.
    """
    version = repository.lab.current
    if version is None or not version.starter:
        return
    if repository.starter_id in (None, version.pk) and not ref_files.read_ids(repository.path):
        _begin(repository, version)
    elif _is_outdated(repository, version):
        _offer(repository, version)


@dataclass(frozen=True)
class StarterUpdate:
    """A change of the starter that a learner has not merged: its version, its branch, and the changed files.

    `is_first` is True for a learner who began without a starter: the histories are unrelated.
    """

    version: LabVersion
    branch: str
    files: list[tuple[str, str]]
    is_first: bool = False


def first_update(version: LabVersion) -> StarterUpdate:
    """Return the whole starter, for a learner whose first fetch from the practice remote brings it."""
    branch = str(version.starter["head"]).removeprefix("refs/heads/")
    return StarterUpdate(version, branch, _changed_files(None, version), is_first=True)


def unmerged_update(repository: Repository) -> StarterUpdate | None:
    """Return the change that the next fetch brings, or that an earlier one brought; None if all is merged.

    `repository` is on the practice remote, and began with a starter or has a receipt.
    """
    current, old = repository.lab.current, repository.starter
    if current is None or not current.starter:
        return None
    if not _is_outdated(repository, current):
        if repository.update_merged or not repository.update:
            return None
        current = repository.update
    if repository.update and repository.update_merged:
        old = repository.update
    branch = repository.update_branch or _free_branch(repository.path)
    return StarterUpdate(current, branch, _changed_files(old, current), is_first=old is None)


def _changed_files(old: LabVersion | None, new: LabVersion) -> list[tuple[str, str]]:
    # each with a word, sorted by path
    before, after = (_play(version).files(_head_of(version)) if version else {} for version in (old, new))
    words = {path: "Changed" if path in before else "Added" for path in after}
    words |= dict.fromkeys(before.keys() - after.keys(), "Deleted")
    return [(path, words[path]) for path in sorted(words) if before.get(path) != after.get(path)]


def _is_outdated(repository: Repository, version: LabVersion) -> bool:
    # a learner who began without a starter has had none
    return _head_of(repository.update or repository.starter) != _head_of(version)


def _begin(repository: Repository, version: LabVersion) -> None:
    path = repository.path
    with bare.hold_lock(path):
        if ref_files.read_ids(path) or repository.receipts.exists():  # pushed meanwhile, or all was deleted
            return
        # First the row: refs that no row explains would be taken for an interrupted push.
        repository.starter = version
        repository.save(update_fields=["starter"])
        link_objects(version, path)
        _write(path / "HEAD", f"ref: {version.starter['head']}\n")
        refs = sorted(version.starter["refs"].items())
        _write(path / "packed-refs", "".join(f"{object_id} {name}\n" for name, object_id in refs))


def note_merge(repository: Repository, refs: Mapping[str, str]) -> None:
    """Note that the learner has merged the update, after a push. If this fails, the lab page only keeps its notice."""
    if repository.update_commit and not repository.update_merged:
        _note_merge(repository, repository.path, refs)


def note_merge_elsewhere(repository: Repository, path: Path, refs: Mapping[str, str]) -> None:
    """Do the same after a state of a repository on another host was graded; `path` has its objects.

    Such a repository began with a starter if it contains the current one, or the one of the learner's first clone.
    """
    version = repository.lab.current
    if version is None or not version.starter:
        return
    same = Repository.objects.filter(enrollment=repository.enrollment_id, lab=repository.lab_id, host=None)
    practice = same.select_related("starter").first()
    if practice and practice.update_commit and not practice.update_merged:
        _note_merge(practice, path, refs)
    if repository.starter_id is None:
        begun = [version, practice.starter] if practice and practice.starter else [version]
        found = next((each for each in begun if _has_merged(repository, path, _head_of(each), refs)), None)
        if found:
            repository.starter = found
            repository.save(update_fields=["starter"])


def _note_merge(repository: Repository, path: Path, refs: Mapping[str, str]) -> None:
    if _has_merged(repository, path, repository.update_commit, refs):
        repository.update_merged = True
        repository.save(update_fields=["update_merged"])


def _has_merged(repository: Repository, path: Path, commit: str, refs: Mapping[str, str]) -> bool:
    try:
        return not absent(path, [commit]) and bare.is_reachable(path, commit, refs.values())
    except (RepositoryError, bare.TookTooLongError):
        logger.exception("repository %s cannot be searched for its update", repository.pk)
        return False


# --- changes ---------------------------------------------------------------------------------------------------------


def _offer(repository: Repository, version: LabVersion) -> None:
    path = repository.path
    had = repository.update or repository.starter
    with bare.hold_lock(path):
        link_objects(version, path)
        base = repository.update_commit or _head_of(had)  # "" for a learner who began without a starter
        commit = _update_commit(path, version, base)
        ref = ref_files.read_update_ref(path) or f"refs/heads/{_free_branch(path)}"
        # First the name: without it, the branch would count as the learner's.
        _write(path / ref_files.UPDATE_REF, ref)
        (path / ref).parent.mkdir(parents=True, exist_ok=True)
        _write(path / ref, f"{commit}\n")
        repository.update, repository.update_commit = version, commit
        repository.update_merged = not base and _has_merged(
            repository, path, commit, ref_files.read_refs(path)
        )
        repository.update_branch = ref.removeprefix("refs/heads/")
        repository.save(update_fields=["update", "update_commit", "update_branch", "update_merged"])


def _head_of(version: LabVersion | None) -> str:
    return str(version.starter["refs"][version.starter["head"]]) if version else ""


def _update_commit(path: Path, version: LabVersion, base: str) -> str:
    # the new starter itself if it continues the old one, else a commit with its files on top of the old one
    world, tip = _play(version), _head_of(version)
    if not base or base in world.history.ancestors(tip):
        return tip
    seconds = int(version.created_at.timestamp())
    person = f"{COURSE.name} <{COURSE.email}> {seconds} +0000"
    tree = world.history[tip].tree
    text = f"tree {tree}\nparent {base}\nauthor {person}\ncommitter {person}\n\n{MESSAGE}\n"
    return _write_object(path, b"commit %d\0%s" % (len(text.encode()), text.encode()))


def _write_object(path: Path, whole: bytes) -> str:
    object_id = sha1(whole, usedforsecurity=False).hexdigest()
    file = path / "objects" / object_id[:2] / object_id[2:]
    file.parent.mkdir(exist_ok=True)
    if not file.exists():
        _write(file, zlib.compress(whole, 1))
    return object_id


def _free_branch(path: Path) -> str:
    taken = [os.fsdecode(name).removeprefix("refs/heads/") for name in ref_files.read_ids(path)]
    return next(name for name in _names() if not any(f"{other}/".startswith(f"{name}/") for other in taken))


def _names() -> Iterator[str]:
    yield BRANCH
    yield from (f"{BRANCH}-{number}" for number in range(2, 10_000))


# --- objects ---------------------------------------------------------------------------------------------------------


def _play(version: LabVersion) -> World:
    start = parse_spec(version.source).start
    assert start is not None  # noqa: S101 - a version with `starter` describes one
    return start.play()


def link_objects(version: LabVersion, path: Path) -> None:
    """Link the pack of a version's starter into a repository. Raises OSError, RepositoryError."""
    for file in _stored(version).iterdir():
        there = path / "objects/pack" / file.name
        if there.exists():
            continue
        try:
            os.link(file, there)
        except OSError:  # a file system without hard links
            new = there.with_name(f"tmp_{file.name}")  # `sweep` removes what a full disk leaves of it
            shutil.copyfile(file, new)
            new.replace(there)


def _stored(version: LabVersion) -> Path:
    # the folder with the pack, made once for each content
    root = Path(settings.PRACTICE_ROOT) / "starters"
    place = root / snapshot_digest(version.starter["refs"])
    if place.is_dir():
        return place
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="labcheck-", dir=root) as folder:
        world, made = _play(version), Path(folder)
        world.write(made)
        name = _pack(made, world)
        (made / "objects/pack" / f"pack-{name}.keep").touch()
        try:
            (made / "objects/pack").rename(place)
        except OSError:
            if not place.is_dir():  # else another process was faster
                raise
    return place


def _pack(made: Path, world: World) -> str:
    (made / "objects/pack").mkdir()
    return bare.pack_objects(made, world.refs.values())


def _write(path: Path, content: str | bytes) -> None:
    # whole or not at all
    new = path.with_name(f"{path.name}.{os.getpid()}.lock")
    new.write_bytes(content.encode() if isinstance(content, str) else content)
    new.replace(path)
