"""The starter of a lab: commits that learners start from, and whose commits are not theirs."""

from collections.abc import Sequence
from dataclasses import dataclass

from .formats.yaml_values import Value
from .parameters import ObjectId, did_you_mean
from .problem import Problem
from .scenarios import Scenario
from .scenarios.world import World
from .words import quoted, size

MAX_STARTER_BYTES = 8 << 20
MAX_STARTER_REFS = 100
_KEY = "starter"


@dataclass(frozen=True)
class Starter:
    """The starter as lab.yaml has it: commits of a repository elsewhere, or the name of a scenario that makes them."""

    commit: ObjectId | tuple[ObjectId, ...] | None = None
    scenario: str | None = None

    @property
    def commits(self) -> tuple[str, ...]:
        if isinstance(self.commit, tuple):
            return self.commit
        return (self.commit,) if self.commit else ()


def starter_problems(
    value: Value, starter: Starter, names: Sequence[str], start: Scenario | None
) -> list[Problem]:
    """Return the mistakes of a starter. `names` are those of the lab's scenarios, `start` is the one it means."""
    if (not starter.commit) == (starter.scenario is None):
        return [Problem(value.line, _KEY, "expected either a commit or a scenario")]
    if starter.scenario is None:
        return []
    if starter.scenario not in names:
        hint = did_you_mean(starter.scenario, list(names)) if names else "Add it below `scenarios`."
        message = f"no scenario has the name {quoted(starter.scenario)}. {hint}"
        return [Problem(value.line, f"{_KEY}.scenario", message)]
    too_large = start and _limit(start.play())
    return [Problem(value.line, f"{_KEY}.scenario", too_large)] if too_large else []


def _limit(world: World) -> str:
    if world.objects.total_bytes > MAX_STARTER_BYTES:
        return f"the starter has {size(world.objects.total_bytes)}. The limit is {size(MAX_STARTER_BYTES)}."
    if len(world.refs) > MAX_STARTER_REFS:
        return f"the starter has {len(world.refs)} branches and tags. The limit is {MAX_STARTER_REFS}."
    if path := next((path for path in world.paths if _is_reserved(path)), None):
        return f"Git refuses to check out the path {quoted(path)}"
    return ""


def _is_reserved(path: str) -> bool:
    return any(part.lower() == ".git" for part in path.split("/"))
