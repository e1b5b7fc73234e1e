"""A commit parsed from its raw object, for tips whose history no check needs."""

import re
from collections.abc import Callable
from functools import cached_property

from .history import MAX_MESSAGE_BYTES, Commit, Person, first_line
from .processes import RepositoryDamagedError

_ID = rb"[0-9a-f]{40}(?:[0-9a-f]{24})?"
_HEAD = re.compile(rb"tree (%b)\n((?:parent %b\n)*)" % (_ID, _ID))


class RawCommit:
    """See `history.Commit`. `listed` returns the commit as Git lists it, for its people and text in other encodings."""

    def __init__(self, commit_id: str, data: bytes, listed: Callable[[], Commit]) -> None:
        found = _HEAD.match(data)
        if found is None:
            raise RepositoryDamagedError(f"commit {commit_id} is malformed")
        self.id, self._listed = commit_id, listed
        self.tree = found[1].decode("ascii")
        self.parents = tuple(line[7:].decode("ascii") for line in found[2].splitlines())
        headers, _, message = data.partition(b"\n\n")
        self._message = None if b"\nencoding " in headers else message.partition(b"\0")[0]

    @cached_property
    def message(self) -> str:
        if self._message is None:
            return self._listed().message
        return self._message[:MAX_MESSAGE_BYTES].decode("utf-8", "replace").rstrip()

    @property
    def subject(self) -> str:
        return first_line(self.message)

    @property
    def author(self) -> Person:
        return self._listed().author

    @property
    def committer(self) -> Person:
        return self._listed().committer

    @property
    def is_merge(self) -> bool:
        return len(self.parents) > 1
