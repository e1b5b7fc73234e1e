"""`file: {path: README.md, at: main, exists: true}` - a file exists at a commit such as `main`, `v1.0` or `main~2`.

Instead of `exists` (false: there is no such file), one of: `contains: text`; `matches: regex` (searched; `^` and `$`
match at the start and end of each line); `lacks: regex` (found nowhere); `equals: text` (the whole content; line
endings and a final newline do not matter); `lines: [a, b]` (these lines in this order, possibly with others in
between); `executable: true` or `false`. `path` may be a pattern such as `*.md` or `src/**/*.py`. Then one matching file
is enough, except for `lacks` and `executable`, which apply to each; `exists: false` requires that no file matches.
"""

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from ..edits import add_at_end, delete_lines, write_file
from ..findings import LookedAt
from ..formats.globs import is_glob
from ..git.repository import Tip
from ..parameters import MAIN_COMMIT, FilePath, Regex, Revision
from ..pattern_words import in_words
from ..report import Outcome
from ..words import count, listed, quoted, visible
from ._shared.base import Kind, Run, Verdict, at_tip, needs_work, not_known, passed, where
from ._shared.contents import (
    Found,
    Text,
    as_text_file,
    bytes_or_answer,
    file_or_answer,
    files_or_answer,
    lines_in,
    lines_of,
    submodule_above,
)
from ._shared.fixes import change, edit_and_push
from ._shared.named_refs import commit_or_answer
from ._shared.not_text import not_text_answer
from ._shared.proposed_texts import fitting
from ._shared.shell import Line, append_line, as_argument, commands, write_lines
from ._shared.some_file import judge_each, judge_some

EXECUTABLE = b"100755"
A_FILE = LookedAt(1, "file")
MAX_LINES = 20


