"""What the kinds that ask about history share: a whole history, a stretch of it, and commits named by their message."""

import re
from abc import abstractmethod

from ...git.history import Commit, History
from ...git.messages import without_number
from ...git.repository import Tip, TooLargeError
from ...parameters import Regex, Revision
from ...report import Evidence
from ...words import in_words, listed, quoted
from ..commits import MAX_READ, MAX_SHOWN, commit_evidence
from .base import Kind, Run, Verdict, commit_or_answer, cut_off_history

MAX_SEARCHED = 4 * MAX_READ  # characters of a message


class HistoryKind(Kind):
    """A kind that is not run on a shallow clone, where a commit that is absent proves nothing."""

    def check(self, run: Run) -> Verdict:
        return cut_off(run) or self.judge(run)

    @abstractmethod
    def judge(self, run: Run) -> Verdict:
        """The answer, where all parents of all commits are here."""


def cut_off(run: Run) -> Verdict | None:
    """The answer where a shallow clone lacks commits, else None."""
    return cut_off_history() if run.repository.is_shallow else None


def first_parents_of(run: Run, tip: Tip, among: list[Commit]) -> list[Commit]:
    """Those of `among` that lie on the line of first parents of a tip, oldest first."""
    line = set(run.repository.history.first_parents(tip.commit.id))
    return [commit for commit in among if commit.id in line]


def has_subject(commit: Commit, subject: str) -> bool:
    """True where this is the subject, also with the ` (#12)` that GitHub puts behind that of a squash merge."""
    return subject in (commit.subject, without_number(commit.subject))


def says(commit: Commit, subject: str | None, matches: Regex | None) -> bool:
    """Is this the subject, and is the pattern found in the message? What is None is not asked for."""
    if subject is not None and not has_subject(commit, subject):
        return False
    message = commit.message[:MAX_SEARCHED]
    return matches is None or bool(message and re.search(matches, message, re.MULTILINE))


def matching(commits: list[Commit], subject: str | None, matches: Regex | None) -> list[Commit]:
    """The commits of which `says` is true. Raises TooLargeError if none is and a message
    was not searched to its end.
    """
    found = [commit for commit in commits if says(commit, subject, matches)]
    candidates = [] if found or matches is None else commits
    for commit in candidates:
        if len(commit.message) > MAX_SEARCHED and says(commit, subject, None):
            raise TooLargeError(
                f"the message of commit {commit.id[:7]} is longer than {MAX_SEARCHED:,} characters, and no more is "
                "searched"
            )
    return found


def wording(subject: str | None, matches: Regex | None) -> str:
    """What `says` asks for, as the end of a sentence."""
    asked = [f"the subject {quoted(subject)}"] if subject is not None else []
    return listed([*asked, *([f"a message with {in_words(matches)}"] if matches is not None else [])])


def shown(commits: list[Commit]) -> str:
    """The newest few commits, the newest first."""
    return listed([named(commit) for commit in reversed(commits)]) or "no commit"


def named(commit: Commit) -> str:
    return f"{commit.id[:7]} {quoted(commit.subject)}"


def newest(tip: Tip, commits: list[Commit]) -> list[Evidence]:
    return [commit_evidence(tip, commit) for commit in commits[-MAX_SHOWN:]]


def commits_of(run: Run, names: tuple[Revision, ...], *, originals: bool = False) -> list[Commit] | Verdict:
    """The commits of these names, or the answer for the first name that stands for none; see `resolve`."""
    found: list[Commit] = []
    for name in names:
        tip = commit_or_answer(run, name, originals=originals)
        if isinstance(tip, Verdict):
            return tip
        found.append(tip.commit)
    return found


def first_in_order(history: History, choices: list[list[Commit]]) -> list[Commit] | None:
    """One commit of each list, the oldest that will do, each with the one before in its history; None if that fails."""
    row: list[Commit] = []
    for choice in choices:
        later = (commit for commit in choice if not row or _is_after(history, commit, row[-1]))
        following = next(later, None)
        if following is None:
            return None
        row.append(following)
    return row


def _is_after(history: History, commit: Commit, other: Commit) -> bool:
    return commit.id != other.id and other.id in history.ancestors(commit.id)
