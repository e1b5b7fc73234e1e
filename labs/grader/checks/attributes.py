"""`attributes: {path: model.bin, at: main, has: {filter: lfs, text: false}}` - a path has these Git attributes.

In `has`, true means set (`text`), false unset (`-text`), null unspecified, and text a value (`eol=lf`). Git reads the
committed `.gitattributes` files. The path does not have to exist.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..findings import LookedAt
from ..formats.yaml_values import Value
from ..git.repository import Tip
from ..parameters import MAIN_COMMIT, FilePath, Revision
from ..report import Evidence
from ..words import excerpt, listed, quoted
from ._shared.base import Kind, Run, Verdict, at_tip, needs_work, passed, where
from ._shared.contents import Files, as_text, lines_of
from ._shared.fixes import change
from ._shared.named_refs import commit_or_answer
from ._shared.not_text import UTF_16, utf_16_answer
from ._shared.rule_files import Sources, ask_git, rule_files
from ._shared.shell import append_line

NAME = ".gitattributes"
_STATES: dict[object, str] = {True: "set", False: "unset", None: "unspecified"}
_ATTRIBUTE = re.compile(r"(?!-)[A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class AttributesCheck(Kind):
    kind = "attributes"
    about = "files"

    path: FilePath
    has: Value
    at: Revision = MAIN_COMMIT

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.path.endswith("/"):
            yield "path", "expected a file: folders have no attributes"
        if not isinstance(self.has.data, dict) or not self.has.data:
            yield "has", "expected attributes and their values, such as {eol: lf}"
            return
        for name, value in self.has.data.items():
            if not _ATTRIBUTE.fullmatch(name) or isinstance(value.data, list | dict):
                yield f"has.{name}", "expected true, false, null or text"

    def check(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        files = run.repository.files(tip)
        sources = rule_files(run, files, self.path, NAME)
        for name, content in sources.items():
            if content[:2] in UTF_16:
                return utf_16_answer(run, tip, name)
        there = attributes_of(sources, [self.path])[self.path]
        wanted = self._wanted()
        other = [name for name, state in wanted.items() if there.get(name, "unspecified") != state]
        evidence = _evidence(tip, sources, other or list(wanted))
        if not other:
            return passed(
                f"{quoted(self.path)} has {_described(wanted)}.",
                evidence,
                looked_at=self._looked_at(
                    tip, sum(map(bool, sources.values())) + (self.path.encode() in files)
                ),
            )
        found = {name: there.get(name, "unspecified") for name in other}
        return needs_work(
            f"{quoted(self.path)} {where(tip)} has {_described(found)}.",
            expected=_described({name: wanted[name] for name in other}),
            found=_described(found),
            fix=self._mend(run, tip, sources, [_written(name, wanted[name]) for name in other]),
            evidence=[evidence],
        )

    def _looked_at(self, tip: Tip, number: int) -> LookedAt:
        either = (quoted(self.path), "a `.gitattributes` that could apply to it")
        return LookedAt(number, " or ".join(either), where(tip), either=either)

    def _wanted(self) -> dict[str, str]:
        pairs = self.has.data.items() if isinstance(self.has.data, dict) else ()
        return {name: _STATES.get(value.data, str(value.data)) for name, value in pairs}

    def _mend(self, run: Run, tip: Tip, sources: Sources, words: list[str]) -> str:
        # in the deepest file, which overrides the others
        source = max(sources, key=len, default=NAME)
        pattern = self.path.removeprefix(source.removesuffix(NAME))
        line = " ".join([as_pattern(pattern), *words])
        return change(
            run, tip, f"Set attributes of {self.path}", append_line(line, source), ["git", "add", source]
        )


def attributes_of(sources: Sources, paths: list[str]) -> dict[str, dict[str, str]]:
    """Return, for each path, the attributes that `git check-attr` reports: `set`, `unset` or a value."""
    said = ask_git(sources, paths, "check-attr", "--all", "--stdin", "-z", what="the answer about attributes")
    found: dict[str, dict[str, str]] = {path: {} for path in paths}
    for path, name, state in zip(said[::3], said[1::3], said[2::3], strict=True):
        found[path][name] = state
    return found


def attribute_files(run: Run, files: Files, paths: list[str]) -> Sources:
    """Return the `.gitattributes` files that apply to any of the paths."""
    by_folder = {path.rpartition("/")[0]: path for path in paths}
    return {
        name: content
        for path in by_folder.values()
        for name, content in rule_files(run, files, path, NAME).items()
    }


def as_pattern(path: str) -> str:
    """Return a path as a `.gitattributes` pattern."""
    if re.search(r'[\s"\\]|^[#!]', path):
        return '"' + re.sub(r'(["\\])', r"\\\1", path) + '"'
    return path


def _written(name: str, state: str) -> str:
    return {"set": name, "unset": f"-{name}", "unspecified": f"!{name}"}.get(state, f"{name}={state}")


def _described(states: dict[str, str]) -> str:
    named = {"set": "set", "unset": "unset", "unspecified": "unspecified"}
    return listed(
        (f"{quoted(name)} {named.get(state, f'set to {quoted(state)}')}" for name, state in states.items()),
        limit=8,
    )


def _evidence(tip: Tip, sources: Sources, names: list[str]) -> Evidence:
    # the last line with one of the attributes, in the deepest file that has such a line
    mention = re.compile(rf"\s[-!]?(?:{'|'.join(map(re.escape, names))})(?:\s|=|$)")
    for source in sorted(sources, key=len, reverse=True):
        lines = lines_of(as_text(sources[source]))
        met = [number for number, line in enumerate(lines, start=1) if mention.search(line)]
        if met:
            place = at_tip(tip, source.encode())
            return replace(place, line=met[-1], excerpt=excerpt(lines, met[-1]))
    return at_tip(tip)
