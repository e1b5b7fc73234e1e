"""Parse the checks of a lab version, once per process."""

from dataclasses import asdict
from functools import lru_cache

from labs.grader.spec import LabSpec, SpecError, load_spec
from lessons.texts.problem import Problem


@lru_cache(maxsize=64)
def parse_spec(source: str) -> LabSpec:
    """Return the checks of a lab. Cached by text: a version never changes. Raises SpecError."""
    return load_spec(source)


def problems_of(error: SpecError) -> list[Problem]:
    # in the type of other course texts, for pages that show both
    return [Problem(**asdict(problem)) for problem in error.problems]
