"""Count commits and files by author in a pushed state, by the names and addresses in its commits.

The bounds are those of `browsing`: only a part of a long history is counted, and `is_cut` is then true.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from labs.repositories.browsing import PushedState, read_output

MAX_COMMITS = 1_000
MAX_CO_AUTHORS = 8  # of a commit: each keeps all its paths
MAX_LOG_BYTES = 1 << 20
_VALUES = 4  # of each commit at least: name, address, co-authors, and the end of them
_START = b"\x01"
_FORMAT = "%x01%an%x00%ae%x00%(trailers:key=Co-authored-by,valueonly,separator=%x02)%x00"


@dataclass
class Author:
    """A name and address in commits. Neither is verified.

    `commits` counts commits by this author, `shared` those that name them as a co-author. `files` has the paths that
    these commits changed, without those of merge commits. Of a commit, only the first MAX_CO_AUTHORS count.
    """

    name: str
    email: str
    commits: int = 0
    shared: int = 0
    files: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Authorship:
    authors: list[Author]
    is_cut: bool = False


def read_authorship(state: PushedState, starter: Collection[str] = ()) -> Authorship:
    """Return the authors of the commits that the state reaches and its starter does not, most commits first."""
    process = state.repo.git.log(
        state.commit,
        *(f"^{commit}" for commit in starter),
        "--",
        ignore_missing=True,
        max_count=MAX_COMMITS + 1,
        name_only=True,
        no_renames=True,
        z=True,
        format=_FORMAT,
        as_process=True,
    )
    output = read_output(process, MAX_LOG_BYTES)
    entries = output.split(_START)[1:]
    is_cut = len(entries) > MAX_COMMITS or len(output) >= MAX_LOG_BYTES
    return Authorship(_count(entries[:MAX_COMMITS]), is_cut)


def _count(entries: Iterable[bytes]) -> list[Author]:
    found: dict[str, Author] = {}
    for values in _whole(entries):
        name, email, trailers, *paths = values
        files = {path.lstrip("\n") for path in paths} - {""}
        author = _author(found, name, email)
        author.commits += 1
        author.files |= files
        for trailer in [each for each in trailers.split("\x02", MAX_CO_AUTHORS)[:MAX_CO_AUTHORS] if each]:
            other = _author(found, *_person(trailer))
            if other is not author:
                other.shared += 1
                other.files |= files
    return sorted(found.values(), key=lambda each: (-each.commits, -each.shared, each.name, each.email))


def _whole(entries: Iterable[bytes]) -> Iterator[list[str]]:
    # The last one may be cut. A name or path with the character that starts an entry leaves parts of one behind.
    for entry in entries:
        values = entry.decode("utf-8", "replace").split("\x00")
        if len(values) >= _VALUES:
            yield values


def _author(found: dict[str, Author], name: str, email: str) -> Author:
    key = email.strip().lower() or name.strip()
    return found.setdefault(key, Author(name.strip(), email.strip()))


def _person(trailer: str) -> tuple[str, str]:
    # “Name <address>”
    name, _, rest = trailer.partition("<")
    return name, rest.partition(">")[0]
