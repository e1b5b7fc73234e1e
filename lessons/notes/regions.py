"""Find the lines that are kept as they are: fences, code, configuration, terminals, trees and boxes."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from .languages import PROMPT, PYTHON_PROMPT, continues, guess_line
from .rows import MARK, is_rule, width
from .source import Line
from .yaml_lines import yaml_end

MAX_REGION = 5_000  # lines
FENCE = re.compile(r"\s*(?P<ticks>`{3,}|~{3,})\s*(?P<info>[^`]*)$")
DRAWN = re.compile(r"[│├└┌┐┘┤┬┴┼─═║╔╗╚╝╠╣╟╢┃┏┓┗┛━]")
ASCII_DRAWN = re.compile(
    r"\s*(?:[|`\\]|\|  +.*)\s*[|`+\\]?-{2,}\s?\S|\s*\+[-=+]{3,}\+?|\s*\|(?:\s{2,}|_)\S?.*\|\s*$|\s*\|-- "
)
PIPE_RULE = re.compile(r"\s*\|[\s:|-]*\|\s*$")
COMMENT = re.compile(r"#(?:\s|!)\s*\S|//\s?\S|--\s\S")
BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


@dataclass(frozen=True, slots=True)
class Region:
    """Lines `first` to `last`. `kind` is code, command or drawing; `is_fenced` if the notes have the fence."""

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
        self.lines = lines
        self.texts = [line.text for line in lines]
        self.bare = [text.strip() for text in self.texts]
        self.closers = [at for at, bare in enumerate(self.bare) if bare[:3] in ("```", "~~~")]
        self.filled = [at for at, bare in enumerate(self.bare) if bare]

    def run(self) -> list[Region]:
        found: list[Region] = []
        at, total = 0, len(self.lines)
        while at < total:
            region = self._region_at(at) if self.bare[at] else None
            if region:
                start = self._comments_above(region, found[-1].last if found else 0)
                found.append(
                    Region(region.kind, start, region.last, region.language, region.indent, region.is_fenced)
                )
                at = region.last
            else:
                at += 1
        return found

    def _region_at(self, at: int) -> Region | None:
        bare = self.bare[at]
        if bare[:3] in ("```", "~~~") and (end := self._fence_end(at)):
            info = FENCE.match(self.texts[at])
            words = (info["info"].split() if info else []) or [""]
            return self._region("code", at, end, words[0].strip("{}.").lower(), is_fenced=True)
        if self._is_drawn(at):
            return self._drawing(at)
        if found := PROMPT.match(bare):
            return self._terminal(at, found[0])
        if end := yaml_end(self.bare, self.texts, at):
            return self._region("code", at, end, "yaml")
        if MARK.match(bare):
            return None
        if bare in ("{", "[", "[{") and self._next_bare(at)[:1] in ('"', "{", "}"):
            end = self._balanced_end(at)
            return self._region("code", at, end, "json") if end else None
        if bare[:2] in ('{"', "[{") and bare[-1] in "}]":
            return self._region("code", at, at + 1, "json")
        if (
            bare[0] == "["
            and re.fullmatch(r"\[[\w.:\s-]{1,60}\]", bare)
            and re.match(r"[\w.-]+\s?[=:]\s?\S", self._next_bare(at))
        ):
            return self._region("code", at, self._ini_end(at), "ini")
        language = guess_line(bare)
        return self._code(at, language) if language else None

    def _region(self, kind: str, at: int, end: int, language: str, *, is_fenced: bool = False) -> Region:
        text = self.texts[at]
        return Region(kind, at + 1, end, language, width(text[: len(text) - len(text.lstrip())]), is_fenced)

    def _next_bare(self, at: int) -> str:
        return self.bare[at + 1] if at + 1 < len(self.bare) else ""

    def _fence_end(self, at: int) -> int:
        # The line after the closing fence, 0 if there is none.
        opening = self.bare[at]
        ticks = len(opening) - len(opening.lstrip(opening[0]))
        place = bisect_left(self.closers, at + 1)
        for closer in self.closers[place : place + 50]:
            bare = self.bare[closer]
            if bare[0] == opening[0] and len(bare) >= ticks and not bare.strip(opening[0]):
                return closer + 1
        return 0

    def _is_drawn(self, at: int) -> bool:
        text = self.texts[at]
        if not (DRAWN.search(text) or ASCII_DRAWN.match(text)) or PIPE_RULE.match(text):
            return False
        if is_rule(text):  # the edge of a box has its sides above or below
            beside = self.bare[max(at - 1, 0) : at + 2]
            return text.lstrip()[0] == "+" and any(bare[:1] == "|" for bare in beside)
        return True

    def _drawing(self, at: int) -> Region | None:
        end = at + 1
        while end < len(self.lines) and end - at < MAX_REGION and self.bare[end]:
            if not (self._is_drawn(end) or (end + 1 < len(self.lines) and self._is_drawn(end + 1))):
                break
            end += 1
        if end - at < 2 and not DRAWN.search(self.texts[at]):
            return None
        above = self.bare[at - 1] if at else ""
        has_root = self.bare[at][0] in "├└│|`+\\" and (above.endswith("/") or above == ".")
        return self._region("drawing", at - has_root, end, "text")

    def _terminal(self, at: int, prompt: str) -> Region | None:
        if prompt.strip() == "$" and re.match(r"\d", self.bare[at][len(prompt) :]):
            return None
        end = at + 1
        while end < len(self.lines) and end - at < MAX_REGION:
            if self.bare[end]:
                if is_rule(self.texts[end]):
                    break
                end += 1
                continue
            after = next(
                (place for place in range(end, min(end + 4, len(self.lines))) if self.bare[place]), None
            )
            if after is None or not PROMPT.match(self.bare[after]):
                break
            end = after
        language = "pycon" if prompt.startswith(PYTHON_PROMPT) else "console"
        return self._region("command", at, end, language)

    def _balanced_end(self, at: int) -> int:
        depth = 0
        for place in range(at, min(at + MAX_REGION, len(self.lines))):
            depth += _balance(self.bare[place])
            if depth <= 0:
                return place + 1
        return 0

    def _ini_end(self, at: int) -> int:
        end = at + 1
        while end < len(self.lines) and re.match(
            r"[\w.-]+\s?[=:]\s?\S|\[[\w.:\s-]{1,60}\]$|[;#]", self.bare[end]
        ):
            end += 1
        return end

    def _code(self, at: int, language: str) -> Region | None:
        if self.bare[at][-1] == "{" and language not in ("bash", "python"):
            end = self._balanced_end(at)
            if not end:
                return None
        else:
            end = at + 1
        end = self._extend(at, end, language)
        if language == "text" and end - at < 2 and self.bare[at][-1] != ";":
            return None
        return self._region("command" if language in ("bash", "powershell") else "code", at, end, language)

    def _extend(self, at: int, end: int, language: str) -> int:
        base = self._indent(at)
        depth = sum(_balance(self.bare[place]) for place in range(at, end))
        while end < len(self.lines) and end - at < MAX_REGION:
            place = end
            while place < len(self.lines) and not self.bare[place] and place - end < 3:
                place += 1
            if place == len(self.lines) or not self.bare[place]:
                break
            if not self._belongs(place, end, base, language, depth):
                break
            depth = max(depth + _balance(self.bare[place]), 0)
            end = place + 1
        return end

    def _belongs(self, place: int, end: int, base: int, language: str, depth: int) -> bool:
        bare, before = self.bare[place], self.bare[end - 1]
        follows = place == end
        if follows and (before[-1] == "\\" or (depth > 0 and language != "bash")):
            return True
        if is_rule(self.texts[place]) or MARK.match(bare):
            return False
        indent = self._indent(place)
        is_deeper = indent > base and language in (
            "python",
            "dockerfile",
            "text",
            "java",
            "javascript",
            "go",
            "c",
            "hcl",
            "groovy",
        )
        if (
            is_deeper
            and (follows or language == "python")
            and (before[-1:] in ":{([,\\" or indent >= self._indent(end - 1) > base)
        ):
            return True
        if guess_line(bare) == language and (follows or abs(indent - base) < 4):
            return True
        if before == "}" and language != "css":
            return False
        if COMMENT.match(bare):
            after = self._next_bare(place)
            return bool(after) and (guess_line(after) == language or continues(language, after))
        return follows and continues(language, bare)

    def _indent(self, at: int) -> int:
        text = self.texts[at]
        return width(text[: len(text) - len(text.lstrip())])

    def _comments_above(self, region: Region, limit: int) -> int:
        # A shell comment directly above code belongs to it, and is no heading.
        first = region.first
        if region.is_fenced or region.kind == "drawing":
            return first
        while first - 1 > limit and first > 1 and region.first - first < 20:
            bare = self.bare[first - 2]
            if not (bare.startswith(("# ", "#!", "// ")) and bare[1] != "#"):
                break
            if bare.startswith("# ") and self.lines[first - 2].is_markdown:
                break
            first -= 1
        return first


def _balance(bare: str) -> int:
    if not any(sign in bare for sign in "()[]{}"):
        return 0
    return sum(BRACKETS.get(sign, 0) for sign in bare)
