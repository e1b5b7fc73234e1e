"""Read-only access to a stranger's repository: one walk of its history, one process for its objects, no checkout."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import tee
from pathlib import Path
from types import TracebackType

from ..parameters import DEFAULT
from ..words import quoted
from .blobs import Blob, read_blobs, sizes_of
from .changes import Changes, read_changes
from .history import FORMAT, Commit, History
from .objects import ObjectReader
from .once import Once
from .people import FORMAT as PEOPLE_FORMAT
from .people import People
from .processes import (
    MissingObjectError,
    RepositoryDamagedError,
    RepositoryError,
    TooLargeError,
    chunks_of,
)
from .raw_commit import RawCommit
from .refs import BRANCHES, TAGS, UnreadableError, git_dir_of, refs_on_disk, short_names
from .tags import Tag, peel
from .trees import Change, Entry, Listing, Trees, parse_tree

__all__ = [
    "Repository",
    "RepositoryDamagedError",
    "RepositoryError",
    "Tag",
    "Tip",
    "TooLargeError",
    "UnreadableError",
]

MAX_COMMITS = 200_000
MAX_SHORT = 1_000
MAX_COMPARED = 20_000  # commits whose changes are listed in one go
MAX_SINGLY_COMPARED = 500  # commits that one check may compare in a longer history
MAX_HISTORY_BYTES = 96 << 20
MAX_MEMORY = 256 << 20  # of the git process that walks the history
MAX_TIP_BYTES = 64 << 20
MAX_HEAD_BYTES = 1 << 12
MAX_FILE_BYTES = 1 << 20
MAX_READ_BYTES = 64 << 20
WITHOUT_LARGE_FILES = "without-files-over-1-MB"  # a marker file in a mirror
_OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Tip:
    """A branch, or a tag of a commit, and the commit that it points to."""

    ref: str
    name: str
    commit: Commit

    @property
    def where(self) -> str:
        """Return "on `main`" for a branch, "at `v1.0`" for a tag or another commit."""
        return f"{'on' if self.ref == f'{BRANCHES}{self.name}' else 'at'} {quoted(self.name)}"


class Repository:
    """Create it with `open`; `close`, or leaving the context, ends its process."""

    def __init__(self, git_dir: Path, refs: Mapping[str, str]) -> None:
        self._objects = ObjectReader(git_dir)
        self._git_dir = git_dir
        self._unread = MAX_READ_BYTES
        self._known = Once()
        self._compared = 0
        self._history_asked = False
        self.branches = short_names(refs, BRANCHES)
        self.tags = short_names(refs, TAGS)
        if not self.branches and not self.tags:
            raise UnreadableError(
                "no_commits", "The repository has no commits yet. Commit something, then push it."
            )
        # a bound method would create a reference cycle and delay freeing the history
        self._trees = Trees(partial(_read_listing, self._objects))

    @classmethod
    def open(
        cls, path: str | Path, refs: Mapping[str, str] | None = None, *, remote: str | None = None
    ) -> "Repository":
        """Open a bare repository or a working tree (its `.git`). With `remote`, read its remote-tracking branches.

        `refs` maps full ref names to object IDs and is graded instead of the refs on disk; names that are neither
        branches nor tags are ignored. Raises UnreadableError if the learner's repository cannot be graded,
        RepositoryError for broken storage, ValueError if a value in `refs` is not an object ID.
        """
        git_dir = git_dir_of(Path(path))
        if refs is None:
            refs = refs_on_disk(git_dir, f"refs/remotes/{remote}/" if remote else BRANCHES)
        for name, object_id in refs.items():
            if not _OBJECT_ID.fullmatch(object_id):
                raise ValueError(f"{name}: {object_id!r} is not an object ID")
        return cls(git_dir, refs)

    @property
    def history(self) -> History:
        """All commits reachable from a branch or tag. Raises TooLargeError past 200,000 commits or 96 MB."""
        self._history_asked = True
        return self.commits_here

    @property
    def commits_here(self) -> History:
        """Commits for hints and pictures that no verdict depends on; may be cut off."""
        return self._known.get("history", self._read_history)

    def _read_history(self) -> History:
        found = self._walk("--topo-order", f"--max-count={MAX_COMMITS + 1}")
        if len(found) > MAX_COMMITS:
            raise TooLargeError(f"the repository is over the limit of {MAX_COMMITS:,} commits")
        return found

    @property
    def _tips(self) -> History:
        return self._known.get("tips", lambda: self._walk("--no-walk=unsorted"))

    def _walk(self, *options: str) -> History:
        # a bound method would create a reference cycle and delay freeing the history
        printed = partial(_printed_for, self._git_dir, self._tip_ids, *options, "--date=raw")
        people = f"--format={PEOPLE_FORMAT}"
        return History(printed(f"--format={FORMAT}"), lambda: People(printed(people)))

    @property
    def _tip_ids(self) -> list[str]:
        tagged = (tag.id for tag in map(self.tag, self.tags) if tag.kind == "commit")
        return sorted({*self.branches.values(), *tagged})

    def _tip_commit(self, commit_id: str) -> Commit:
        if not self.has_history:
            return self._known.get(commit_id, lambda: self._read_tip(commit_id))
        if commit_id not in self.commits_here:
            raise _no_commit(commit_id)
        return self.commits_here[commit_id]

    def _read_tip(self, commit_id: str) -> Commit:
        found = self._objects.read(commit_id, MAX_TIP_BYTES)
        if found.kind != "commit":
            raise _no_commit(commit_id)
        if found.data is None:
            raise TooLargeError(f"commit {commit_id[:7]} is larger than {MAX_TIP_BYTES >> 20} MB")
        return RawCommit(commit_id, found.data, lambda: self._tips[commit_id])

    @property
    def has_history(self) -> bool:
        # read already, successfully
        return self._known.has("history")

    @property
    def is_short(self) -> bool:
        # already read, or so few commits that reading costs little
        if self._known.has_failed("history"):
            return False
        return self.has_history or self._known.get("number of commits", self._count) <= MAX_SHORT

    def _count(self) -> int:
        counted = _printed_for(self._git_dir, self._tip_ids, "--count", f"--max-count={MAX_SHORT + 1}")
        return int(b"".join(counted))

    @cached_property
    def is_shallow(self) -> bool:
        """True if the clone is shallow. Git shows the commits at its boundary as if they had no parents."""
        common = self._git_dir / "commondir"  # of a linked worktree, which shares the list with the main one
        folder = (
            self._git_dir / common.read_text(errors="surrogateescape").strip()
            if common.is_file()
            else self._git_dir
        )
        listed = folder / "shallow"
        return listed.is_file() and listed.stat().st_size > 0

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """Return every version of every file, oldest first; see `read_blobs`. Raises TooLargeError.

        `size` is None for files over 1 MB that were not fetched.
        """
        self._history_asked = True
        return self._known.get("list of files", self._read_blobs)

    def _read_blobs(self) -> tuple[Blob, ...]:
        blobs = read_blobs(self._git_dir, self.history, self._trees.read)
        missing = next((blob for blob in blobs if blob.size is None), None)
        if missing and not self._lacks_large_files:
            raise MissingObjectError(f"object {missing.id} is missing or damaged")
        return blobs

    def tag(self, name: str) -> Tag:
        """Return the peeled tag of this short name. Raises KeyError if there is none."""
        return self._peeled_tags[name]

    @property
    def _peeled_tags(self) -> dict[str, Tag]:
        return self._known.get("tags", self._peel_all)

    def _peel_all(self) -> dict[str, Tag]:
        return {name: peel(self._objects, TAGS + name, object_id) for name, object_id in self.tags.items()}

    @cached_property
    def default_branch(self) -> str | None:
        """The branch that HEAD names; if that is missing, main, master or the only branch.

        A mirror has the HEAD of its remote. None if it is not known which branch is the default.
        """
        text = (self._git_dir / "HEAD").read_bytes()[:MAX_HEAD_BYTES].decode("utf-8", "surrogateescape")
        named = text.removeprefix(f"ref: {BRANCHES}").strip()
        only = next(iter(self.branches)) if len(self.branches) == 1 else None
        return next((name for name in (named, "main", "master", only) if name in self.branches), None)

    @property
    def head(self) -> str | None:
        # None if there are only tags
        return self.branches.get("main") or next(iter(self.branches.values()), None)

    def branch(self, name: str) -> Tip | None:
        """Return the branch of this name; `@default` is the default branch."""
        if name == DEFAULT and DEFAULT not in self.branches:
            return self.branch(self.default_branch) if self.default_branch else None
        if name not in self.branches:
            return None
        return Tip(BRANCHES + name, name, self._tip_commit(self.branches[name]))

    def tip(self, name: str) -> Tip | None:
        """Return the branch of this name, else the tag of this name if it points to a commit."""
        if name in self.tags and name not in self.branches and self.tag(name).kind == "commit":
            return Tip(TAGS + name, name, self._tip_commit(self.tag(name).id))
        return self.branch(name)

    def files(self, tip: Tip) -> dict[bytes, Entry]:
        """Return every path at a tip: files, symbolic links, submodules. Raises TooLargeError (5,000 entries, 1 MB)."""
        tree, where = tip.commit.tree, tip.where
        name = f"list of files {where}, {tree}"
        return self._known.unless_failed(name, lambda: dict(self._trees.paths(tree, where)))

    def listing(self, tree_id: str) -> Listing:
        """Return the names in one tree and their entries. Raises TooLargeError past 1 MB."""
        return self._trees.listing(tree_id)

    def entry(self, commit: Commit, path: bytes) -> Entry | None:
        """Return the entry at a path of a commit, folders included; reads only the folders on the way."""
        found: Entry | None = Entry(b"40000", commit.tree)
        for name in path.split(b"/"):
            found = dict(self.listing(found.id)).get(name) if found and found.is_tree else None
        return found

    def changes(self, old: Commit | None, new: Commit) -> Change:
        """Return paths that differ between two commits, with entries before and after. Raises TooLargeError."""
        return self._trees.changes(old.tree if old else None, new.tree, f"in commit {new.id[:7]}")

    def change_of(self, commit: Commit) -> Change:
        """Return the changes of a commit against its first parent, or the empty tree. Raises TooLargeError."""
        parents = self.history.parents(commit.id)
        parent = self.history[parents[0]] if parents else None
        if parent is None or self._all_changes is None:
            if len(self.history) > MAX_COMPARED:
                self._count_single()
            return self.changes(parent, commit)
        return self._all_changes.of(parent.tree, commit.tree)

    def begin_check(self) -> None:
        """Reset the counters of one check: compared commits, and whether it read the history."""
        self._compared = 0
        self._history_asked = False

    @property
    def rests_on_part_of_history(self) -> bool:
        """True if the current check read a truncated history, in which absence proves nothing."""
        return self._history_asked and self.is_shallow

    def _count_single(self) -> None:
        self._compared += 1
        if self._compared > MAX_SINGLY_COMPARED:
            raise TooLargeError(
                f"in a history of over {MAX_COMPARED:,} commits, at most {MAX_SINGLY_COMPARED:,} can be compared with "
                "their parents, and this check needs more"
            )

    @cached_property
    def _all_changes(self) -> Changes | None:
        # None if any commit is too large or broken, which the other commits do not depend on
        history = self.history
        if len(history) > MAX_COMPARED:
            return None
        pairs = (
            (history.tree_of(above[0]), history.tree_of(number))
            for number in range(len(history))
            if (above := history.above(number))
        )
        try:
            return read_changes(self._git_dir, pairs)
        except (TooLargeError, RepositoryError):
            return None

    def content(self, blob_id: str) -> bytes | None:
        """Return the bytes of a file; None if it is over 1 MB. Raises TooLargeError past 64 MB in one run."""
        return next(self.contents([blob_id]))

    def contents(self, blob_ids: Iterable[str]) -> Iterator[bytes | None]:
        """Yield the contents of many files in turn, far faster than one by one; see `content`."""
        for data in self.uncounted(blob_ids):
            self._unread -= len(data or b"")
            if self._unread < 0:
                raise TooLargeError("the files exceed the limit of 64 MB in total")
            yield data

    def uncounted(self, blob_ids: Iterable[str]) -> Iterator[bytes | None]:
        # for a caller with a limit of its own
        asked, reading = tee(blob_ids)
        for blob_id, found in zip(asked, self._objects.read_all(reading, MAX_FILE_BYTES), strict=True):
            if found is None and not self._lacks_large_files:
                raise MissingObjectError(f"object {blob_id} is missing or damaged")
            yield found.data if found else None

    def sizes(self, blob_ids: Iterable[str]) -> dict[str, int | None]:
        """Return sizes in bytes without reading; None for a file over 1 MB not fetched. Raises TooLargeError."""
        found = sizes_of(self._git_dir, list(dict.fromkeys(blob_ids)))
        missing = next((blob_id for blob_id, number in found.items() if number is None), None)
        if missing and not self._lacks_large_files:
            raise MissingObjectError(f"object {missing} is missing or damaged")
        return found

    def raw_commit(self, commit_id: str) -> bytes:
        """Return a commit as stored, with headers that `history` leaves out. Raises TooLargeError past 1 MB."""
        data = self._objects.read(commit_id, MAX_FILE_BYTES).data
        if data is None:
            raise TooLargeError(f"commit {commit_id[:7]} is larger than 1 MB")
        return data

    @property
    def _lacks_large_files(self) -> bool:
        return (self._git_dir / WITHOUT_LARGE_FILES).is_file()

    def close(self) -> None:
        self._objects.close()
        self._known = Once()  # its commits refer back to this repository: a reference cycle

    def __enter__(self) -> "Repository":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _no_commit(object_id: str) -> RepositoryDamagedError:
    return RepositoryDamagedError(f"a branch points to {object_id}, which is not a commit")


def _printed_for(git_dir: Path, tips: Iterable[str], *options: str) -> Iterator[bytes]:
    return chunks_of(
        git_dir,
        *("rev-list", "--stdin", *options),
        stdin="".join(f"{tip}\n" for tip in tips).encode("ascii"),
        limit=MAX_HISTORY_BYTES,
        memory=MAX_MEMORY,
        what="the history",
    )


def _read_listing(objects: ObjectReader, tree_id: str) -> Listing:
    found = objects.read(tree_id, MAX_FILE_BYTES)
    if found.kind != "tree":
        raise RepositoryDamagedError(f"object {tree_id} is a {found.kind}, not a tree")
    if found.data is None:
        raise TooLargeError("too many files: the tree of one folder is larger than 1 MB")
    return parse_tree(found.data, len(tree_id) // 2)
