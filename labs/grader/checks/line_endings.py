"""`line_endings: {path: run.sh, at: main, are: lf}` - Git stores a file with these line endings: `lf` or `crlf`.

`path` may be a pattern such as `*.sh` or `src/**/*.py`. At least one of the files must have a line ending.
"""

import shlex
from dataclasses import dataclass
from typing import Literal

from ..findings import LookedAt
from ..git.lfs_pointer import pointed_size
from ..parameters import MAIN_COMMIT, FilePath, Revision
from ..words import count, listed, quoted
from ._shared.base import Kind, Run, Verdict, needs_work, passed, where
from ._shared.contents import Found, Text, as_text, bytes_or_answer, files_or_answer
from ._shared.fixes import change
from ._shared.not_text import pointer_answer
from ._shared.removal import literal
from ._shared.shell import append_line
from .attributes import NAME, as_pattern

MAX_MENDED = 20


@dataclass(frozen=True)
class LineEndingsCheck(Kind):
    kind = "line_endings"
    about = "files"

    path: FilePath
    are: Literal["lf", "crlf"]
    at: Revision = MAIN_COMMIT

    def check(self, run: Run) -> Verdict:
        files = files_or_answer(run, self.path, self.at, self._end_of(self.path))
        if isinstance(files, Verdict):
            return files
        others: list[tuple[Text, list[int]]] = []
        pointers: list[Verdict] = []
        with_ends = 0
        for file in files:
            content = bytes_or_answer(run, file)
            if isinstance(content, Verdict):
                return content
            pointed = pointed_size(content)
            if pointed is not None:
                pointers.append(pointer_answer(run, file.tip, file.path, pointed))
                continue
            with_ends += b"\n" in content
            if lines := _other_ends(content, crlf=self.are == "crlf"):
                others.append((Text(file.tip, file.path, file.entry, as_text(content)), lines))
        if others:
            return self._others(run, others)
        if len(pointers) == len(files):
            return pointers[0]
        evidence = [file.evidence() for file in files[:1]]
        return passed(
            f"{count(with_ends, 'file')} {'has' if with_ends == 1 else 'have'} {self.are.upper()} line endings.",
            *evidence,
            fix=lambda: self._end(run, files[0]),
            looked_at=LookedAt(with_ends, "line ending", f"in {quoted(self.path)} {where(files[0].tip)}"),
        )

    def _others(self, run: Run, others: list[tuple[Text, list[int]]]) -> Verdict:
        file, lines = others[0]
        other = "CRLF" if self.are == "lf" else "LF"
        shown = listed((quoted(found.path) for found, _ in others))
        return needs_work(
            f"{file} has {other} at the end of {count(len(lines), 'line')}"
            + (f", starting at line {lines[0]}." if lines[1:] else f": line {lines[0]}."),
            expected=f"{self.are.upper()} at the end of each line",
            found=f"{other} in {shown}",
            fix=self._mend(run, [found for found, _ in others]),
            evidence=[found.at_line(numbers[0]) for found, numbers in others[:3]],
        )

    def _end(self, run: Run, file: Found) -> str:
        add = ["git", "add", "--", literal(file.path)]
        return change(run, file.tip, f"Add a final newline to {file.path}", self._end_of(file.path), add)

    def _end_of(self, path: str) -> str:
        end = "\\n" if self.are == "lf" else "\\r\\n"
        return f"printf '{end}' >> {shlex.quote(path)}"

    def _mend(self, run: Run, files: list[Text]) -> str:
        # Git converts CRLF to LF itself; to store CRLF, `-text` turns that off
        paths = [literal(file.path) for file in files[:MAX_MENDED]]
        lf = self.are == "lf"
        rule = f"{as_pattern(self.path)} {'text eol=lf' if lf else '-text'}"
        return change(
            run,
            files[0].tip,
            f"Store {self.path} with {self.are.upper()}",
            append_line(rule, NAME),
            ["git", "add", NAME],
            *([] if lf else [_with_crlf(file.path) for file in files[:MAX_MENDED]]),
            ["git", "add", *(["--renormalize"] if lf else []), "--", *paths],
        )


def _with_crlf(path: str) -> str:
    old, new = shlex.quote(path), shlex.quote(f"{path}.crlf")
    return (
        f"""awk '{{ sub(/\\r$/, ""); printf "%s\\r\\n", $0 }}' {old} > {new} && cp {new} {old} && rm {new}"""
    )


def _other_ends(content: bytes, *, crlf: bool) -> list[int]:
    # numbers of the lines with the wrong ending; a last line without one does not count
    lines = content.split(b"\n")[:-1]
    return [number for number, line in enumerate(lines, start=1) if line.endswith(b"\r") != crlf]
