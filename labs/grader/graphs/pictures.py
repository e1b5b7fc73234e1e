"""Drawings of one report: the history found beside the wanted one, and the whole commit graph."""

import re
from collections.abc import Iterable
from functools import cached_property

from ..checks import Verdict
from ..git.repository import Repository
from ..report import CheckResult, Drawing, Outcome
from .graph import Graph, draw_shape
from .shapes import Shape

MAX_FOUND = 5  # per report, which is stored: some 4 KB each


class Pictures:
    """Drawings of one run. The history is drawn if the checks read it, or if it is short."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._left = MAX_FOUND
        self._seen: set[Drawing] = set()

    @cached_property
    def _graph(self) -> Graph:
        return Graph(self._repository)

    def of(self, verdict: Verdict) -> tuple[Drawing, ...]:
        """Return the check's own drawings; if it needs work and has a wanted shape, what was found and that shape.

        A passed check does not repeat the drawing of an earlier one.
        """
        again = verdict.outcome is Outcome.PASSED and verdict.drawing in self._seen
        own = tuple(filter(None, [None if again else verdict.drawing]))
        self._seen.update(own)
        if verdict.wanted is None or verdict.outcome is not Outcome.NEEDS_WORK:
            return own
        wanted = draw_shape(verdict.wanted)
        if not self._repository.has_history or not self._left:
            return (*own, wanted)
        self._left -= 1
        return (*own, self._found(verdict, verdict.wanted), wanted)

    def _found(self, verdict: Verdict, wanted: Shape) -> Drawing:
        names = {re.sub("^refs/(heads|tags)/", "", item.ref or "") for item in verdict.evidence}
        names |= {word for node in wanted.nodes for word in re.split(r"[,:]?\s", node.label)}
        tips = [tip.commit.id for name in sorted(names) if (tip := self._repository.tip(name))]
        return self._graph.around([item.commit for item in verdict.evidence if item.commit], tips)

    def whole(self, results: Iterable[CheckResult]) -> Drawing | None:
        """Draw the graph, marking commits that the evidence of these results names as needing work."""
        if not self._repository.is_short or not self._repository.history:
            return None
        failed = (result for result in results if result.outcome is Outcome.NEEDS_WORK)
        marked = dict.fromkeys(item.commit for result in failed for item in result.evidence if item.commit)
        return self._graph.whole(list(marked))
