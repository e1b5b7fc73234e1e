"""Decide if a lab grades a push, and say so: every push counts, or only those that bring or move certain tags."""

import shlex
from collections.abc import Mapping
from fnmatch import fnmatchcase
from itertools import count

from labs.grader.spec import LabSpec
from labs.grader.words import either

_TAGS = "refs/tags/"


def counts(spec: LabSpec, refs: Mapping[str, str], before: Mapping[str, str]) -> bool:
    """Return True if a state is graded; `before` are the refs of the state that was received last."""
    return not spec.counted_tags or any(
        _is_counted(spec, name) and before.get(name) != object_id for name, object_id in refs.items()
    )


def _is_counted(spec: LabSpec, ref: str) -> bool:
    name = ref.removeprefix(_TAGS)
    return name != ref and any(fnmatchcase(name, pattern) for pattern in spec.counted_tags)


def tag_words(spec: LabSpec, form: str = "`{}`") -> str:
    names = either((form.format(pattern) for pattern in spec.counted_tags), limit=5)
    return f"the tag {names}" if len(spec.counted_tags) == 1 else f"the tags {names}"


def submit_commands(spec: LabSpec, refs: Mapping[str, str], branch: str = "") -> list[str]:
    """Return the commands that submit the current commit, with a tag that the repository does not have if possible.

    With `branch`, that is pushed too.
    """
    tag, is_there = _next_tag(spec, refs)
    name = shlex.quote(tag)
    both = f"{branch} {name}".strip()
    if is_there:
        return [f"git tag --force {name}", f"git push --force origin {both}"]
    return [f"git tag {name}", f"git push origin {both}"]


def _next_tag(spec: LabSpec, refs: Mapping[str, str]) -> tuple[str, bool]:
    for pattern in spec.counted_tags:
        numbers = (pattern.replace("*", str(number)) for number in count(1))
        name = next(name for name in numbers if "*" not in pattern or f"{_TAGS}{name}" not in refs)
        if f"{_TAGS}{name}" not in refs:
            return name, False
    return spec.counted_tags[-1], True
