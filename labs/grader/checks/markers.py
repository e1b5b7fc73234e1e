"""`no_conflict_markers: {at: main}` - no file contains conflict markers of an unresolved merge.

A conflict is a line of `<<<<<<<`, then one of `=======`, then one of `>>>>>>>`, as Git writes them. A line of equal
signs below a heading does not count. Files over 1 MB, submodules and symbolic links are not read.
"""

from dataclasses import dataclass, replace

from ..edits import delete_lines
from ..findings import LookedAt
from ..git.lfs_pointer import pointed_size
from ..git.repository import Tip
from ..parameters import MAIN_COMMIT, Revision
from ..words import count, decoded, excerpt, listed, quoted
from ._shared.base import Kind, Run, Verdict, at_tip, needs_work, passed, where
from ._shared.contents import as_text, lines_of, not_read
from ._shared.fixes import edit_and_push
from ._shared.named_refs import commit_or_answer
from ._shared.removal import literal
from .commits import add_commits

MAX_SHOWN = 3
MAX_EDITED = 10
Conflict = tuple[bytes, int, list[str]]


@dataclass(frozen=True)
class NoConflictMarkersCheck(Kind):
    kind = "no_conflict_markers"
    about = "files"

    at: Revision = MAIN_COMMIT

    def check(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        conflicts: list[Conflict] = []
        read = large = pointers = 0
        entries = run.repository.files(tip)
        files = [(path, entry.id) for path, entry in sorted(entries.items()) if entry.is_file]
        contents = run.repository.contents(blob_id for _, blob_id in files)
        for (path, _), content in zip(files, contents, strict=True):
            large += content is None
            pointers += pointed_size(content) is not None
            read += bool(content) and pointed_size(content) is None
            lines = lines_of(as_text(content)) if content and b"<<<<<<<" in content else []
            if line := conflict_line(lines):
                conflicts.append((path, line, lines))
        if conflicts:
            return self._conflicts(run, tip, conflicts)
        place = where(tip)
        submodules = sum(entry.is_submodule for entry in entries.values())
        unread = not_read(large=large, pointers=pointers, submodules=submodules)
        return passed(
            f"No conflict markers in {count(read, 'file')} {place}.",
            looked_at=LookedAt(read, "file with content", place, unread=unread),
            fix=lambda: add_commits(run, tip),
        )

    def _conflicts(self, run: Run, tip: Tip, conflicts: list[Conflict]) -> Verdict:
        line = conflicts[0][1]
        names = [decoded(path) for path, _, _ in conflicts]
        return needs_work(
            f"{quoted(names[0])} has conflict markers, starting at line {line}."
            + (
                f" So {'does' if len(names) == 2 else 'do'} {count(len(names) - 1, 'more file')}."
                if len(names) > 1
                else ""
            ),
            expected="no line that starts with `<<<<<<<`, `=======` or `>>>>>>>`",
            found=f"conflict markers in {listed(map(quoted, names))}",
            fix=edit_and_push(
                run, tip, "Resolve the conflict", _edit(conflicts), ["git", "add", "--", *map(literal, names)]
            ),
            evidence=[
                replace(at_tip(tip, path), line=line, excerpt=excerpt(lines, line))
                for path, line, lines in conflicts[:MAX_SHOWN]
            ],
        )


def _edit(conflicts: list[Conflict]) -> str:
    # the learner decides which of the lines between the markers stay
    marks = "\n".join(
        delete_lines(decoded(path), conflict_marks(lines)) for path, _, lines in conflicts[:MAX_EDITED]
    )
    return f"{marks}\nOf the lines between them, keep the ones you want."


def conflict_marks(lines: list[str]) -> list[int]:
    """Return the numbers of the marker lines of complete conflicts."""
    marks: list[int] = []
    start = divided = None
    for number, line in enumerate(lines, start=1):
        if line == "<<<<<<<" or line.startswith("<<<<<<< "):
            start, divided = number, None
        elif start and line == "=======":
            divided = number
        elif start and divided and (line == ">>>>>>>" or line.startswith(">>>>>>> ")):
            middle = [other for other in range(start, divided) if lines[other - 1].startswith("||||||| ")]
            marks += [start, *middle, divided, number]
            start = divided = None
    return marks


def conflict_line(lines: list[str]) -> int | None:
    return next(iter(conflict_marks(lines)), None)
