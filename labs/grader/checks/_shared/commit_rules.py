"""Rules for a single commit that `commit` and `each_commit` share."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...git.history import Commit, Person
from ...git.repository import Tip
from ...parameters import MAIN, Count, FilePath, RefName, Regex, Revision
from ...words import count, decoded, listed, quoted
from ..commits import add_commits, more_commits
from .base import Run
from .fixes import branch_of, in_place, on_branch, rewrite_branch
from .proposed_texts import fitting, subject_for
from .rewriting import allow_empty, drop_lines
from .shell import Line, append_line
from .walk import matching, wording

MAX_LISTED = 5
MAX_MENDED = 20
_KEY = "~/.ssh/id_ed25519"
_SIGNING: list[Line] = [
    "mkdir -p -m 700 ~/.ssh",
    f"[ -f {_KEY} ] || ssh-keygen -q -t ed25519 -N '' -f {_KEY}",
    ["git", "config", "gpg.format", "ssh"],
    f"git config user.signingkey {_KEY}.pub",
]
_SIGNATURES = (b"gpgsig ", b"gpgsig-sha256 ")
Fault = tuple[str, str, str]
"""The finding, the expected and the found value. The first completes "Commit abc1234 …"."""


@dataclass(frozen=True, kw_only=True)
class CommitRules:
    """Parameters of both kinds. Commits are looked for on `on`, with `since` only after that commit."""

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
            yield "empty", "contradicts `touches`: a commit that changes files is not empty"

    def fault(self, run: Run, commit: Commit, matches: Regex | None) -> Fault | None:
        if not matching([commit], self.subject, matches):
            return (
                "does not have the required message",
                wording(self.subject, matches),
                quoted(commit.subject),
            )
        if self.parents not in (None, len(commit.parents)):
            expected, found = (_parents(number) for number in (self.parents or 0, len(commit.parents)))
            return f"has {found}", expected, found
        for role, wanted in (("author", self.author), ("committer", self.committer)):
            if wanted is None:  # reading the author of one commit reads those of all commits
                continue
            person = getattr(commit, role)
            if not _is(person, wanted):
                return f"has a different {role}", quoted(wanted), quoted(f"{person.name} <{person.email}>")
        if self.signed and not _is_signed(run, commit):
            return "is not signed", "a signed commit", "no signature"
        return self._fault_of_change(run, commit)

    def _fault_of_change(self, run: Run, commit: Commit) -> Fault | None:
        if not self.touches and self.empty is None:
            return None
        paths = sorted(map(decoded, run.repository.change_of(commit)))
        found = f"changes to {listed(map(quoted, paths), limit=MAX_LISTED)}" if paths else "an empty commit"
        if self.touches and set(paths) != set(self.touches):
            return (
                "changes different files",
                f"changes to {listed(map(quoted, self.touches), limit=MAX_LISTED)} only",
                found,
            )
        if self.empty is not None and self.empty == bool(paths):
            expected = "an empty commit" if self.empty else "a commit that changes a file"
            return ("changes files" if paths else "is empty"), expected, found
        return None

    def mend(self, run: Run, tip: Tip, wrong: list[Commit], matches: Regex | None) -> str:
        """Return commands that amend the commits and rebase the later ones."""
        branch = branch_of(run, tip)
        here = run.repository.branch(branch) if branch else None
        if branch is None or here is None:
            return ""
        if self.parents not in (None, len(wrong[0].parents)):
            return self._other_parents(run, tip, branch)
        lines = list[Line]()
        for commit in reversed(wrong[-MAX_MENDED:]):
            put, amend = self._put_right(run, commit), self._amend(run, commit, matches)
            is_tip = commit.id == here.commit.id
            lines += [*put, amend] if is_tip else in_place(commit.id, branch, *put, amend=amend)
        if self.empty is False:  # an empty commit has nothing to amend, so it is dropped
            lines = [line for commit in reversed(wrong) for line in drop_lines(run, here, commit) or []]
        setup = _SIGNING if self.signed else []
        stops = "rebase" if wrong[0].id != here.commit.id else ""
        return rewrite_branch(run, here, *setup, *lines, oldest=wrong[0].id, stops=stops)

    def _other_parents(self, run: Run, tip: Tip, branch: str) -> str:
        if self.parents == 1:
            return add_commits(run, tip)
        aside: list[Line] = [["git", "switch", "--detach"], *more_commits(1), ["git", "switch", branch]]
        merge: Line = ["git", "merge", "--no-ff", "-m", "Merge the new lines", "@{-1}"]
        return on_branch(branch, *aside, merge) if self.parents == 2 else ""

    def _put_right(self, run: Run, commit: Commit) -> list[Line]:
        # stages exactly what belongs in the commit; the files in the folder stay as they are
        if not (self.touches or self.empty) or not commit.parents:
            return []
        changed = set(map(decoded, run.repository.change_of(commit)))
        extra, missing = sorted(changed - set(self.touches)), sorted(set(self.touches) - changed)
        back: Line = ["git", "reset", "--quiet", commit.parents[0], "--", *extra]
        write = [_written(run, commit, path) for path in missing]
        return [*([back] if extra else []), *write, *([["git", "add", "--", *missing]] if missing else [])]

    def _amend(self, run: Run, commit: Commit, matches: Regex | None) -> list[str]:
        committer = zip(("NAME", "EMAIL"), _parts(self.committer or ""), strict=True)
        told = [f"GIT_COMMITTER_{key}={text}" for key, text in committer if text]
        message = ["--no-edit"]
        if not matching([commit], self.subject, matches):
            fits = re.compile(matches or "").search
            found = subject_for(run.repository, commit, lambda text: bool(fits(text)))
            message = ["-m", self.subject or found or fitting(matches or "") or "..."]
        empty = ["--allow-empty"] if self.empty else allow_empty(run, [commit])
        return [
            *(["env", *told] if told else []),
            *("git", "commit", "--amend", *empty, *message),
            *([f"--author={_whole(self.author, commit)}"] if self.author else []),
            *(["-S"] if self.signed else []),
        ]


def _parents(number: int) -> str:
    return count(number, "parent") if number else "no parent"


def _whole(author: str, commit: Commit) -> str:
    # Git needs both a name and an address
    name, email = _parts(author)
    return f"{name or commit.author.name} <{email or commit.author.email}>"


def _written(run: Run, commit: Commit, path: str) -> Line:
    # takes the file from a later commit if there is one
    name = path.encode(errors="surrogateescape")
    for tip in filter(None, map(run.repository.branch, run.repository.branches)):
        later = run.repository.entry(tip.commit, name)
        behind = commit.id in run.repository.history.ancestors(tip.commit.id)
        if behind and later and later != run.repository.entry(commit, name):
            return ["git", "restore", f"--source={tip.commit.id}", "--staged", "--worktree", "--", path]
    return append_line("Your own line: ...", path)


def _parts(text: str) -> tuple[str, str]:
    # name and address; one of them may be empty
    name, _, email = text.partition("<")
    return name.strip(), email.rstrip("> ")


def _is(person: Person, wanted: str) -> bool:
    name, email = _parts(wanted)
    return name in ("", person.name) and email.casefold() in ("", person.email.casefold())


def _is_signed(run: Run, commit: Commit) -> bool:
    head = run.repository.raw_commit(commit.id).partition(b"\n\n")[0]
    return any(line.startswith(_SIGNATURES) for line in head.split(b"\n"))
