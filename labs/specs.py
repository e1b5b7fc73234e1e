"""Parse lab.yaml, once per text and process."""

from dataclasses import asdict
from functools import lru_cache
from typing import Any

from labs.grader.problem import Problem as EngineProblem
from labs.grader.schema_1.upgrade import Upgraded, upgrade
from labs.grader.spec import SCHEMAS, LabSpec, SpecError, load_spec
from lessons.texts.problem import Problem


def parse_spec(source: str) -> LabSpec:
    """Return the lab that a saved or submitted lab.yaml describes. Raises SpecError."""
    spec, problems = _parse(source)
    if spec is None:
        raise SpecError(list(problems))
    return spec


# A save asks for the same text several times, and a version never changes. Problems are kept as values, because an
# exception would keep the frames that it passed through.
@lru_cache(maxsize=64)
def _parse(source: str) -> tuple[LabSpec | None, tuple[EngineProblem, ...]]:
    try:
        return load_spec(source), ()
    except SpecError as error:
        return None, error.problems


def in_newest_schema(source: str) -> Upgraded:
    """Return the text in the newest schema; unchanged if it is not a valid lab yet."""
    try:
        return Upgraded(source) if parse_spec(source).schema == SCHEMAS[-1] else upgrade(source)
    except SpecError:
        return Upgraded(source)


def starter_refs(spec: LabSpec) -> dict[str, Any]:
    """Return the refs of a starter that the portal makes, as `LabVersion.starter` has them."""
    if spec.start is None:
        return {}
    world = spec.start.play()
    head = f"refs/heads/{world.default_branch}"
    return {"head": head, "refs": world.refs, "commits": list(spec.starters)}


def problems_of(error: SpecError) -> list[Problem]:
    # in the type of other course texts, for pages that show both
    return [Problem(**asdict(problem)) for problem in error.problems]
