"""`tags: {matches: 'v\\d+\\.\\d+\\.\\d+', at_least: 1}` - there are this many tags whose whole name matches.

Also `at_most`. Without `matches`, all tags count. `annotated: true` counts only annotated tags, false only lightweight
ones. With `on`, only tags that point to commits in the history of that branch count. Use `tag` for a tag by its name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ..parameters import Count, RefName, Regex
from ..words import quoted
from ._shared.base import Kind, Run, Verdict
from ._shared.fixes import delete_tag
from ._shared.named_refs import tip_or_answer
from ._shared.proposed_texts import examples
from ._shared.ref_counts import Counted, count_problems, fits
from ._shared.shell import commands, paragraphs

USUAL = ("v1.0.0", "v1.0", "v1", "1.0.0", "1.0", "v0.1.0", "release-1.0", "release-1")


@dataclass(frozen=True)
class TagsCheck(Kind):
    kind = "tags"
    about = "tags"

    matches: Regex | None = None
    at_least: Count | None = None
    at_most: Count | None = None
    annotated: bool | None = None
    on: RefName | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from count_problems(None, self.at_least, self.at_most)

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
        if self.at_most is not None and len(names) > self.at_most:
            return paragraphs(*(delete_tag(run.repository.tag(name)) for name in names[self.at_most :]))
        if len(names) >= (self.at_least or 0):
            return ""
        free = (
            name
            for name in (*USUAL, *examples(self.matches or ""))
            if fits(self.matches, name) and name not in run.repository.tags
        )
        new = list(islice(free, (self.at_least or 0) - len(names))) or ["NAME"]
        tip = run.repository.branch(self.on) if self.on else None
        place = tip.commit.id if tip else run.repository.head or "HEAD"
        sort = ["-a", "-m", "Release {}"] if self.annotated else []
        lines = [["git", "tag", *(word.format(name) for word in sort), name, place] for name in new]
        push = ["git", "push", "origin", *(f"refs/tags/{name}" for name in new)]
        told = "Replace NAME with a name of your choice." if new == ["NAME"] else ""
        return paragraphs(told, commands(["git", "fetch", "--tags", "origin"], *lines, push))
