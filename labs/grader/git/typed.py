"""A file that a learner typed into a page, and files given with the question, as a repository without a history."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

from .history import History
from .people import Person
from .processes import TooLargeError
from .repository import MAX_FILE_BYTES, Repository, Tip
from .trees import Entry, Listing

_COMMIT, _TREE = "0" * 40, "1" * 40
_FOLDER = Entry(b"40000", _TREE)
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
    """`main` has the typed file and the `given` ones; nothing runs Git. For kinds of check that need no history."""

    def __init__(self, path: str, content: bytes, given: Mapping[str, bytes] | None = None) -> None:
        contents = {**(given or {}), path: content}
        self._files = {
            name.encode(): Entry(b"100644", f"{number:040x}")
            for number, name in enumerate(contents, start=1 << 32)
        }
        self._contents = dict(
            zip((entry.id for entry in self._files.values()), contents.values(), strict=True)
        )
        self.branches, self.tags = {"main": _COMMIT}, {}

    def branch(self, name: str) -> Tip | None:
        return TypedTip("", "main", _TypedCommit()) if name == "main" else None

    def tip(self, name: str) -> Tip | None:
        return self.branch(name)

    def files(self, tip: Tip) -> dict[bytes, Entry]:
        return dict(self._files)

    def entry(self, commit: object, path: bytes) -> Entry | None:
        is_folder = any(name.startswith(path + b"/") for name in self._files)
        return self._files.get(path) or (_FOLDER if is_folder else None)

    def listing(self, tree_id: str) -> Listing:
        top = {
            name.partition(b"/")[0]: self._files.get(name.partition(b"/")[0], _FOLDER) for name in self._files
        }
        return list(top.items())

    def contents(self, blob_ids: Iterable[str]) -> Iterator[bytes | None]:
        return self.uncounted(blob_ids)

    def uncounted(self, blob_ids: Iterable[str]) -> Iterator[bytes | None]:
        read = (self._contents[blob_id] for blob_id in blob_ids)
        return (content if len(content) <= MAX_FILE_BYTES else None for content in read)

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
