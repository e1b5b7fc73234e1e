"""`renamed: {path: docs/guide.md, from: guide.md, on: main}` - a file was renamed so that Git detects the rename.

A single commit removes the old path and adds the new one with mostly the same lines: at least `similar_at_least`
percent (default 50, as in Git) of the bytes of the larger file. Merge commits do not count. The tip has the new path
but not the old one.
"""

import posixpath
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from ..findings import LookedAt
from ..git.history import Commit
from ..git.repository import Repository, Tip, TooLargeError
from ..git.trees import Change
from ..parameters import MAIN, FilePath, Percent, RefName
from ..words import decoded, listed, quoted
from ._shared.base import Run, Verdict, needs_work, passed, where
from ._shared.fixes import branch_of, change, in_place, rewrite_branch
from ._shared.named_refs import tip_or_answer
from ._shared.shell import Line, as_argument, make_folder_of
from ._shared.walk import HistoryKind, named, newest
from .commits import commit_evidence

HALF = Percent(50)


@dataclass(frozen=True)
class RenamedCheck(HistoryKind):
    kind = "renamed"
    about = "files"

    path: FilePath
    from_: FilePath
    on: RefName = MAIN
    similar_at_least: Percent = HALF

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.path == self.from_:
            yield "from", "must be a different path"

    def judge(self, run: Run) -> Verdict:
        tip = tip_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        files = run.repository.files(tip)
        if self.from_.encode() in files or self.path.encode() not in files:
            return self._not_moved(
                run, tip, [path for path in (self.from_, self.path) if path.encode() in files]
            )
        going, coming, together = self._moves(run, tip)
        if not together:
            return self._in_two_steps(run, tip, going, coming)
        commit, percent = together[-1]
        if percent >= self.similar_at_least:
            return passed(
                f"{named(commit)} renamed {quoted(self.from_)} to {quoted(self.path)} ({percent}% similar).",
                commit_evidence(tip, commit),
                looked_at=LookedAt(1, "file"),
            )
        return needs_work(
            f"{named(commit)} renamed {quoted(self.from_)} and changed most of it, so Git sees a new file.",
            expected=f"at least {self.similar_at_least}% similarity in the commit that renames the file",
            found=f"{percent}% similar",
            fix=self._apart(run, tip, commit),
            evidence=[commit_evidence(tip, commit)],
        )

    def _moves(self, run: Run, tip: Tip) -> tuple[list[Commit], list[Commit], list[tuple[Commit, int]]]:
        # commits that remove the old path, that add the new one, and that do both, with the similarity
        history = run.repository.history
        old, new = self.from_.encode(), self.path.encode()
        going, coming, together = [], [], []
        for commit in history.in_order(history.ancestors(tip.commit.id)):
            made = run.repository.change_of(commit) if not commit.is_merge else {}
            gone, come = old in made and made[old][1] is None, new in made and made[new][0] is None
            if gone and come:
                together.append((commit, _likeness(run.repository, made, old, new)))
            elif gone:
                going.append(commit)
            elif come:
                coming.append(commit)
        return going, coming, together

    def _not_moved(self, run: Run, tip: Tip, there: list[str]) -> Verdict:
        return needs_work(
            f"{quoted(self.from_)} was not renamed to {quoted(self.path)} {where(tip)}.",
            expected=f"{quoted(self.path)} and no {quoted(self.from_)}",
            found=listed(map(quoted, there)) or "neither of the two",
            fix=self._move(run, tip, there),
            evidence=[commit_evidence(tip, tip.commit)],
        )

    def _in_two_steps(self, run: Run, tip: Tip, going: list[Commit], coming: list[Commit]) -> Verdict:
        steps = [*going[-1:], *coming[-1:]]
        return needs_work(
            f"{quoted(self.from_)} was not renamed to {quoted(self.path)} in a single commit, so Git sees a new file.",
            expected=f"one commit that removes {quoted(self.from_)} and adds {quoted(self.path)}",
            found=listed([named(commit) for commit in steps]) or f"no commit with {quoted(self.from_)}",
            fix=self._fold(run, tip, steps),
            evidence=newest(tip, steps) or [commit_evidence(tip, tip.commit)],
        )

    def _move(self, run: Run, tip: Tip, there: list[str]) -> str:
        tree = run.repository.files(tip)
        parents = accumulate(posixpath.dirname(self.path).split("/"), posixpath.join)
        file = next((parent for parent in parents if parent.encode() in tree), "")
        move: list[Line] = [
            *([["git", "mv", as_argument(file), as_argument(f"{file}.old")]] if file else []),
            *make_folder_of(self.path),
            ["git", "mv", as_argument(self.from_), as_argument(self.path)],
        ]
        if there == [self.from_]:
            return change(run, tip, f"Rename {self.from_} to {self.path}", *move)
        going, coming, _ = self._moves(run, tip)
        if there and coming and (branch := branch_of(run, tip)):
            take: Line = ["git", "rm", "-q", "--cached", as_argument(self.from_)]
            amend: Line = ["git", "commit", "--amend", "--no-edit"]
            is_tip = coming[-1].id == tip.commit.id
            lines = [take, amend] if is_tip else in_place(coming[-1].id, branch, take)
            return rewrite_branch(run, tip, *lines, stops="" if is_tip else "rebase")
        first: list[Line] = [["touch", as_argument(self.from_)], ["git", "add", "--", self.from_]]
        if going:
            first = [
                [
                    "git",
                    "restore",
                    f"--source={going[-1].parents[0]}",
                    "--staged",
                    "--worktree",
                    "--",
                    self.from_,
                ]
            ]
        add: Line = ["git", "commit", "-m", f"{'Bring back' if going else 'Add'} {self.from_}"]
        return change(run, tip, f"Rename {self.from_} to {self.path}", *first, add, *move)

    def _apart(self, run: Run, tip: Tip, commit: Commit) -> str:
        # one commit to rename the file, one to change it
        branch = branch_of(run, tip)
        if branch is None:
            return ""
        lines: list[Line] = [
            ["git", "switch", "--detach", commit.parents[0]],
            *make_folder_of(self.path),
            ["git", "mv", as_argument(self.from_), as_argument(self.path)],
            ["git", "commit", "-m", f"Rename {self.from_} to {self.path}"],
            ["git", "restore", f"--source={commit.id}", "--staged", "--worktree", "."],
            ["git", "commit", "-m", commit.subject or f"Change {self.path}"],
            ["git", "rebase", "--rebase-merges", "--onto", "HEAD", commit.id, branch],
        ]
        return rewrite_branch(run, tip, *lines, oldest=commit.id, stops="rebase")

    def _fold(self, run: Run, tip: Tip, steps: list[Commit]) -> str:
        # squashes the commits since the first of the two
        history = run.repository.history
        order = list(history.first_parents(tip.commit.id))
        places = [order.index(commit.id) for commit in steps if commit.id in order]
        since = order[: max(places) + 1] if len(places) == 2 else []
        if not since or not history[since[-1]].parents:
            return self._move(run, tip, [])
        back: Line = ["git", "reset", "--soft", history[since[-1]].parents[0]]
        return rewrite_branch(run, tip, back, ["git", "commit", "-m", f"Rename {self.from_} to {self.path}"])


def _likeness(repository: Repository, made: Change, old: bytes, new: bytes) -> int:
    # percent of the bytes of the larger file that are in lines of both
    before, after = made[old][0], made[new][1]
    if not (before and after) or before.id == after.id:
        return 100
    if before.is_submodule or after.is_submodule:
        return 0
    contents = [content for entry in (before, after) if (content := repository.content(entry.id)) is not None]
    if len(contents) < 2:
        raise TooLargeError(
            f"{quoted(decoded(new))} was over 1 MB when it was renamed. Such files are not read"
        )
    one, other = (Counter(content.splitlines(keepends=True)) for content in contents)
    shared = sum(len(text) * times for text, times in (one & other).items())
    largest = max(map(len, contents))
    return shared * 100 // largest if largest else 100
