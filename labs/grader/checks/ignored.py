"""`ignored: {path: .env, at: main, ignored: true}` - Git ignores a path. A path that ends with / is a folder.

Git reads the committed `.gitignore` files that apply to the path. `ignored: false` requires that it is not ignored.
"""

import re
from dataclasses import dataclass, replace

from ..findings import LookedAt
from ..git.repository import Tip
from ..parameters import MAIN_COMMIT, FilePath, Revision
from ..report import Evidence
from ..words import count, excerpt, quoted
from ._shared.base import Kind, Run, Verdict, at_tip, needs_work, passed, where
from ._shared.contents import Files, as_text, lines_of
from ._shared.fixes import change
from ._shared.named_refs import commit_or_answer
from ._shared.not_text import UTF_16, utf_16_answer
from ._shared.rule_files import Rule, Sources, deciding_rule, rule_files
from ._shared.shell import append_line, as_argument, make_folder_of


@dataclass(frozen=True)
class IgnoredCheck(Kind):
    kind = "ignored"
    about = "files"

    path: FilePath
    at: Revision = MAIN_COMMIT
    ignored: bool = True

    def check(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        files = run.repository.files(tip)
        sources = rule_files(run, files, self.path, ".gitignore")
        for name, content in sources.items():
            if content[:2] in UTF_16:
                return utf_16_answer(run, tip, name)
        rule = deciding_rule(sources, self.path)
        evidence = _evidence(tip, rule, sources)
        ignores = rule is not None and rule.ignores
        tracked = _tracked(files, self.path)
        if self.ignored and ignores and tracked:
            return self._tracked(run, tip, tracked, evidence)
        if ignores == self.ignored:
            return passed(
                f"Git {'ignores' if ignores else 'does not ignore'} {quoted(self.path)} {where(tip)}.",
                *evidence,
                looked_at=self._looked_at(tip, sum(map(bool, sources.values())) + len(tracked)),
                fix=lambda: self._track(run, tip),
            )
        return (
            self._ignored(run, tip, rule, sources, evidence)
            if rule and ignores
            else self._not_ignored(run, tip, sources, tracked, evidence)
        )

    def _track(self, run: Run, tip: Tip) -> str:
        # a tracked file shows that it is not ignored
        make = [*make_folder_of(self.path), ["touch", as_argument(self.path)]]
        lines = [] if self.path.endswith("/") else [*make, ["git", "add", "--", self.path]]
        return change(run, tip, f"Add {self.path}", *lines) if lines else ""

    def _looked_at(self, tip: Tip, number: int) -> LookedAt:
        either = (quoted(self.path), "a `.gitignore` that could apply to it")
        return LookedAt(number, " or ".join(either), where(tip), either=either)

    def _not_ignored(
        self, run: Run, tip: Tip, sources: Sources, tracked: list[bytes], evidence: list[Evidence]
    ) -> Verdict:
        added = lines_for(sources, self.path, ignored=True)
        rule = (
            f" Line {evidence[0].line} of {quoted(evidence[0].path or '')} re-includes it."
            if evidence
            else ""
        )
        return needs_work(
            f"Git does not ignore {quoted(self.path)} {where(tip)}.{rule}",
            expected=f"a pattern in `.gitignore` that matches {quoted(self.path)}",
            found="a pattern that re-includes it" if evidence else "no pattern that matches it",
            fix=change(
                run, tip, f"Ignore {self.path}", *_add_lines(added), *(self._untrack() if tracked else [])
            ),
            evidence=evidence or [at_tip(tip)],
        )

    def _ignored(self, run: Run, tip: Tip, rule: Rule, sources: Sources, evidence: list[Evidence]) -> Verdict:
        added = lines_for(sources, self.path, ignored=False)
        by_folder = (
            " That line ignores a folder. A file in it cannot be re-included unless the folder is."
            if sum(map(len, added.values())) > 1
            else ""
        )
        return needs_work(
            f"Line {rule.line} of {quoted(rule.source)} ignores {quoted(self.path)}.{by_folder}",
            expected=f"no pattern that ignores {quoted(self.path)}",
            found=quoted(rule.pattern),
            fix=change(run, tip, f"Do not ignore {self.path}", *_add_lines(added)),
            evidence=evidence,
        )

    def _tracked(self, run: Run, tip: Tip, tracked: list[bytes], evidence: list[Evidence]) -> Verdict:
        return needs_work(
            f"Git tracks {quoted(self.path)} {where(tip)}, so the pattern that ignores it has no effect.",
            expected=f"{quoted(self.path)} ignored and not tracked",
            found=f"{count(len(tracked), 'tracked file')} {where(tip)}",
            fix=change(run, tip, f"Stop tracking {self.path}", *self._untrack()),
            evidence=[at_tip(tip, tracked[0]), *evidence],
        )

    def _untrack(self) -> list[list[str]]:
        return [["git", "rm", "-r", "--cached", "--", self.path]]


def _add_lines(added: dict[str, list[str]]) -> list[list[str] | str]:
    found: list[list[str] | str] = []
    for source, lines in added.items():
        found += [append_line(line, source) for line in lines]
        found.append(["git", "add", "--", source])
    return found


def lines_for(sources: Sources, path: str, *, ignored: bool) -> dict[str, list[str]]:
    """Return lines to append, by `.gitignore` file, so that a path is ignored, or is not.

    Each goes into the file whose line decides now, since a deeper file overrides the others. A path below an ignored
    folder is re-included folder by folder: Git does not read an ignored folder.
    """
    tried, added = dict(sources), dict[str, list[str]]()
    parts = path.rstrip("/").split("/")
    for _ in range(2 * len(parts) + 1):
        rule = deciding_rule(tried, path)
        if (rule is not None and rule.ignores) == ignored:
            break
        source = rule.source if rule else ".gitignore"
        folder = source.removesuffix(".gitignore")
        if ignored:
            lines = [_as_pattern(path.removeprefix(folder), anchored=bool(folder))]
        else:
            lines = _reincluded(tried, folder, path, parts)
        added.setdefault(source, []).extend(lines)
        tried[source] = tried.get(source, b"") + "".join(f"\n{line}" for line in lines).encode()
    return added


def _reincluded(sources: Sources, folder: str, path: str, parts: list[str]) -> list[str]:
    # re-includes the first ignored folder above the path without its other content, or the path itself
    for depth in range(folder.count("/") + 1, len(parts)):
        place = "/".join(parts[:depth])
        rule = deciding_rule(sources, place, is_folder=True)
        if rule and rule.ignores:
            pattern = _as_pattern(f"{place}/".removeprefix(folder), anchored=True)
            return [f"!{pattern}", f"{pattern}*"]
    return ["!" + _as_pattern(path.removeprefix(folder), anchored=True)]


def _as_pattern(path: str, *, anchored: bool) -> str:
    escaped = re.sub(r"([\\*?\[])", r"\\\1", path)
    escaped = re.sub(r" $", r"\\ ", escaped)
    if anchored:
        return f"/{escaped}"
    return f"\\{escaped}" if escaped.startswith(("#", "!")) else escaped


def _tracked(files: Files, path: str) -> list[bytes]:
    folder = path.removesuffix("/").encode() + b"/"
    return [other for other in sorted(files) if other == path.encode() or other.startswith(folder)]


def _evidence(tip: Tip, rule: Rule | None, sources: Sources) -> list[Evidence]:
    if rule is None:
        return []
    lines = lines_of(as_text(sources[rule.source]))
    return [replace(at_tip(tip, rule.source.encode()), line=rule.line, excerpt=excerpt(lines, rule.line))]
