"""Find the lines that are kept as they are: fences, code, configuration, terminals, trees and boxes."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from .charts import figure_end
from .commands import is_command
from .comments import comment_end
from .configs import config_end
from .drawings import drawing_span, is_drawn
from .guessing import guess_language
from .languages import PROMPT, guess_line
from .outputs import output_end
from .programs import SHELLS, code_end, indented_end, terminal_end, terminal_language
from .rows import MARK
from .scan import Scan
from .source import Line
from .yaml_lines import yaml_end

FENCE = re.compile(r"\s*(?:`{3,}|~{3,5}(?!~))\s*(?P<info>[^`]*)$")
OUTPUT = re.compile(
    r"(?:sample |expected |my )?(?:outputs?|results?|ausgabe|salida)(?: \([^)]{1,30}\)| of .{1,40})?\s*:+$",
    re.IGNORECASE,
)
# A statement in small letters, over two lines and more; a single line may be a sentence.
SELECT = re.compile(
    r"(?:select|insert into|update|delete from|create table)\s\S.{0,300}[^.!?:]$", re.IGNORECASE
)
SELECT_MORE = re.compile(r"(?:from|where|set|values|\(|inner|left|order by|group by)\b", re.IGNORECASE)
FROM = re.compile(r"from\s\w", re.IGNORECASE)
VALUE = re.compile(r"[A-Za-z]\w{0,20} ?= ?-?\d[\d.,]*$")
REMARK = re.compile(r"\s-{1,3}>\s")
COMMANDS = frozenset({"bash", "rconsole", "console", "powershell", "batch", "pycon"})


@dataclass(frozen=True, slots=True)
class Region:
    """Lines `first` to `last`. `kind` is code, command, drawing or comment; `is_fenced` if the notes mark it."""

    kind: str
    first: int
    last: int
    language: str
    indent: int
    is_fenced: bool = False


def find_regions(lines: Sequence[Line]) -> list[Region]:
    """Return regions in order; they do not overlap."""
    return _Finder(lines).run()


class _Finder:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.scan = Scan(lines)
        self.closers = [at for at, bare in enumerate(self.scan.bare) if bare[:3] in ("```", "~~~")]
        self.has_hash_titles = self._has_hash_titles()
        self.floor = 0  # the end of the region before
        self.no_yaml = 0  # up to here, lines were read as YAML in vain

    def _has_hash_titles(self) -> bool:
        # In these notes, `# Words` is a title: it stands above a blank line or a sentence more than once.
        bare = self.scan.bare
        titles = 0
        for at, text in enumerate(bare):
            if text.startswith("# ") and not self.scan.get(at - 1) and not is_command(text[2:]):
                after = self.scan.get(at + 1)
                titles += not after or (after[0] != "#" and not guess_line(after))
        return titles > 2

    def run(self) -> list[Region]:
        found: list[Region] = []
        at = 0
        while at < self.scan.size:
            region = self._region_at(at) if self.scan.bare[at] else None
            if region:
                found.append(region)
                at = self.floor = region.last
            else:
                at += 1
        return found

    def _region_at(self, at: int) -> Region | None:
        bare, scan = self.scan.bare[at], self.scan
        if bare[:3] in ("```", "~~~") and (end := self._fence_end(at)):
            info = FENCE.match(scan.texts[at])
            words = (info["info"].split() if info else []) or [""]
            return self._region("code", at, end, words[0].strip("{}.").lower(), is_fenced=True)
        if end := figure_end(scan, at):
            return self._region("drawing", at, end, "text")
        if scan.lines[at].is_markdown and (end := comment_end(scan, at)):
            return self._region("comment", at, end, "", is_fenced=True)
        if is_drawn(scan, at) and (span := drawing_span(scan, at, self.floor)):
            return self._region("drawing", *span, "text")
        found = PROMPT.match(bare)
        if found and not (
            found[0][0] == ">" and scan.lines[at].is_markdown and not found[0].startswith(">>>")
        ):
            return self._terminal(at, found[0])
        if end := output_end(scan, at):
            return self._region("code", at, end, "text")
        if self._is_comment_of_yaml(at) and (end := yaml_end(scan.bare, scan.texts, at)) > 0:
            return self._region("code", at, end, "yaml")
        if bare.startswith("# ") and is_command(bare[2:]) and not scan.lines[at].is_markdown:
            return self._terminal(at, "# ")
        if at >= self.no_yaml and (end := yaml_end(scan.bare, scan.texts, at)):
            if end > 0:
                return self._region("code", at, end, "yaml")
            self.no_yaml = -end
        if OUTPUT.match(scan.get(self._filled_above(at))) and not MARK.match(bare) and bare[0] != "|":
            return self._region("code", at, scan.paragraph_end(at), "text")
        if self.floor and at - 2 <= self.floor + 1 and OUTPUT.match(scan.get(at - 1)) and bare[0] != "|":
            return self._region(
                "code", at, scan.paragraph_end(at), "text"
            )  # right below what the code above prints
        if scan.lines[at].is_markdown and (end := indented_end(scan, at, self.floor)):
            texts = [scan.texts[place] for place in range(at, end)]
            return self._region("code", at, end, guess_language(texts) or "text")
        if SELECT.match(bare) and self._goes_on_as_sql(at):
            return self._region("code", at, code_end(scan, at, "sql"), "sql")
        if config := config_end(scan, at):
            return self._region("code", at, *config)
        language = "" if MARK.match(bare) or self._is_value_in_prose(at) else guess_line(bare)
        if language in SHELLS and self._is_explained(at):
            return None
        end = code_end(scan, at, language) if language else 0
        return self._region("code", self._with_comments(at), end, language) if end else None

    def _filled_above(self, at: int) -> int:
        # The line of text above a blank line; -1 if this line is not the first of its paragraph.
        above = at - 1
        while above >= max(self.floor, at - 3) and not self.scan.bare[above]:
            above -= 1
        return above if above < at - 1 and above >= self.floor else -1

    def _region(self, kind: str, at: int, end: int, language: str, *, is_fenced: bool = False) -> Region:
        kind = "command" if language in COMMANDS and not is_fenced else kind
        return Region(kind, at + 1, end, language, self.scan.indent(at), is_fenced)

    def _terminal(self, at: int, prompt: str) -> Region | None:
        end = terminal_end(self.scan, at, prompt)
        return self._region("command", at, end, terminal_language(prompt)) if end else None

    def _is_comment_of_yaml(self, at: int) -> bool:
        if not self.scan.bare[at].startswith("# ") or self.scan.lines[at].is_markdown:
            return False
        return not self.has_hash_titles and self.scan.get(at + 1)[:1] not in ("", "#")

    def _is_value_in_prose(self, at: int) -> bool:
        # `r = 4` with a sentence right above or below it.
        if not VALUE.match(self.scan.bare[at]):
            return False
        beside = [self.scan.get(place) for place in (at - 1, at + 1) if place >= self.floor]
        return any(bare and not VALUE.match(bare) and not guess_line(bare) and " " in bare for bare in beside)

    def _goes_on_as_sql(self, at: int) -> bool:
        below = list(takewhile(bool, (self.scan.get(place) for place in range(at + 1, at + 8))))
        if not below:
            return False
        is_open = self.scan.bare[at][-1] == "," and any(FROM.match(bare) for bare in below)
        return is_open or bool(SELECT_MORE.match(below[0]))

    def _is_explained(self, at: int) -> bool:
        # Commands with remarks beside some of them are a list.
        first = at
        while first > self.floor and self.scan.bare[first - 1]:
            first -= 1
        around = self.scan.bare[first : min(self.scan.paragraph_end(at), first + 40)]
        return any(
            (found := REMARK.search(bare)) and is_command(bare[: found.start()].strip()) for bare in around
        )

    def _fence_end(self, at: int) -> int:
        # The line after the closing fence, 0 if there is none.
        opening = self.scan.bare[at]
        ticks = len(opening) - len(opening.lstrip(opening[0]))
        if opening[0] == "~" and ticks > 5:
            return 0  # a rule below a title
        place = bisect_left(self.closers, at + 1)
        for closer in self.closers[place : place + 50]:
            bare = self.scan.bare[closer]
            if bare[0] == opening[0] and len(bare) >= ticks and not bare.strip(opening[0]):
                return closer + 1
        return 0

    def _with_comments(self, at: int) -> int:
        # A comment directly above code belongs to it, and is no heading.
        first = at
        while first > self.floor and at - first < 20:
            bare = self.scan.bare[first - 1]
            is_comment = bare.startswith(("# ", "#!", "// ")) and not self.scan.lines[first - 1].is_markdown
            is_title = self.has_hash_titles and bare.startswith("# ") and not self.scan.get(first - 2)
            if not is_comment or is_title:
                break
            first -= 1
        return first
