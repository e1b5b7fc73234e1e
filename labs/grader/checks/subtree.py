"""`subtree: {path: vendor/lib, from: lib, at: main}` - another project was merged into a folder as a subtree.

It is found by a merge commit with a parent whose root tree is identical to the folder, as `git subtree add` and
`git subtree pull` make it, also with `--squash`. `from` names a commit of that history, `at_least` (default 1) the
number of such merges.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..findings import LookedAt
from ..git.history import Commit
from ..git.repository import Tip
from ..parameters import MAIN_COMMIT, Count, FilePath, Revision
from ..report import Evidence
from ..words import count, quoted
from ._shared.base import Kind, Run, Verdict, at_tip, needs_work, passed, where
from ._shared.fixes import change
from ._shared.named_refs import commit_or_answer
from ._shared.shell import Line

ONE = Count(1)


@dataclass(frozen=True)
class SubtreeCheck(Kind):
    kind = "subtree"
    about = "objects"

    path: FilePath
    from_: Revision | None = None
    at: Revision = MAIN_COMMIT
    at_least: Count = ONE

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.at_least == 0:
            yield "at_least", "must be at least 1"

    def check(self, run: Run) -> Verdict:
        tip, other = commit_or_answer(run, self.at), commit_or_answer(run, self.from_ or self.at)
        if isinstance(tip, Verdict):
            return tip
        if isinstance(other, Verdict):
            return replace(other, fix=self._mend(run, tip, None, there=False))
        history = run.repository.history
        trees = (
            {each.tree for each in history.in_order(history.ancestors(other.commit.id))}
            if self.from_
            else None
        )
        behind = history.in_order(history.ancestors(tip.commit.id))
        merges = [commit for commit in reversed(behind) if commit.is_merge]
        found = [merge for merge in merges if self._is_one(run, merge, trees)]
        entry = run.repository.entry(tip.commit, self._path)
        if len(found) >= self.at_least and entry and entry.is_tree:
            evidence = Evidence(ref=tip.ref, commit=found[0].id, path=self.path)
            return passed(
                f"Found {count(len(found), 'subtree merge')} into {quoted(self.path)}.",
                evidence,
                looked_at=LookedAt(len(found), "merge commit"),
            )
        return self._needs_work(run, tip, other, len(found), len(merges), there=entry is not None)

    @property
    def _path(self) -> bytes:
        return self.path.removesuffix("/").encode()

    def _is_one(self, run: Run, merge: Commit, trees: set[str] | None) -> bool:
        entry = run.repository.entry(merge, self._path)
        if entry is None or not entry.is_tree or not (trees is None or entry.id in trees):
            return False
        history = run.repository.history
        return any(history[parent].tree == entry.id for parent in history.parents(merge.id))

    def _needs_work(self, run: Run, tip: Tip, other: Tip, found: int, merges: int, *, there: bool) -> Verdict:
        subtree = "a subtree merge" if found == 1 else "subtree merges"
        source = f"the history of {quoted(self.from_)}" if self.from_ else "another project"
        absent = "" if there else f" There is no {quoted(self.path)}."
        merged = (
            f"{count(found, 'merge commit') if found else 'No merge commit'} {where(tip)} merged {source}"
        )
        return needs_work(
            f"{merged} into {quoted(self.path)}.{absent}",
            expected=f"{count(self.at_least, 'merge commit')} with a parent whose root tree is identical to "
            + quoted(self.path),
            found=f"{count(merges, 'merge commit') if merges else 'no merge commit'}"
            + (f", {found or 'none'} of them {subtree}" if merges else ""),
            fix=self._mend(run, tip, other, there=there),
            evidence=[at_tip(tip)],
        )

    def _mend(self, run: Run, tip: Tip, other: Tip | None, *, there: bool) -> str:
        # `other` is the tip of the other history, None if that is in a different repository
        folder = self._path.decode()
        known = other.commit.id if self.from_ and other else ""
        fetch: list[Line] = [] if known else [["git", "fetch", "URL", "BRANCH"]]
        if fetch and self.from_:  # the check needs its branch in this repository
            fetch.append(["git", "push", "origin", f"FETCH_HEAD:refs/heads/{self.from_}"])
        away: Line = ["git", "rm", "-r", "-q", "--", folder]
        fix = change(
            run,
            tip,
            f"Merge {self.from_ or 'the other repository'} into {folder}",
            *fetch,
            *([away, ["git", "commit", "-m", f"Remove the old {folder}"]] if there else []),
            [
                "git",
                "merge",
                "-s",
                "ours",
                "--no-commit",
                "--allow-unrelated-histories",
                known or "FETCH_HEAD",
            ],
            ["git", "read-tree", f"--prefix={folder}/", "-u", known or "FETCH_HEAD"],
        )
        note = "Replace URL and BRANCH with those of the other repository."
        return f"{note}\n\n{fix}" if fetch else fix
