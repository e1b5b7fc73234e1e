"""`ignored: {path: .env, at: main, ignored: true}` - does Git ignore a path? A path that ends with / is a folder.

Git itself answers, from the committed `.gitignore` files that concern the path.
"""

from dataclasses import dataclass, replace

from ..findings import LookedAt
from ..parameters import MAIN_COMMIT, FilePath, Revision
from ..report import Evidence
from ..repository import Tip
from ..words import count, excerpt, quoted
from .base import Kind, Run, Verdict, append_line, at_tip, change, commit_or_answer, needs_work, passed
from .contents import Files, as_text, lines_of
from .not_text import UTF_16, utf_16_answer
from .rule_files import Rule, Sources, deciding_rule, rule_files


@dataclass(frozen=True)
class IgnoredCheck(Kind):
    kind = "ignored"

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
                return utf_16_answer(tip, name)
        rule = deciding_rule(sources, self.path)
        evidence = _evidence(tip, rule, sources)
        ignores = rule is not None and rule.ignores
        tracked = _tracked(files, self.path)
        if self.ignored and ignores and tracked:
            return self._tracked(tip, tracked, evidence)
        if ignores == self.ignored:
            return passed(
                f"{quoted(self.path)} is {'' if ignores else 'not '}ignored.",
                *evidence,
                looked_at=self._looked_at(tip, len(sources) + len(tracked)),
            )
        return (
            self._ignored(tip, rule, evidence)
            if rule and ignores
            else self._not_ignored(tip, tracked, evidence)
        )

    def _looked_at(self, tip: Tip, number: int) -> LookedAt:
        where = f"at {quoted(tip.name)}"
        return LookedAt(number, f"{quoted(self.path)} or `.gitignore` that could be about it", where)

    def _not_ignored(self, tip: Tip, tracked: list[bytes], evidence: list[Evidence]) -> Verdict:
        rule = (
            f" Line {evidence[0].line} of {quoted(evidence[0].path or '')} takes it out again."
            if evidence
            else ""
        )
        return needs_work(
            f"{quoted(self.path)} is not ignored at {quoted(tip.name)}.{rule}",
            expected=f"a line in `.gitignore` for {quoted(self.path)}",
            found="a line that takes it out again" if evidence else "no line that matches it",
            fix=change(
                tip, f"Ignore {self.path}", *_add_line(self.path), *(self._untrack() if tracked else [])
            ),
            evidence=evidence or [at_tip(tip)],
        )

    def _ignored(self, tip: Tip, rule: Rule, evidence: list[Evidence]) -> Verdict:
        return needs_work(
            f"{quoted(self.path)} is ignored by line {rule.line} of {quoted(rule.source)}.",
            expected=f"no line that ignores {quoted(self.path)}",
            found=quoted(rule.pattern),
            fix=change(tip, f"Do not ignore {self.path}", *_add_line(f"!{self.path}")),
            evidence=evidence,
        )

    def _tracked(self, tip: Tip, tracked: list[bytes], evidence: list[Evidence]) -> Verdict:
        return needs_work(
            f"{quoted(self.path)} is in a commit already, so the line that ignores it has no effect.",
            expected=f"{quoted(self.path)} ignored and not tracked",
            found=f"{count(len(tracked), 'tracked file')} at {quoted(tip.name)}",
            fix=change(tip, f"Stop tracking {self.path}", *self._untrack()),
            evidence=[at_tip(tip, tracked[0]), *evidence],
        )

    def _untrack(self) -> list[list[str]]:
        return [["git", "rm", "-r", "--cached", "--", self.path]]


def _add_line(line: str) -> list[list[str] | str]:
    return [append_line(line, ".gitignore"), ["git", "add", ".gitignore"]]


def _tracked(files: Files, path: str) -> list[bytes]:
    folder = path.removesuffix("/").encode() + b"/"
    return [other for other in sorted(files) if other == path.encode() or other.startswith(folder)]


def _evidence(tip: Tip, rule: Rule | None, sources: Sources) -> list[Evidence]:
    if rule is None:
        return []
    lines = lines_of(as_text(sources[rule.source]))
    return [replace(at_tip(tip, rule.source.encode()), line=rule.line, excerpt=excerpt(lines, rule.line))]
