"""`file: {path: README.md, at: main, exists: true}` - a file at a branch or tag.

Instead of `exists: true`: `absent: true`, `contains: text`, or `matches: regex` (searched, `^` and `$` at lines).
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ..parameters import MAIN, FilePath, RefName, Regex
from ..repository import Tip
from ..trees import Entry
from ..words import count, decoded, excerpt, quoted
from .base import Kind, Run, Verdict, append_line, at_tip, change, needs_work, not_run, passed, tip_or_answer

Files = dict[bytes, Entry]
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # the byte order marks


@dataclass(frozen=True)
class FileCheck(Kind):
    kind = "file"

    path: FilePath
    at: RefName = MAIN
    exists: Literal[True] | None = None
    absent: Literal[True] | None = None
    contains: str | None = None
    matches: Regex | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        asked = (self.exists, self.absent, self.contains, self.matches)
        if sum(one is not None for one in asked) != 1:
            yield "", "one of exists, absent, contains and matches is needed"
        if self.path.endswith("/"):
            yield "path", "names a folder; a file is expected"

    def check(self, run: Run) -> Verdict:
        tip = tip_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        files, path = run.repository.files(tip), self.path.encode()
        entry = files.get(path)
        if self.absent and entry:
            return self._still_there(tip, entry)
        if self.absent:
            return passed(f"{quoted(self.path)} is not at {quoted(self.at)}.", at_tip(tip))
        if entry is None:
            return self._missing(tip, files)
        if not entry.is_file:
            return self._no_file(tip, entry.noun)
        if self.exists:
            return passed(f"{quoted(self.path)} is at {quoted(self.at)}.", at_tip(tip, path))
        content = run.repository.content(entry.id)
        if content is None:
            return not_run(
                f"{quoted(self.path)} at {quoted(self.at)} is over 1 MB, and such files are not read."
            )
        return self._search(tip, as_text(content))

    def _search(self, tip: Tip, text: str) -> Verdict:
        wanted = self.contains or self.matches or ""
        pattern = wanted if self.contains is None else re.escape(wanted)
        asked = f"{'a match of' if self.contains is None else 'the text'} {quoted(wanted)}"
        match, lines = re.search(pattern, text, re.MULTILINE), lines_of(text)
        line = text.count("\n", 0, match.start()) + 1 if match else 1
        evidence = replace(at_tip(tip, self.path.encode()), line=line, excerpt=excerpt(lines, line))
        if match:
            return passed(f"{quoted(self.path)} has {asked}.", evidence)
        return needs_work(
            f"{quoted(self.path)} at {quoted(tip.name)} does not have {asked}.",
            expected=asked,
            found=f"{count(len(lines), 'line')}, none with it",
            fix=self._complete(tip),
            evidence=[evidence],
        )

    def _still_there(self, tip: Tip, entry: Entry) -> Verdict:
        return needs_work(
            f"{quoted(self.path)} is at {quoted(tip.name)}.",
            expected=f"no {quoted(self.path)} at {quoted(tip.name)}",
            found=entry.noun,
            fix=change(tip, f"Stop tracking {self.path}", ["git", "rm", "--cached", "--", self.path]),
            evidence=[at_tip(tip, self.path.encode())],
        )

    def _missing(self, tip: Tip, files: Files) -> Verdict:
        below = any(path.startswith(self.path.encode() + b"/") for path in files)
        if below:
            return self._no_file(tip, "a folder")
        near = near_miss(self.path, files)
        folder = posixpath.dirname(self.path)
        where = f"in the folder {quoted(folder)}" if folder else "in the top folder"
        name = posixpath.basename(self.path)
        return needs_work(
            f"There is no {quoted(name)} {where} at {quoted(tip.name)}."
            + (f" One was found at {quoted(near)}." if near else ""),
            expected=quoted(self.path),
            found=quoted(near) if near else f"{count(len(files), 'file')}, none of this name",
            fix=self._move(tip, near) if near else self._make(tip),
            evidence=[at_tip(tip, near.encode() if near else None)],
        )

    def _no_file(self, tip: Tip, noun: str) -> Verdict:
        return needs_work(
            f"{quoted(self.path)} at {quoted(tip.name)} is {noun}, not a file.",
            expected="a file",
            found=noun,
            fix=self._make(tip, ["git", "rm", "-r", "--", self.path]),
            evidence=[at_tip(tip, self.path.encode())],
        )

    def _complete(self, tip: Tip) -> str:
        add = [] if self.contains is None else [append_line(self.contains, self.path)]
        return change(tip, f"Complete {posixpath.basename(self.path)}", *add, ["git", "add", "--", self.path])

    def _make(self, tip: Tip, *before: list[str]) -> str:
        make = [*self._folder(), ["touch", self.path], ["git", "add", "--", self.path]]
        return change(tip, f"Add {posixpath.basename(self.path)}", *before, *make)

    def _move(self, tip: Tip, near: str) -> str:
        return change(
            tip, f"Move {near} to {self.path}", *self._folder(), ["git", "mv", "--", near, self.path]
        )

    def _folder(self) -> list[list[str]]:
        folder = posixpath.dirname(self.path)
        return [["mkdir", "-p", folder]] if folder else []


def as_text(content: bytes) -> str:
    """File content as text with `\\n` line ends. PowerShell's `>` writes UTF-16 with a byte order mark."""
    encoding = "utf-16" if content[:2] in UTF_16 else "utf-8-sig"
    return content.decode(encoding, "replace").replace("\r\n", "\n")


def lines_of(text: str) -> list[str]:
    """Lines as Git counts them, by `\\n` alone."""
    return text.removesuffix("\n").split("\n")


def near_miss(path: str, files: Files) -> str | None:
    """A file that was most likely meant: another case, another folder, a missing or doubled ending."""
    others = [name for name in map(decoded, sorted(files)) if name.isprintable()]
    wanted, stem = path.casefold(), posixpath.splitext(path)[0].casefold()
    endings = {wanted, stem, f"{stem}.txt", f"{wanted}.txt"}
    likely = [other for other in others if other.casefold() in endings]
    name = posixpath.basename(wanted)
    elsewhere = [other for other in others if posixpath.basename(other.casefold()) == name]
    return next(iter([*likely, *elsewhere]), None)
