"""The model of one repository during its steps: commits, branches, tags and the current branch."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ..git.history import Commit, History, Person, first_line
from ..git.repository import Tip
from ..git.revision import Unresolved, resolve
from ..parameters import DEFAULT, PersonPart, Revision, did_you_mean
from ..words import cut, quoted
from .answers import Answers
from .merging import base_files
from .objects import MAX_DEPTH, Files, Objects, StepError, encode

_START = datetime(2025, 1, 6, 9, tzinfo=UTC)
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----\n \n aSBhbSBubyByZWFsIHNpZ25hdHVyZQ==\n =AAAA\n -----END PGP SIGNATURE-----"


@dataclass(frozen=True)
class Author:
    """The author or committer of a commit."""

    name: PersonPart
    email: PersonPart

    def at(self, moment: datetime) -> Person:
        return Person(self.name, self.email, moment.isoformat())


class MadeCommit(NamedTuple):
    """See `history.Commit`."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str

    @property
    def subject(self) -> str:
        return first_line(self.message)

    @property
    def is_merge(self) -> bool:
        return len(self.parents) > 1


@dataclass(frozen=True)
class _Makers:
    """See `history.People`."""

    commits: list[MadeCommit]

    def author(self, number: int) -> Person:
        return self.commits[number].author

    def committer(self, number: int) -> Person:
        return self.commits[number].committer


def _listed(commit: MadeCommit) -> bytes:
    # Git lists a commit's message only up to the first NUL
    message = commit.message.partition("\0")[0]
    return encode(f"commit {commit.id}\n{' '.join((commit.tree, *commit.parents))}\0{message}\0\n")


LEARNER = Author(PersonPart("Learner"), PersonPart("learner@example.org"))
COURSE = Author(PersonPart("Course"), PersonPart("course@example.org"))  # who makes the commits of a starter


class World:
    """Start without commits, on branch main, at 09:00 UTC on 6 January 2025. Each commit takes a minute."""

    def __init__(self, learner: Author = LEARNER) -> None:
        self.learner = learner
        self.objects = Objects()
        self.current = "main"
        self.branches: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.starters: tuple[str, ...] = ()
        self.answers: Answers | None = None
        self._tagged: dict[str, str] = {}
        self._commits: dict[str, MadeCommit] = {}
        self._files: dict[str, Files] = {}
        self._history: History | None = None
        self._minutes = 0

    @property
    def history(self) -> History:
        if self._history is None:
            newest_first = list(self._commits.values())[::-1]
            self._history = History(map(_listed, newest_first), lambda: _Makers(newest_first))
        return self._history

    def tip(self, name: str) -> Tip | None:
        # as in `Repository`; HEAD is the current branch
        name = {"HEAD": self.current, DEFAULT: self.default_branch}.get(name, name)
        if name in self.branches:
            return Tip(f"refs/heads/{name}", name, self._commits[self.branches[name]])
        if name in self.tags:
            return Tip(f"refs/tags/{name}", name, self._commits[self._tagged[name]])
        return None

    def find(self, name: Revision) -> Commit:
        # raises StepError
        found = resolve(self, name)
        if isinstance(found, Unresolved):
            known = [*self.branches, *self.tags]
            raise StepError(
                f"{found.why} {did_you_mean(found.base, known)}".rstrip() if found.base else found.why
            )
        return found.commit

    @property
    def default_branch(self) -> str:
        return "main" if "main" in self.branches else self.current

    @property
    def head(self) -> Commit:
        # raises StepError before the first commit
        if self.current not in self.branches:
            raise StepError(f"{quoted(self.current)} has no commits yet")
        return self._commits[self.branches[self.current]]

    @property
    def parents(self) -> tuple[str, ...]:
        # of the next commit
        tip = self.branches.get(self.current)
        return (tip,) if tip else ()

    def files(self, commit_id: str | None) -> Files:
        return self._files[commit_id] if commit_id else {}

    @property
    def paths(self) -> set[str]:
        return {path for files in self._files.values() for path in files}

    def base_files(self, one: str, other: str) -> Files:
        return base_files(self.history, self.files, one, other)

    def now(self) -> datetime:
        self._minutes += 1
        return _START + timedelta(minutes=self._minutes - 1)

    def add_commit(
        self,
        files: Files,
        parents: Iterable[str],
        message: str,
        *,
        author: Person,
        committer: Person,
        signed: bool = False,
    ) -> str:
        """Add a commit that no branch points to yet; return its ID. Raises StepError."""
        if deep := next((path for path in files if path.count("/") > MAX_DEPTH), None):
            raise StepError(f"{quoted(cut(deep, 40))} is nested more than {MAX_DEPTH} folders deep")
        tree, parents = self.objects.add_tree(files), tuple(parents)
        lines = [
            f"tree {tree}",
            *(f"parent {parent}" for parent in parents),
            f"author {_signature(author)}",
            f"committer {_signature(committer)}",
            *([f"gpgsig {_SIGNATURE}"] if signed else []),
        ]
        text = "\n".join([*lines, "", message.rstrip("\n") + "\n"])
        commit_id = self.objects.add("commit", encode(text))
        self._commits[commit_id] = MadeCommit(commit_id, tree, parents, author, committer, message.rstrip())
        self._files[commit_id], self._history = files, None
        return commit_id

    def start_from(self, commit_id: str) -> None:
        # raises StepError if an earlier starter is not an ancestor
        for earlier in self.starters:
            if earlier not in self.history.ancestors(commit_id):
                subject = quoted(self._commits[earlier].subject)
                raise StepError(f"the commit {subject} with `starter: true` is not an ancestor of this one")
        self.starters = (commit_id,)

    def end_starter(self, learner: Author) -> None:
        """Make all branches and tags the starter; the learner makes the commits from here on."""
        self.starters = tuple(sorted({*self.branches.values(), *self._tagged.values()}))
        self.learner = learner

    @property
    def refs(self) -> dict[str, str]:
        """The object ID of each branch and tag by its full name."""
        branches = {f"refs/heads/{name}": tip for name, tip in self.branches.items()}
        return branches | {f"refs/tags/{name}": target for name, target in self.tags.items()}

    def move_head(self, commit_id: str) -> None:
        if self.current not in self.branches:
            self.check_free(self.current, self.branches, "branch")
        self.branches[self.current] = commit_id

    def add_tag(self, name: str, commit_id: str, message: str | None, *, tagger: Person) -> None:
        self._tagged[name] = self.tags[name] = commit_id
        if message is not None:
            head = f"object {commit_id}\ntype commit\ntag {name}\ntagger {_signature(tagger)}"
            self.tags[name] = self.objects.add("tag", encode(f"{head}\n\n{message.rstrip()}\n"))

    def check_free(self, name: str, taken: Iterable[str], noun: str) -> None:
        # raises StepError if a branch or tag of this name cannot be created
        for other in taken:
            if other == name:
                raise StepError(f"a {noun} {quoted(name)} already exists")
            if f"{name}/".startswith(f"{other}/") or f"{other}/".startswith(f"{name}/"):
                raise StepError(f"Git cannot have both a {noun} {quoted(name)} and a {noun} {quoted(other)}")

    def write(self, folder: Path) -> None:
        self.objects.write(folder, self.default_branch, self.refs)


def _signature(person: Person) -> str:
    moment = datetime.fromisoformat(person.date)
    return f"{person.name} <{person.email}> {int(moment.timestamp())} {moment:%z}"
