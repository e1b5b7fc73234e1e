"""Base of the kinds that read history: a complete history, parts of it, and commits found by their message."""

import re
from abc import abstractmethod

from ...git.history import Commit, History
from ...git.messages import without_number
from ...git.repository import Tip, TooLargeError
from ...parameters import Regex, Revision
from ...pattern_words import in_words
from ...report import Evidence
from ...words import listed, quoted
from ..commits import MAX_READ, MAX_SHOWN, commit_evidence
from .base import Kind, Run, Verdict, cut_off_history
from .named_refs import commit_or_answer

MAX_SEARCHED = 4 * MAX_READ  # characters of a message


class HistoryKind(Kind):
    """A kind that is not run on a shallow clone, since a missing commit proves nothing there."""

    def check(self, run: Run) -> Verdict:
        return cut_off(run) or self.judge(run)

    @abstractmethod
    def judge(self, run: Run) -> Verdict:
        """Judge a repository with a complete history."""


def cut_off(run: Run) -> Verdict | None:
    return cut_off_history() if run.repository.is_shallow else None


def first_parents_of(run: Run, tip: Tip, among: list[Commit]) -> list[Commit]:
    """Return those of `among` that first parents reach from a tip, oldest first."""
    line = set(run.repository.history.first_parents(tip.commit.id))
    return [commit for commit in among if commit.id in line]


def has_subject(commit: Commit, subject: str) -> bool:
    # GitHub appends ` (#12)` to the subject of a squash merge
    return subject in (commit.subject, without_number(commit.subject))


def says(commit: Commit, subject: str | None, matches: Regex | None) -> bool:
    if subject is not None and not has_subject(commit, subject):
        return False
    message = commit.message[:MAX_SEARCHED]
    return matches is None or bool(message and re.search(matches, message, re.MULTILINE))


def matching(commits: list[Commit], subject: str | None, matches: Regex | None) -> list[Commit]:
    """Return the commits with this subject and message.

    Raises TooLargeError if there is none and a message was not searched to its end.
    """
    found = [commit for commit in commits if says(commit, subject, matches)]
    candidates = [] if found or matches is None else commits
    for commit in candidates:
        if len(commit.message) > MAX_SEARCHED and says(commit, subject, None):
            raise TooLargeError(
                f"the message of commit {commit.id[:7]} has over {MAX_SEARCHED:,} characters, and the rest is not "
                "searched"
            )
    return found


def wording(subject: str | None, matches: Regex | None) -> str:
    asked = [f"the subject {quoted(subject)}"] if subject is not None else []
    return listed(
        [
            *asked,
            *([f"a message that contains {in_words(matches, of_lines=True)}"] if matches is not None else []),
        ]
    )


def shown(commits: list[Commit]) -> str:
    return listed([named(commit) for commit in reversed(commits)]) or "no commit"


def named(commit: Commit) -> str:
    return f"{commit.id[:7]} {quoted(commit.subject) if commit.subject else '(no message)'}"


def newest(tip: Tip, commits: list[Commit]) -> list[Evidence]:
    return [commit_evidence(tip, commit) for commit in commits[-MAX_SHOWN:]]


def commits_of(run: Run, names: tuple[Revision, ...], *, originals: bool = False) -> list[Commit] | Verdict:
    """Return the commits of these names, or the verdict on the first name without a commit; see `resolve`."""
    found: list[Commit] = []
    for name in names:
        tip = commit_or_answer(run, name, originals=originals)
        if isinstance(tip, Verdict):
            return tip
        found.append(tip.commit)
    return found


def first_in_order(history: History, choices: list[list[Commit]]) -> list[Commit] | None:
    """Return the oldest commit of each list so that each is a descendant of the one before; None if impossible."""
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
