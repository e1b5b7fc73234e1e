"""What `commit` and `each_commit` ask of one commit, apart from its message and how many files it changes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...git.history import Commit, Person
from ...git.repository import Tip
from ...parameters import MAIN, Count, FilePath, RefName, Regex, Revision
from ...words import count, decoded, listed, quoted
from ..commits import add_commits, more_commits
from .base import Run
from .fixes import holding, in_place, on_branch, rewritten
from .rewriting import drop_lines, kept_empty
from .shell import Line, append_line
from .walk import matching, wording
from .wording import fitting, subject_for

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
        found = listed(map(quoted, paths), most=MAX_LISTED) or "no file"
        if self.touches and set(paths) != set(self.touches):
            return (
                "other files are changed",
                f"only {listed(map(quoted, self.touches), most=MAX_LISTED)}",
                found,
            )
        if self.empty is not None and self.empty == bool(paths):
            expected = "a commit without a change" if self.empty else "a change"
            return ("files are changed" if paths else "nothing is changed"), expected, found
        return None

    def mend(self, run: Run, tip: Tip, wrong: list[Commit], matches: Regex | None) -> str:
        """Commands that amend the newest commit, and below an older one put the rest on top again."""
        branch = holding(run, tip)
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
        if self.empty is False:  # what changes nothing has no use
            lines = [line for commit in reversed(wrong) for line in drop_lines(run, here, commit) or []]
        setup = _SIGNING if self.signed else []
        stops = "rebase" if wrong[0].id != here.commit.id else ""
        return rewritten(run, here, *setup, *lines, oldest=wrong[0].id, stops=stops)

    def _other_parents(self, run: Run, tip: Tip, branch: str) -> str:
        """A merge of a commit of its own, or another commit after the merge."""
        if self.parents == 1:
            return add_commits(run, tip)
        aside: list[Line] = [["git", "switch", "--detach"], *more_commits(1), ["git", "switch", branch]]
        merge: Line = ["git", "merge", "--no-ff", "-m", "Merge the new lines", "@{-1}"]
        return on_branch(branch, *aside, merge) if self.parents == 2 else ""

    def _put_right(self, run: Run, commit: Commit) -> list[Line]:
        """Commands that stage what is to be in the newest commit and no more; the files stay as they are."""
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
        empty = ["--allow-empty"] if self.empty else kept_empty(run, [commit])
        return [
            *(["env", *told] if told else []),
            *("git", "commit", "--amend", *empty, *message),
            *([f"--author={_whole(self.author, commit)}"] if self.author else []),
            *(["-S"] if self.signed else []),
        ]


def _whole(author: str, commit: Commit) -> str:
    """A name and an address, as Git wants both; what is not asked for stays."""
    name, email = _parts(author)
    return f"{name or commit.author.name} <{email or commit.author.email}>"


def _written(run: Run, commit: Commit, path: str) -> Line:
    """What a later commit makes of the file, else a line of its own."""
    name = path.encode(errors="surrogateescape")
    for tip in filter(None, map(run.repository.branch, run.repository.branches)):
        later = run.repository.entry(tip.commit, name)
        behind = commit.id in run.repository.history.ancestors(tip.commit.id)
        if behind and later and later != run.repository.entry(commit, name):
            return ["git", "restore", f"--source={tip.commit.id}", "--staged", "--worktree", "--", path]
    return append_line("Your own line: ...", path)


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
