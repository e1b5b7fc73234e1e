"""`each_commit: {on: main, matches: '^[A-Z]', forbids: [wip], files_at_most: 5}` - every commit follows these rules.

The rules apply to the commits after `since`, by default to the learner's commits. For messages: `matches` is searched
for in the subject (the first line); none of `forbids` may match the whole subject, ignoring case;
`subject_at_most` is its maximum length; `blank_second_line: true` requires a blank line after it. Messages that Git or
GitHub writes, such as `Revert "..."`, are skipped, and a ` (#12)` after a subject or a `fixup! ` before it is ignored.
The other rules skip merge commits. For one topic per commit: `files_at_most`, and `one_of: [[a.py, test_a.py],
[docs]]`, which requires that each commit changes files (or folders) of one group only. `message_matches` is searched
for in the whole message. `subject`, `touches`, `author`, `committer`, `parents`, `signed` and `empty` work as in
`commit`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal, NamedTuple

from ..findings import LookedAt
from ..git.history import Commit, first_line
from ..git.messages import is_by_git, own_subject, quoted_subject
from ..git.repository import Tip
from ..parameters import Count, FilePath, Regex
from ..pattern_words import in_words
from ..words import count, decoded, listed, quoted
from ._shared.base import Run, Verdict, needs_work, passed
from ._shared.commit_rules import MAX_LISTED, CommitRules
from ._shared.fixes import branch_of, rewrite_branch
from ._shared.named_refs import commits_since, tip_or_answer, whose_commits
from ._shared.proposed_texts import subject_for
from ._shared.rewriting import reword_lines
from ._shared.shell import Line, paragraphs
from ._shared.splitting import lies_in, split
from ._shared.walk import HistoryKind, named, newest
from .commits import MAX_READ, add_commits, commit_evidence

MAX_REWORDED = 20
_OF_SUBJECTS = ("matches", "subject_at_most", "forbids", "blank_second_line")


class _Fault(NamedTuple):
    """A fault of one commit; `about` decides how it is reported and fixed."""

    commit: Commit
    about: Literal["message", "topic", "rest"]
    why: str
    expected: str
    found: str


@dataclass(frozen=True, kw_only=True)
class EachCommitCheck(CommitRules, HistoryKind):
    kind = "each_commit"
    about = "commits"

    matches: Regex | None = None
    subject_at_most: Count | None = None
    forbids: tuple[Regex, ...] = ()
    blank_second_line: bool = False
    files_at_most: Count | None = None
    one_of: tuple[tuple[FilePath, ...], ...] = ()
    message_matches: Regex | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if not self._asked(*_QUESTIONS):
            yield "", f"needs one of {listed(map(quoted, _QUESTIONS), limit=len(_QUESTIONS))}"
        if self.files_at_most == 0:
            yield "files_at_most", "must be at least 1"
        yield from self.rule_problems()

    def judge(self, run: Run) -> Verdict:
        tip = tip_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        found = commits_since(run, tip, self.since)
        if isinstance(found, Verdict):
            return found
        described = self._described(run, found)
        judged = [commit for commit in found if commit.id in described or self._looks_into(commit)]
        faults = [fault for commit in judged if (fault := self._fault(run, commit, commit.id in described))]
        if not faults:
            return passed(
                f"{count(len(judged), 'commit')} checked, {'each ' if judged[1:] else ''}as required.",
                *(newest(tip, judged) or [commit_evidence(tip, tip.commit)]),
                looked_at=self._looked_at(run, tip, judged),
                fix=lambda: add_commits(run, tip),
            )
        fault = faults[-1]
        alike = [other for other in faults if other.about == fault.about]
        return needs_work(
            self._sentence(fault, len(alike), len(judged)),
            expected=fault.expected,
            found=_subjects(alike) if fault.about == "message" else fault.found,
            fix=self._mend_all(run, tip, alike),
            evidence=newest(tip, [other.commit for other in alike]),
        )

    def _described(self, run: Run, commits: list[Commit]) -> set[str]:
        # IDs of the commits whose messages are judged: not those that Git wrote itself
        if not self._asked(*_OF_SUBJECTS):
            return set()
        quoting = any(quoted_subject(commit.subject) is not None for commit in commits)
        subjects = {commit.subject for commit in run.repository.history} if quoting else set()
        return {
            commit.id
            for commit in commits
            if not is_by_git(commit.message, subjects, is_merge=commit.is_merge)
        }

    def _looks_into(self, commit: Commit) -> bool:
        others = [name for name in _QUESTIONS if name not in _OF_SUBJECTS]
        return not commit.is_merge and self._asked(*others)

    def _asked(self, *names: str) -> bool:
        return any(getattr(self, name) != getattr(type(self), name) for name in names)

    @property
    def _counts_files(self) -> bool:
        return self.files_at_most is not None or bool(self.one_of)

    def _looked_at(self, run: Run, tip: Tip, judged: list[Commit]) -> LookedAt:
        where = f"{whose_commits(self.since)} on {quoted(tip.name)}"
        if not self._counts_files:
            return LookedAt(len(judged), "commit", f"{where} that the rules apply to")
        changing = sum(1 for commit in judged if run.repository.change_of(commit))
        return LookedAt(changing, "commit", f"{where} that changes a file")

    def _fault(self, run: Run, commit: Commit, is_described: bool) -> _Fault | None:
        if is_described and (why := self._fault_of_message(commit)):
            return _Fault(commit, "message", why, self._expected_message(), "")
        if commit.is_merge:
            return None
        if self._counts_files:
            paths = sorted(map(decoded, run.repository.change_of(commit)))
            if not self._is_one_topic(paths):
                found = f"{count(len(paths), 'file')}: {listed(map(quoted, paths), limit=MAX_LISTED)}"
                return _Fault(commit, "topic", "covers more than one topic", self._expected_topic(), found)
        fault = self.fault(run, commit, self.message_matches)
        return _Fault(commit, "rest", *fault) if fault else None

    def _fault_of_message(self, commit: Commit) -> str | None:
        return self._fault_of_text(commit.message)

    def _fault_of_text(self, message: str) -> str | None:
        # completes "In commit abc1234 …"
        whole, lines = own_subject(first_line(message)), message.splitlines()
        subject = whole[:MAX_READ]
        if not subject:
            return "the message is empty"
        if self.subject_at_most is not None and len(whole) > self.subject_at_most:
            return f"the subject {quoted(subject)} has {count(len(whole), 'character')}"
        if any(re.fullmatch(pattern, subject, re.IGNORECASE) for pattern in self.forbids):
            return f"the subject {quoted(subject)} does not describe the change"
        texts = (subject, first_line(message)[:MAX_READ])
        if self.matches is not None and not any(re.search(self.matches, text) for text in texts):
            part = "" if len(whole) <= MAX_READ else f"first {MAX_READ:,} characters of the "
            verb = "do" if part else "does"
            return f"the {part}subject {quoted(subject)} {verb} not contain {in_words(self.matches)}"
        if self.blank_second_line and len(lines) > 1 and lines[1].strip():
            return f"the line after the subject {quoted(subject)} is not blank"
        return None

    def _expected_message(self) -> str:
        rules = ["describes the change"] if self.forbids else []
        if self.subject_at_most is not None:
            rules.append(f"has at most {count(self.subject_at_most, 'character')}")
        if self.matches is not None:
            rules.append(f"contains {in_words(self.matches)}")
        subject = f"a subject that {listed(rules)}" if rules else "a subject"
        return f"{subject}, then a blank line before the body" if self.blank_second_line else subject

    def _is_one_topic(self, paths: list[str]) -> bool:
        if self.files_at_most is not None and len(paths) > self.files_at_most:
            return False
        return not self.one_of or any(all(lies_in(path, group) for path in paths) for group in self.one_of)

    def _expected_topic(self) -> str:
        few = [f"at most {count(self.files_at_most, 'file')}"] if self.files_at_most is not None else []
        groups = " or ".join(listed(map(quoted, group), limit=MAX_LISTED) for group in self.one_of)
        return ", ".join([*few, *([f"only {groups}"] if groups else [])]) + " in one commit"

    def _sentence(self, fault: _Fault, faults: int, judged: int) -> str:
        commit = fault.commit
        if fault.about == "message":
            need = "needs" if faults == 1 else "need"
            number = f"{faults} of {count(judged, 'commit message')}"
            return f"{number} {need} work. In commit {commit.id[:7]} {fault.why}."
        return f"Commit {named(commit)} {fault.why}."

    def _mend_all(self, run: Run, tip: Tip, faults: list[_Fault]) -> str:
        if faults[0].about == "message":
            return self._reword(run, tip, [fault.commit for fault in faults])
        if faults[0].about == "topic":
            return split(run, tip, [fault.commit for fault in faults], self.one_of, self.files_at_most)
        return self.mend(run, tip, [fault.commit for fault in faults], self.message_matches)

    def _reword(self, run: Run, tip: Tip, wrong: list[Commit]) -> str:
        # newest first, so that earlier commits keep their IDs
        branch, lines, told = branch_of(run, tip), list[Line](), ""
        stops = "rebase" if wrong[0].id != tip.commit.id else ""
        for commit in reversed(wrong[-MAX_REWORDED:]):
            subject = subject_for(run.repository, commit, lambda text: self._fault_of_text(text) is None)
            told = told or (
                "" if subject else f"Replace each `...` with a message: {self._expected_message()}."
            )
            lines += reword_lines(run, tip, branch or tip.name, commit, subject or "...")
        return paragraphs(
            told, rewrite_branch(run, tip, *lines, oldest=wrong[-MAX_REWORDED:][0].id, stops=stops)
        )


_QUESTIONS = tuple(field.name for field in fields(EachCommitCheck) if field.name not in ("on", "since"))


def _subjects(faults: list[_Fault]) -> str:
    return listed([named(fault.commit) for fault in reversed(faults)])
