"""Decide if a lab grades a push, and say so: every push counts, or only those that bring or move certain tags."""

import shlex
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import count

from labs.grader.spec import LabSpec
from labs.grader.words import either

_TAGS = "refs/tags/"


def counts(spec: LabSpec, refs: Mapping[str, str], before: Mapping[str, str]) -> bool:
    """Return True if a state is graded; `before` are the refs of the state that was received last."""
    return not spec.counted_tags or bool(new_tags(spec, refs, before))


def new_tags(spec: LabSpec, refs: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    """Return the names of the counted tags that a push brought or moved."""
    changed = (name for name in sorted(refs) if before.get(name) != refs[name])
    return [name.removeprefix(_TAGS) for name in changed if _is_counted(spec, name)]


def deleted_tags(spec: LabSpec, refs: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    return [tag for tag in new_tags(spec, before, refs) if f"{_TAGS}{tag}" not in refs]


def _is_counted(spec: LabSpec, ref: str) -> bool:
    name = ref.removeprefix(_TAGS)
    return name != ref and any(fnmatchcase(name, pattern) for pattern in spec.counted_tags)


def tag_words(spec: LabSpec, form: str = "`{}`") -> str:
    names = either((form.format(pattern) for pattern in spec.counted_tags), limit=5)
    return f"the tag {names}" if len(spec.counted_tags) == 1 else f"the tags {names}"


def submit_commands(
    spec: LabSpec, refs: Mapping[str, str], branch: str = "", deleted: Sequence[str] = ()
) -> list[str]:
    """Return the commands that submit the current commit, with a tag that the repository does not have if possible.

    With `branch`, that is pushed too. `deleted` are tags that the learner's clone may still have.
    """
    tag, is_there = _next_tag(spec, refs)
    name = shlex.quote(tag)
    both = f"{branch} {name}".strip()
    move = "--force " if is_there or tag in deleted else ""
    return [f"git tag {move}{name}", f"git push {'--force ' if is_there else ''}origin {both}"]


def explain_uncounted(spec: LabSpec, refs: Mapping[str, str], form: str = "`{}`") -> str:
    """Say why a state without a new tag is not graded, and what to type."""
    commands = ", then ".join(form.format(command) for command in submit_commands(spec, refs))
    return f"This lab grades only {tag_words(spec, form)}, and the repository has no new one. Type {commands}"


def _next_tag(spec: LabSpec, refs: Mapping[str, str]) -> tuple[str, bool]:
    for pattern in spec.counted_tags:
        numbers = (pattern.replace("*", str(number)) for number in count(1))
        name = next(name for name in numbers if "*" not in pattern or f"{_TAGS}{name}" not in refs)
        if f"{_TAGS}{name}" not in refs:
            return name, False
    return spec.counted_tags[-1], True
