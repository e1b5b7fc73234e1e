"""The checks of a lab version, parsed once per process."""

from functools import lru_cache

from labs.grader.spec import LabSpec, load_spec


@lru_cache(maxsize=64)
def parse_spec(source: str) -> LabSpec:
    """The checks of a lab. A version never changes, so its text says all. Raises SpecError."""
    return load_spec(source)
