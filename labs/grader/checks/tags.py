"""`tags: {matches: 'v\\d+\\.\\d+\\.\\d+', at_least: 1}` - how many tags there are whose whole name matches.

Also `at_most`; without `matches` all count. `annotated: true` counts annotated tags alone, false the lightweight ones.
With `on` only tags of commits in the history of that branch count. One tag of a known name is asked for by `tag`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..parameters import Count, RefName, Regex
from ..words import quoted
from .base import Kind, Run, Verdict, tip_or_answer
from .ref_counts import Counted, count_problems, fits
from .shell import commands

USUAL = ("v1.0.0", "v1.0", "v1", "1.0.0", "1.0", "v0.1.0", "release-1.0", "release-1")


@dataclass(frozen=True)
class TagsCheck(Kind):
    kind = "tags"

    matches: Regex | None = None
    at_least: Count | None = None
    at_most: Count | None = None
    annotated: bool | None = None
    on: RefName | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from count_problems(False, self.at_least, self.at_most)

    def check(self, run: Run) -> Verdict:
        names = [name for name in run.repository.tags if fits(self.matches, name)]
        noun, where = "tag", ""
        if self.annotated is not None:
            names = [name for name in names if run.repository.tag(name).annotated == self.annotated]
            noun = "annotated tag" if self.annotated else "lightweight tag"
        if self.on is not None:
            tip = tip_or_answer(run, self.on)
            if isinstance(tip, Verdict):
                return tip
            inside = run.repository.history.ancestors(tip.commit.id)
            names = [name for name in names if run.repository.tag(name).id in inside]
            where = f"on {quoted(tip.name)}"
        asked = Counted(noun, f"{noun}s", self.matches, self.at_least, self.at_most)
        return asked.judge(names, list(run.repository.tags), that=where, fix=self._fix(run, names))

    def _fix(self, run: Run, names: list[str]) -> str:
        if self.at_least is None or len(names) >= self.at_least:
            return ""
        free = (name for name in USUAL if fits(self.matches, name) and name not in run.repository.tags)
        name = next(free, "NAME")
        sort = [] if self.annotated is False else ["-a", "-m", f"Release {name}"]
        place = self.on or run.repository.default_branch or "main"
        return commands(["git", "tag", *sort, name, place], ["git", "push", "origin", f"refs/tags/{name}"])
