"""`commit: {on: main, subject: Fix the sum, touches: [sum.py]}` - one commit is there, and is as asked for.

The commit is named by `at` (such as `main~1`), or found among the learner's own on `on` (with `since`, among those
after that commit) by `subject` (its exact first line) and `matches` (searched in its whole message); beside `at`
these two say what its message should be. `touches` lists exactly the files that it changes (in its first parent),
`parents` says how many it has, `empty: true` that it changes nothing. `author` and `committer` are written
`Name <e-mail>`, or one of the two. `signed: true` asks for a signature in the commit: that one is there, not whose it
is. With `each: true` every commit after `since` (else each of the learner's own, without merges) is judged instead of
one.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..history import Commit, Person
from ..parameters import MAIN, Count, FilePath, RefName, Regex, Revision
from ..repository import Tip
from ..words import count, decoded, listed, quoted
from .base import Run, Verdict, commit_or_answer, commits_since, needs_work, passed, tip_or_answer
from .commits import add_commits, commit_evidence
from .walk import HistoryKind, branch_of, look, named, newest, rewrite, says, wording

MOST_LISTED = 5
_SIGNATURES = (b"gpgsig ", b"gpgsig-sha256 ")


@dataclass(frozen=True)
class CommitCheck(HistoryKind):
    kind = "commit"

    at: Revision | None = None
    on: RefName = MAIN
    since: Revision | None = None
    subject: str | None = None
    matches: Regex | None = None
    each: bool = False
    touches: tuple[FilePath, ...] = ()
    author: str | None = None
    committer: str | None = None
    parents: Count | None = None
    signed: bool = False
    empty: bool | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.at is None and self.subject is None and self.matches is None and not self.each:
            yield "", "one of at, subject, matches and each is needed"
        if self.at is not None and (self.each or self.since is not None):
            yield "at", "names one commit, so each and since cannot stand beside it"
        if self.touches and self.empty:
            yield "empty", "a commit that changes files is not empty"

    def judge(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at) if self.at else tip_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        judged = [tip.commit] if self.at else commits_since(run, tip, self.since)
        if isinstance(judged, Verdict):
            return judged
        if self.each:
            judged = [commit for commit in judged if not commit.is_merge]
        elif not self.at:
            judged = [commit for commit in judged if says(commit, self.subject, self.matches)]
        if not judged:
            return self._missing(tip)
        faults = []
        good = []
        for commit in judged:
            fault = self._fault(run, commit)
            faults.append((commit, fault)) if fault else good.append(commit)
        if not faults or (good and not self.each):
            return passed(
                f"{_are(good)} as asked for.", *newest(tip, good), looked_at=LookedAt(len(judged), "commit")
            )
        commit, (why, expected, found) = faults[-1]
        return needs_work(
            f"In commit {commit.id[:7]} {quoted(commit.subject)} {why}.",
            expected=expected,
            found=found,
            fix=self._mend(run, tip, faults[0][0]),
            evidence=newest(tip, [commit for commit, _ in faults]),
        )

    def _missing(self, tip: Tip) -> Verdict:
        asked = wording(self.subject, self.matches)
        return needs_work(
            f"No commit on {quoted(tip.name)} has {asked}."
            if asked
            else f"{quoted(tip.name)} holds no such commit.",
            expected=f"a commit with {asked}" if asked else "at least one commit",
            found=f"{named(tip.commit)} as the newest commit",
            fix=add_commits(tip, self.subject),
            evidence=[commit_evidence(tip, tip.commit)],
        )

    def _fault(self, run: Run, commit: Commit) -> tuple[str, str, str] | None:
        """What is the matter with one commit: why, expected, found."""
        if not says(commit, self.subject, self.matches):
            return "the message is another", wording(self.subject, self.matches), quoted(commit.subject)
        if self.parents not in (None, len(commit.parents)):
            expected, found = (count(number, "parent") for number in (self.parents or 0, len(commit.parents)))
            return "the number of parents is another", expected, found
        for role, wanted, person in (
            ("author", self.author, commit.author),
            ("committer", self.committer, commit.committer),
        ):
            if wanted is not None and not _is(person, wanted):
                return f"the {role} is another", quoted(wanted), quoted(f"{person.name} <{person.email}>")
        if self.signed and not _is_signed(run, commit):
            return "there is no signature", "a signed commit", "no signature"
        return self._fault_of_change(run, commit)

    def _fault_of_change(self, run: Run, commit: Commit) -> tuple[str, str, str] | None:
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

    def _mend(self, run: Run, tip: Tip, oldest: Commit) -> str:
        """The newest commit is amended at once; an older one is stopped at in a rebase."""
        branch = branch_of(run, tip)
        if branch is None or self.parents is not None:
            return look(self.on)
        if oldest.id == branch.commit.id:
            return rewrite(branch, *self._put_right(run, oldest), self._amend())
        start = oldest.parents[0] if oldest.parents else "--root"
        if self.each and (self.author or self.committer or self.signed):
            return rewrite(branch, ["git", "rebase", "--exec", shlex.join(self._amend()), start])
        return rewrite(branch, ["git", "rebase", "--interactive", "--rebase-merges", start])

    def _put_right(self, run: Run, commit: Commit) -> list[list[str]]:
        """Commands that stage what is to be in the newest commit and no more; the files stay as they are."""
        if not (self.touches or self.empty) or not commit.parents:
            return []
        changed = set(map(decoded, run.repository.change_of(commit)))
        extra, missing = sorted(changed - set(self.touches)), sorted(set(self.touches) - changed)
        back = ["git", "reset", "--quiet", commit.parents[0], "--", *extra]
        return [*([back] if extra else []), *([["git", "add", "--", *missing]] if missing else [])]

    def _amend(self) -> list[str]:
        committer = zip(("NAME", "EMAIL"), _parts(self.committer or ""), strict=True)
        told = [f"GIT_COMMITTER_{key}={text}" for key, text in committer if text]
        return [
            *(["env", *told] if told else []),
            "git",
            *("commit", "--amend", "--allow-empty"),
            *(["-m", self.subject] if self.subject and self.at else ["--no-edit"]),
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


def _are(commits: list[Commit]) -> str:
    return f"{named(commits[0])} is" if len(commits) == 1 else f"{count(len(commits), 'commit')} are"