@dataclass(frozen=True)
class FileCheck(Kind):
    kind = "file"
    about = "files"

    path: FilePath
    at: Revision = MAIN_COMMIT
    exists: bool | None = None
    contains: str | None = None
    matches: Regex | None = None
    lacks: Regex | None = None
    equals: str | None = None
    lines: tuple[str, ...] | None = None
    executable: bool | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        names = ("exists", "contains", "matches", "lacks", "equals", "lines", "executable")
        if sum(getattr(self, name) is not None for name in names) != 1:
            yield "", f"needs one of {', '.join(map(quoted, names[:-1]))} and {quoted(names[-1])}"
        if self.path.endswith("/"):
            yield "path", "expected a file, found a folder"
        if self.lines == ():
            yield "lines", "needs at least one line"

    def check(self, run: Run) -> Verdict:
        if is_glob(self.path):
            return self._of_pattern(run)
        return self._absent(run) if self.exists is False else self._one(run)

    def _of_pattern(self, run: Run) -> Verdict:
        files = files_or_answer(run, self.path, self.at)
        if self.exists is False:
            return self._none(run, files)
        if isinstance(files, Verdict):
            return files
        judge = judge_some if self.lacks is None and self.executable is None else judge_each
        return judge(self.path, files, lambda path: replace(self, path=path)._one(run))

    def _none(self, run: Run, files: list[Found] | Verdict) -> Verdict:
        tip = commit_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        place = where(tip)
        if isinstance(files, Verdict):
            of = LookedAt(self._count_others(run, tip), "file", place)
            return passed(f"No file {place} matches {quoted(self.path)}.", at_tip(tip), looked_at=of)
        paths = [file.path for file in files]
        return needs_work(
            f"{quoted(paths[0])} exists {place}.",
            expected=f"no file {place} that matches {quoted(self.path)}",
            found=listed(map(quoted, paths)),
            fix=change(
                run, tip, f"Stop tracking {paths[0]}", ["git", "rm", "--cached", "--quiet", "--", *paths[:20]]
            ),
            evidence=[file.evidence() for file in files[:3]],
        )

    def _one(self, run: Run) -> Verdict:
        file = file_or_answer(run, self.path, self.at, *self._fill())
        if isinstance(file, Verdict):
            return file
        if self.exists:
            return passed(f"{quoted(self.path)} exists {where(file.tip)}.", file.evidence(), looked_at=A_FILE)
        if self.executable is not None:
            return self._mode(run, file)
        content = bytes_or_answer(run, file)
        if isinstance(content, Verdict):
            return content
        not_text = not_text_answer(run, file.tip, file.path, content)
        if not_text and self.lacks is not None:  # a file that cannot be read may contain anything
            return not_text
        verdict = self._look(run, as_text_file(file, content))
        return not_text if not_text and verdict.outcome is Outcome.NEEDS_WORK else verdict

    def _look(self, run: Run, file: Text) -> Verdict:
        if self.equals is not None:
            return self._compare(run, file, lines_of(self.equals.replace("\r\n", "\n")))
        return self._search(run, file) if self.lines is None else self._in_order(run, file, self.lines)

    def _absent(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        entry = run.repository.entry(tip.commit, self.path.encode())
        if entry is None and (place := submodule_above(run, tip, self.path)):
            return not_known(
                f"whether {quoted(self.path)} exists {where(tip)}: {quoted(place)} is a submodule, whose files are "
                "not read"
            )
        if entry is None:
            return passed(
                f"There is no {quoted(self.path)} {where(tip)}.",
                at_tip(tip),
                looked_at=LookedAt(self._count_others(run, tip), "file", where(tip)),
            )
        return needs_work(
            f"{quoted(self.path)} exists {where(tip)}.",
            expected=f"no {quoted(self.path)} {where(tip)}",
            found=entry.noun,
            fix=change(
                run,
                tip,
                f"Stop tracking {self.path}",
                ["git", "rm", *(["-r"] if entry.is_tree else []), "--cached", "--", self.path],
            ),
            evidence=[at_tip(tip, self.path.encode())],
        )

    def _count_others(self, run: Run, tip: Tip) -> int:
        # entries of the top folder, or commits that changed the file if there is nothing left
        others = run.repository.listing(tip.commit.tree)
        if others:
            return len(others)
        history = run.repository.history
        commits = history.in_order(history.ancestors(tip.commit.id))
        return sum(1 for commit in commits if self.path.encode() in run.repository.change_of(commit))

    def _mode(self, run: Run, file: Found) -> Verdict:
        can_run = file.entry.mode == EXECUTABLE
        state = "executable" if can_run else "not executable"
        if can_run == self.executable:
            return passed(f"{file} is {state}.", file.evidence(), looked_at=A_FILE)
        sign = "+x" if self.executable else "-x"
        return needs_work(
            f"{file} is {state}.",
            expected=f"mode {'100755' if self.executable else '100644'}",
            found=f"mode {file.entry.mode.decode()}",
            fix=change(
                run,
                file.tip,
                self._message(),
                ["chmod", sign, as_argument(self.path)],
                ["git", "add", f"--chmod={sign}", "--", self.path],
            ),
            evidence=[file.evidence()],
        )

    def _search(self, run: Run, file: Text) -> Verdict:
        wanted = self.contains or self.matches or self.lacks or ""
        pattern = wanted if self.contains is None else re.escape(wanted)
        asked = in_line = quoted(wanted)
        if self.contains is None:
            which = "forbidden" if self.lacks else "required"
            asked, in_line = in_words(wanted, which, of_lines=True), in_words(wanted, which)
        aim = f"{'no' if self.lacks else 'a'} line that contains {in_line}"
        add: Line = ["git", "add", "--", self.path]
        match = re.search(pattern, file.text, re.MULTILINE)
        line = file.text.count("\n", 0, match.start()) + 1 if match else 1
        if bool(match) != (self.lacks is not None):
            return passed(
                f"{file} {'contains' if match else 'does not contain'} {asked}.",
                file.at_line(line),
                looked_at=lines_in(file),
                fix=lambda: edit_and_push(
                    run,
                    file.tip,
                    self._message(),
                    f"Write the content of `{visible(self.path)}`.",
                    add,
                ),
            )
        found = (
            f"{quoted(file.lines[line - 1])} on line {line}" if match else f"no such line in {_counted(file)}"
        )
        return needs_work(
            f"Line {line} of {file} contains {in_line}." if match else f"{file} does not contain {asked}.",
            expected=aim,
            found=found,
            fix=self._without(run, file, aim) if self.lacks else self._add_text(run, file, aim),
            evidence=[file.at_line(line)],
        )

    def _compare(self, run: Run, file: Text, wanted: list[str]) -> Verdict:
        for number, (line, want) in enumerate(zip_longest(file.lines, wanted), start=1):
            if line != want:
                return needs_work(
                    f"{file} differs from the required content on line {number}.",
                    expected=_line(number, want),
                    found=_line(number, line),
                    fix=self._complete(run, file.tip, [write_lines(wanted, self.path)]),
                    evidence=[file.at_line(number)],
                )
        return passed(f"{file} has exactly the required content.", file.evidence(), looked_at=A_FILE)

    def _in_order(self, run: Run, file: Text, wanted: tuple[str, ...]) -> Verdict:
        lines, number = file.lines, 0
        for met, want in enumerate(wanted):
            if want not in lines[number:]:
                return self._not_in_order(run, file, wanted[met:], after=number)
            number = lines.index(want, number) + 1
        return passed(
            f"{file} has the required {'lines in order' if wanted[1:] else 'line'}.",
            file.at_line(number),
            looked_at=lines_in(file),
        )

    def _not_in_order(self, run: Run, file: Text, left: tuple[str, ...], after: int) -> Verdict:
        # `left` are the lines that are still missing, `after` is the number of the line before them
        want = quoted(left[0])
        early = file.lines.index(left[0]) + 1 if left[0] in file.lines else None
        return needs_work(
            f"{file} has the line {want} too early." if early else f"{file} has no line {want}.",
            expected=f"the line {want}" + (f" below line {after}" if after else ""),
            found=f"{want} on line {early}" if early else f"not among the {_counted(file)} of the file",
            fix=self._complete(run, file.tip, [append_line(line, self.path) for line in left]),
            evidence=[file.at_line(early or after or 1)],
        )

    def _fill(self) -> list[Line]:
        # commands that write the required content; none if the learner has to find words
        if self.equals is not None:
            return [write_lines(lines_of(self.equals.replace("\r\n", "\n")), self.path)]
        lines = self.lines or filter(None, (self.contains or fitting(self.matches or "(?!)"),))
        fill: list[Line] = [append_line(line, self.path) for line in lines]
        if self.executable:
            fill += [
                ["touch", as_argument(self.path)],
                ["chmod", "+x", as_argument(self.path)],
                ["git", "add", "--chmod=+x", "--", self.path],
            ]
        return fill

    def _typed(self) -> str:
        # what to type into a page
        if self.equals is not None:
            return write_file(self.path, *lines_of(self.equals.replace("\r\n", "\n")))
        return add_at_end(
            self.path, *(self.lines or filter(None, (self.contains or fitting(self.matches or "(?!)"),)))
        )

    def _complete(self, run: Run, tip: Tip, fill: list[Line], aim: str = "") -> str:
        if not tip.ref and fill:
            return self._typed()
        edit = "" if fill else f"Edit `{visible(self.path)}` so that it has {aim}."
        return edit_and_push(run, tip, self._message(), edit, *fill, ["git", "add", "--", self.path])

    def _add_text(self, run: Run, file: Text, aim: str) -> str:
        # replaces the file if the pattern describes all of it, so that more lines do not help
        pattern, new = self.matches or "", fitting(self.matches or "(?!)")
        texts = (f"{file.text.rstrip()}\n{new}\n", f"{new}\n", new or "")
        met = next((at for at, text in enumerate(texts) if re.search(pattern, text, re.MULTILINE)), 0)
        if not new or met == 0:
            return self._complete(run, file.tip, self._fill(), aim)
        if met == 1:
            add: Line = ["git", "add", "--", self.path]
            return edit_and_push(run, file.tip, self._message(), write_file(self.path, new), add)
        printf = commands(["printf", "%s", new])
        return self._complete(run, file.tip, [f"{printf} > {shlex.quote(self.path)}"])

    def _without(self, run: Run, file: Text, aim: str) -> str:
        numbers = [number for number, line in enumerate(file.lines, 1) if re.search(self.lacks or "", line)]
        edit = delete_lines(self.path, numbers) if 0 < len(numbers) <= MAX_LINES else ""
        edit = edit or f"Edit `{visible(self.path)}` so that it has {aim}."
        return edit_and_push(run, file.tip, self._message(), edit, ["git", "add", "--", self.path])

    def _message(self) -> str:
        return f"Complete {posixpath.basename(self.path)}"


def _counted(file: Text) -> str:
    return count(len(file.lines), "line")


def _line(number: int, text: str | None) -> str:
    if text is None:
        return f"no line {number}"
    return f"{quoted(text)} on line {number}" if text else f"line {number}, empty"
