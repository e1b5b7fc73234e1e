"""A file that a learner typed into a page, as the only file of a repository without a history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from .history import History
from .people import Person
from .processes import TooLargeError
from .repository import MAX_FILE_BYTES, Repository, Tip
from .trees import Entry, Listing

_COMMIT, _TREE, _FILE = "0" * 40, "1" * 40, "2" * 40
_NOBODY = Person("", "")
NO_HISTORY = "a file that was typed into a page has no history"


@dataclass(frozen=True)
class _TypedCommit:
    id: str = _COMMIT
    tree: str = _TREE
    parents: tuple[str, ...] = ()
    message: str = ""
    subject: str = ""
    author: Person = _NOBODY
    committer: Person = _NOBODY
    is_merge: bool = False


@dataclass(frozen=True)
class TypedTip(Tip):
    """The state with the typed file. Its `ref` is empty, so that fixes have no Git commands."""

    @property
    def where(self) -> str:
        return "in your answer"


class TypedFile(Repository):
    """`main` has one file; nothing runs Git. For kinds of check that read files only."""

    def __init__(self, path: str, content: bytes) -> None:
        self._path, self._content = path.encode(), content
        self.branches, self.tags = {"main": _COMMIT}, {}

    def branch(self, name: str) -> Tip | None:
        return TypedTip("", "main", _TypedCommit()) if name == "main" else None

    def tip(self, name: str) -> Tip | None:
        return self.branch(name)

    def files(self, tip: Tip) -> dict[bytes, Entry]:
        return {self._path: Entry(b"100644", _FILE)}

    def entry(self, commit: object, path: bytes) -> Entry | None:
        if path == self._path:
            return Entry(b"100644", _FILE)
        return Entry(b"40000", _TREE) if self._path.startswith(path + b"/") else None

    def listing(self, tree_id: str) -> Listing:
        name, slash, _ = self._path.partition(b"/")
        return [(name, Entry(b"40000", _TREE) if slash else Entry(b"100644", _FILE))]

    def contents(self, blob_ids: Iterable[str]) -> Iterator[bytes | None]:
        return self.uncounted(blob_ids)

    def uncounted(self, blob_ids: Iterable[str]) -> Iterator[bytes | None]:
        kept = self._content if len(self._content) <= MAX_FILE_BYTES else None
        return (kept for _ in blob_ids)

    @property
    def history(self) -> History:
        self._refuse()

    @property
    def commits_here(self) -> History:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise TooLargeError(NO_HISTORY)

    @property
    def has_history(self) -> bool:
        return False

    @property
    def is_short(self) -> bool:
        return False

    @property
    def is_shallow(self) -> bool:
        return False

    @property
    def default_branch(self) -> str | None:
        return "main"

    @property
    def rests_on_part_of_history(self) -> bool:
        return False

    def begin_check(self) -> None:
        pass

    def close(self) -> None:
        pass
