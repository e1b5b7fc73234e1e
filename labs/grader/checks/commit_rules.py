"""What `commit` and `each_commit` ask of one commit, apart from its message and how many files it changes."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from ..history import Commit, Person
from ..parameters import MAIN, Count, FilePath, RefName, Regex, Revision
from ..repository import Tip
from ..words import count, decoded, listed, quoted
from .base import Run
from .walk import branch_of, look, matching, rewrite, wording

MOST_LISTED = 5
_SIGNATURES = (b"gpgsig ", b"gpgsig-sha256 ")
Fault = tuple[str, str, str]
"""Why, as the end of a sentence, what is expected and what was found."""


@dataclass(frozen=True, kw_only=True)
class CommitRules:
    """The parameters that both kinds have; commits are looked for on `on`, with `since` after that commit."""

    on: RefName = MAIN
    since: Revision | None = None
    subject: str | None = None
    touches: tuple[FilePath, ...] = ()
    author: str | None = None
    committer: str | None = None
    parents: Count | None = None
    signed: bool = False
    empty: bool | None = None

    def rule_problems(self) -> Iterator[tuple[str, str]]:
        if self.touches and self.empty:
            yield "empty", "a commit that changes files is not empty"

    def fault(self, run: Run, commit: Commit, matches: Regex | None) -> Fault | None:
        """What is the matter with one commit; `matches` is searched in its whole message."""
        if not matching([commit], self.subject, matches):
            return "the message is another", wording(self.subject, matches), quoted(commit.subject)
        if self.parents not in (None, len(commit.parents)):
            expected, found = (count(number, "parent") for number in (self.parents or 0, len(commit.parents)))
            return "the number of parents is another", expected, found
        for role, wanted in (("author", self.author), ("committer", self.committer)):
            if wanted is None:  # people are read for all commits once one is asked for
                continue
            person = getattr(commit, role)
            if not _is(person, wanted):
                return f"the {role} is another", quoted(wanted), quoted(f"{person.name} <{person.email}>")
        if self.signed and not _is_signed(run, commit):
            return "there is no signature", "a signed commit", "no signature"
        return self._fault_of_change(run, commit)

    def _fault_of_change(self, run: Run, commit: Commit) -> Fault | None:
        if not self.touches and self.empty is None:
            return None
        paths = sorted(map(decoded, run.repository.change_of(commit)))
        found = listed(map(quoted, paths), most=MOST_LISTED) or "no file"
        if self.touches and set(paths) != set(self.touches):
            return (
                "other files are changed",
                f"only {listed(map(quoted, self.touches), most=MOST_LISTED)}",
                found,
            )
        if self.empty is not None and self.empty == bool(paths):
            expected = "a commit without a change" if self.empty else "a change"
            return ("files are changed" if paths else "nothing is changed"), expected, found
        return None

    def mend(self, run: Run, tip: Tip, oldest: Commit, *, subject: str | None = None, each: bool) -> str:
        """The newest commit is amended at once; an older one is stopped at in a rebase.

        `subject` is a new first line, `each` says that the commits after the oldest are to be mended too.
        """
        branch = branch_of(run, tip)
        if branch is None or self.parents is not None:
            return look(self.on)
        if oldest.id == branch.commit.id:
            return rewrite(branch, *self._put_right(run, oldest), self._amend(subject))
        start = oldest.parents[0] if oldest.parents else "--root"
        if each and (self.author or self.committer or self.signed):
            return rewrite(branch, ["git", "rebase", "--exec", shlex.join(self._amend(subject)), start])
        return rewrite(branch, ["git", "rebase", "--interactive", "--rebase-merges", start])

    def _put_right(self, run: Run, commit: Commit) -> list[list[str]]:
        """Commands that stage what is to be in the newest commit and no more; the files stay as they are."""
        if not (self.touches or self.empty) or not commit.parents:
            return []
        changed = set(map(decoded, run.repository.change_of(commit)))
        extra, missing = sorted(changed - set(self.touches)), sorted(set(self.touches) - changed)
        back = ["git", "reset", "--quiet", commit.parents[0], "--", *extra]
        return [*([back] if extra else []), *([["git", "add", "--", *missing]] if missing else [])]

    def _amend(self, subject: str | None) -> list[str]:
        committer = zip(("NAME", "EMAIL"), _parts(self.committer or ""), strict=True)
        told = [f"GIT_COMMITTER_{key}={text}" for key, text in committer if text]
        return [
            *(["env", *told] if told else []),
            "git",
            *("commit", "--amend", "--allow-empty"),
            *(["-m", subject] if subject else ["--no-edit"]),
            *([f"--author={self.author}"] if self.author else []),
            *(["-S"] if self.signed else []),
        ]


def _parts(text: str) -> tuple[str, str]:
    """Name and address of `Name <e-mail>`; one of them may be empty."""
    name, _, email = text.partition("<")
    return name.strip(), email.rstrip("> ")


def _is(person: Person, wanted: str) -> bool:
    name, email = _parts(wanted)
    return name in ("", person.name) and email.casefold() in ("", person.email.casefold())


def _is_signed(run: Run, commit: Commit) -> bool:
    head = run.repository.raw_commit(commit.id).partition(b"\n\n")[0]
    return any(line.startswith(_SIGNATURES) for line in head.split(b"\n"))
