"""Read the cases in `cases/`: the notes, and the expectation with its anchors turned into line numbers.

`cases/README.md` describes the format.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "cases"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/expected.yaml"))
NEWLINES = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}
SESSION_KEYS = {"number", "date", "title", "banner", "lessons", "topics", "cuts"}
ENTRY_KEYS = {
    "code": {"lines", "text", "language", "joined"},
    "checklists": {"title", "items"},
    "flows": {"lines", "steps"},
    "tables": {"lines", "rows"},
    "offered": {"kind", "at"},
    "verbatim": {"lines"},
    "paragraphs": {"lines"},
    "together": {"lines"},
    "never": {"heading", "title", "code", "cut", "item", "term", "step", "text", "session"},
}
KEYS = {
    "about",
    "file",
    "also_as",
    "states",
    "built",
    "head",
    "sessions",
    "links",
    "pictures",
    "has",
    "missing",
    *ENTRY_KEYS,
}


class CaseError(ValueError):
    """An expectation that is not about its notes."""


@dataclass
class Case:
    """`lines[0]` is line 1 of the notes; empty for a file without lines, such as a .docx."""

    name: str
    path: Path
    lines: list[str]
    expected: dict[str, Any] = field(repr=False)

    def text(self, first: int, last: int) -> str:
        return "\n".join(self.lines[first - 1 : last]) + "\n"

    def of(self, key: str) -> list[Any]:
        return self.expected.get(key) or []

    @property
    def has_lines(self) -> bool:
        return bool(self.lines)


@cache
def load(name: str) -> Case:
    """Raise CaseError if an anchor is not found or a key is unknown."""
    expected = YAML(typ="safe").load(FOLDER / name / "expected.yaml")
    path = FOLDER / name / expected["file"]
    lines = [] if expected.get("built") else path.read_text("utf-8").removesuffix("\n").split("\n")
    case = Case(name, path, lines, expected)
    _check_keys(case)
    if lines:
        _resolve(case)
    return case


def _check_keys(case: Case) -> None:
    unknown = set(case.expected) - KEYS
    for session in case.expected["sessions"]:
        unknown |= set(session) - SESSION_KEYS
    for key, known in ENTRY_KEYS.items():
        for entry in case.of(key):
            unknown |= set(entry) - known
    if unknown:
        raise CaseError(f"{case.name}: unknown keys {sorted(unknown)}")


def _resolve(case: Case) -> None:
    find = _Finder(case)
    if head := case.expected.get("head"):
        head["lines"] = find.span(head["lines"], 0)
    after = 0
    for session in case.expected["sessions"]:
        after = _resolve_session(session, find, after)
    for key in ("code", "flows", "tables", "verbatim", "paragraphs", "together"):
        after = 0
        for entry in case.of(key):
            if "lines" in entry:
                entry["lines"] = find.span(entry["lines"], after)
                after = entry["lines"][1]
    after = 0
    for entry in case.of("offered"):
        after = entry["at"] = find.line(entry["at"], after)
    for entry in case.of("never"):
        if "cut" in entry:
            entry["cut"] = find.span(entry["cut"], 0)
        if "code" in entry:
            find.line(entry["code"], 0)


def _resolve_session(session: dict[str, Any], find: "_Finder", after: int) -> int:
    banners = session.get("banner", [])
    if banners and not isinstance(banners[0], list):
        banners = [banners]
    session["banner"] = []
    for banner in banners:
        session["banner"].append(
            find.span(banner, after if not session["banner"] else session["banner"][-1][1])
        )
    if banners:
        after = session["banner"][0][1]
    start = after
    for topic in session.get("topics", []):
        after = topic["starts"] = find.line(topic["starts"], after)
    last = after
    after = start
    session["cuts"] = [after := find.line(cut, after) for cut in session.get("cuts", [])]
    return max([last, *session["cuts"], *(banner[1] for banner in session["banner"])])


class _Finder:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.lines = [line.strip() for line in case.lines]

    def line(self, anchor: str | int, after: int) -> int:
        """Return the number of the first line with this text after line `after`."""
        if isinstance(anchor, int):
            return anchor
        try:
            return self.lines.index(anchor.strip(), after) + 1
        except ValueError:
            raise CaseError(f"{self.case.name}: no line “{anchor}” after line {after}") from None

    def span(self, anchors: list[str | int], after: int) -> list[int]:
        first = self.line(anchors[0], after)
        if anchors[0] != anchors[1]:
            return [first, self.line(anchors[1], first)]
        # A rule above and below a banner has the same text twice; one line named twice is one line.
        rule = len(set(str(anchors[0]))) == 1 and isinstance(anchors[0], str)
        return [first, self.line(anchors[1], first) if rule else first]


def options(value: Any) -> list[Any]:
    """Return the alternatives of an expected value, dates as text."""
    return [
        str(each) if isinstance(each, date) else each
        for each in (value if isinstance(value, list) else [value])
    ]


def topics(case: Case) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for session in case.expected["sessions"]:
        for topic in session.get("topics", []):
            yield session, topic
