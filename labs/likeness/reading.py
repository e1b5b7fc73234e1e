"""Read the commits and files of a submitted state, and separate the learner's own from those of the starter."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from labs.grader.git.history import Commit
from labs.grader.git.repository import Repository, Tip
from labs.likeness.comparing import Work
from labs.likeness.winnowing import fingerprints

MAX_FILES = 200
MAX_FILE_BYTES = 1 << 17
MAX_BYTES = 2 << 20  # of one state
MAX_COMMITS = 2_000  # the newest ones
MAX_PRINTS = 20_000
SNIFFED = 8_000  # bytes that Git looks at for a NUL


@dataclass
class Given:
    """Object IDs and fingerprints of starter files. It grows with each state that is read."""

    files: set[str] = field(default_factory=set)
    prints: set[int] = field(default_factory=set)
    commits_read: set[str] = field(default_factory=set)


def read_work(repository: Repository, key: int, head: str, starters: Iterable[str], given: Given) -> Work:
    """Return the work at a commit, with the starter in it still; `without` removes it. Raises as `Repository` does."""
    history = repository.history
    present = [commit for commit in starters if commit in history]
    for commit in present:
        if commit not in given.commits_read:
            given.commits_read.add(commit)
            for blob, path, text in _texts(repository, history[commit]):
                given.files.add(blob)
                given.prints.update(fingerprints(text, path))
    if head not in history:
        return Work(key)
    own = history.ancestors(head) - history.ancestors_of(present)
    files, prints = {}, set[int]()
    for blob, path, text in _texts(repository, history[head]):
        files[blob] = path
        if len(prints) < MAX_PRINTS:
            prints.update(fingerprints(text, path))
    return Work(key, frozenset(history.newest_last(own)[-MAX_COMMITS:]), files, frozenset(prints))


def without(work: Work, given: Given) -> Work:
    files = {blob: path for blob, path in work.files.items() if blob not in given.files}
    return Work(work.key, work.commits, files, work.prints - given.prints)


def read_texts(repository: Repository, head: str) -> dict[str, str]:
    """Return the text files at a commit by their paths. Raises as `Repository` does."""
    return {path: text for _, path, text in _texts(repository, repository.history[head])}


def _texts(repository: Repository, commit: Commit) -> Iterator[tuple[str, str, str]]:
    # The object ID, path and text of each small text file that is not empty.
    entries = repository.files(Tip(commit.id, commit.id, commit))
    named = {entry.id: path for path, entry in entries.items() if entry.is_file}
    sizes = repository.sizes(named)
    small = [blob for blob in named if 0 < (sizes[blob] or 0) <= MAX_FILE_BYTES][:MAX_FILES]
    left = MAX_BYTES
    for blob, data in zip(small, repository.contents(small), strict=True):
        left -= len(data or b"")
        if left < 0:
            return
        if data and b"\0" not in data[:SNIFFED]:
            yield blob, named[blob].decode("utf-8", "replace"), data.decode("utf-8", "replace")
