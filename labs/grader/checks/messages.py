"""`messages: {branch: main, matches: '^[A-Z]', subject_at_most: 72, forbids: [wip]}` - how commits are described.

`matches` is searched in the subject (first line), each of `forbids` must not match all of it, in any case of
letters; `blank_second_line` is on unless switched off. Messages that Git or GitHub wrote itself are left out, such as
those of merges and `Revert "..."`; a ` (#12)` behind a subject, or a `fixup! ` before it, does not count.
"""

import re
from dataclasses import dataclass

from ..findings import LookedAt
from ..git_messages import is_by_git, own_subject, quoted_subject
from ..history import Commit, first_line
from ..parameters import MAIN, Count, RefName, Regex
from ..repository import Tip
from ..words import count, in_words, listed, quoted
from .base import Kind, Run, Verdict, commands, needs_work, passed, tip_or_answer
from .commits import MOST_SHOWN, commit_evidence

MOST_READ = 1000  # characters of a subject: patterns may take long over more


@dataclass(frozen=True)
class MessagesCheck(Kind):
    kind = "messages"

    branch: RefName = MAIN
    matches: Regex | None = None
    subject_at_most: Count | None = None
    forbids: tuple[Regex, ...] = ()
    blank_second_line: bool = True

    def check(self, run: Run) -> Verdict:
        tip = tip_or_answer(run, self.branch)
        if isinstance(tip, Verdict):
            return tip
        own = run.own_commits(tip)
        subjects = {commit.subject for commit in run.repository.history} if any(map(_quotes, own)) else set()
        judged = [
            commit for commit in own if not is_by_git(commit.message, subjects, is_merge=commit.is_merge)
        ]
        if not judged:
            return needs_work(
                f"{quoted(tip.name)} holds no commit of yours whose message could be read.",
                expected="at least one commit",
                found="none",
            )
        offending = [(commit, fault) for commit in judged if (fault := self._fault(commit))]
        if not offending:
            return passed(
                f"{count(len(judged), 'message')} looked at, each as asked for.",
                looked_at=LookedAt(len(judged), "message"),
            )
        newest, fault = offending[-1]
        return needs_work(
            f"{len(offending)} of {count(len(judged), 'commit message')} {_verb(offending)} work. "
            f"In commit {newest.id[:7]} {fault}.",
            expected=self._expected(),
            found=listed([f"{commit.id[:7]} {quoted(commit.subject)}" for commit, _ in reversed(offending)]),
            fix=_reword(tip, newest, offending[0][0]),
            evidence=[commit_evidence(tip, commit) for commit, _ in offending[-MOST_SHOWN:]],
        )

    def _fault(self, commit: Commit) -> str | None:
        """What is the matter with one message, as the end of a sentence."""
        message = commit.message
        whole, lines = own_subject(first_line(message)), message.splitlines()
        subject = whole[:MOST_READ]
        if not subject:
            return "the message is empty"
        if self.subject_at_most is not None and len(whole) > self.subject_at_most:
            return f"the subject {quoted(subject)} has {count(len(whole), 'character')}"
        if any(re.fullmatch(pattern, subject, re.IGNORECASE) for pattern in self.forbids):
            return f"the subject {quoted(subject)} does not say what the change does"
        texts = (subject, first_line(message)[:MOST_READ])
        if self.matches is not None and not any(re.search(self.matches, text) for text in texts):
            return f"the subject {quoted(subject)} does not have {in_words(self.matches)}"
        if self.blank_second_line and len(lines) > 1 and lines[1].strip():
            return f"the line after the subject {quoted(subject)} is not blank"
        return None

    def _expected(self) -> str:
        rules = ["a subject that says what the change does" if self.forbids else "a subject"]
        if self.subject_at_most is not None:
            rules.append(f"at most {count(self.subject_at_most, 'character')}")
        if self.matches is not None:
            rules.append(in_words(self.matches))
        if self.blank_second_line:
            rules.append("a blank line between subject and body")
        return ", ".join(rules)


def _quotes(commit: Commit) -> bool:
    return quoted_subject(commit.subject) is not None


def _verb(offending: list[tuple[Commit, str]]) -> str:
    return "needs" if len(offending) == 1 else "need"


def _reword(tip: Tip, newest: Commit, oldest: Commit) -> str:
    if oldest.id == tip.commit.id:
        change = [["git", "commit", "--amend", "--allow-empty", "-m", "Say what the change does"]]
    else:
        start = oldest.parents[0] if oldest.parents else "--root"
        change = [["git", "rebase", "--interactive", "--rebase-merges", start]]
    return commands(
        ["git", "switch", tip.name], *change, ["git", "push", "--force-with-lease", "origin", tip.name]
    )
