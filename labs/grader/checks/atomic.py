"""`atomic: {on: main, files_at_most: 1}` - one topic a commit: each commit changes few files, or one group of them.

With `one_of: [[a.py, test_a.py], [docs]]` each commit keeps to the files (or folders) of one group. Judged are the
commits after `since`, else the learner's own; merge commits are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..history import Commit
from ..parameters import MAIN, Count, FilePath, RefName, Revision
from ..repository import Tip
from ..words import count, decoded, listed, quoted
from .base import Run, Verdict, commits_since, needs_work, passed, tip_or_answer
from .commits import add_commits, commit_evidence
from .walk import HistoryKind, look, newest, rewrite


@dataclass(frozen=True)
class AtomicCheck(HistoryKind):
    kind = "atomic"

    on: RefName = MAIN
    since: Revision | None = None
    files_at_most: Count | None = None
    one_of: tuple[tuple[FilePath, ...], ...] = ()

    def problems(self) -> Iterator[tuple[str, str]]:
        if not self.files_at_most and not self.one_of:
            yield "", "one of files_at_most (at least 1) and one_of is needed"

    def judge(self, run: Run) -> Verdict:
        tip = tip_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        found = commits_since(run, tip, self.since)
        if isinstance(found, Verdict):
            return found
        judged = [
            (commit, sorted(map(decoded, run.repository.change_of(commit))))
            for commit in found
            if not commit.is_merge
        ]
        mixed = [(commit, paths) for commit, paths in judged if not self._is_one_topic(paths)]
        if not mixed:
            changing = sum(1 for _, paths in judged if paths)
            return passed(
                f"{count(len(judged), 'commit')} looked at, each with one topic.",
                commit_evidence(tip, tip.commit),
                looked_at=LookedAt(changing, "commit", f"that changes a file on {quoted(tip.name)}"),
                fix=add_commits(tip),
            )
        commit, paths = mixed[-1]
        return needs_work(
            f"Commit {commit.id[:7]} {quoted(commit.subject)} changes more than one topic.",
            expected=self._expected(),
            found=f"{count(len(paths), 'file')}: {listed(map(quoted, paths), most=5)}",
            fix=self._split(tip, mixed[0][0], paths),
            evidence=newest(tip, [commit for commit, _ in mixed]),
        )

    def _is_one_topic(self, paths: list[str]) -> bool:
        if self.files_at_most is not None and len(paths) > self.files_at_most:
            return False
        return not self.one_of or any(all(_lies_in(path, group) for path in paths) for group in self.one_of)

    def _expected(self) -> str:
        few = [f"at most {count(self.files_at_most, 'file')}"] if self.files_at_most is not None else []
        groups = " or ".join(listed(map(quoted, group), most=5) for group in self.one_of)
        return ", ".join([*few, *([f"only {groups}"] if groups else [])]) + " in a commit"

    def _split(self, tip: Tip, oldest: Commit, paths: list[str]) -> str:
        """The newest commit is taken back and made again file by file, or group by group."""
        if oldest.id != tip.commit.id or not oldest.parents or not tip.ref.startswith("refs/heads/"):
            return look(self.on)
        groups = [[path for path in paths if _lies_in(path, group)] for group in self.one_of]
        size = self.files_at_most or len(paths)
        parts = [
            part[start : start + size] for part in groups or [paths] for start in range(0, len(part), size)
        ]
        again = [
            line
            for part in parts
            for line in (["git", "add", "--", *part], ["git", "commit", "-m", f"Change {listed(part)}"])
        ]
        return rewrite(tip, ["git", "reset", oldest.parents[0]], *again)


def _lies_in(path: str, group: tuple[str, ...]) -> bool:
    return any(path == name or path.startswith(name.rstrip("/") + "/") for name in group)
