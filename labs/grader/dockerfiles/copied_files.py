"""Files such as `.env` that COPY copies into an image unless a `.dockerignore` excludes them."""

import posixpath
import re
from collections.abc import Callable, Collection, Iterator
from itertools import chain, islice

from ..findings import Answer, Finding, Place
from ..formats.path_patterns import pattern_matches
from ..formats.secrets import belongs_outside
from ..words import quoted
from .context import MAX_LOOKED_UP, Context, copied_sources, means
from .ignoring import excluding_line
from .instructions import Instruction
from .reading import Dockerfile

Read = Callable[[str], str | None]
_Copy = tuple[Instruction, list[str]]


def find_copied_secrets(file: Dockerfile, files: Collection[str], read: Read) -> Answer:
    """Report files with credentials that COPY and ADD copy as part of a folder or pattern."""
    context = Context(files, posixpath.dirname(file.path))
    risky = [path for path in files if belongs_outside(path)]
    copies = list(_copies(file)) if risky else []
    if not copies:
        return Answer()
    homes = [home for home in context.homes if _has_sources(context, home, copies)] or context.homes
    found = {home: tuple(_in_home(file, context, home, copies, read)) for home in homes}
    if any(found.values()) and not all(found.values()):
        home = next(home for home in homes if found[home])
        where = quoted(home) if home else "the top folder"
        return Answer(
            unknown=f"whether the build context is {where}: from there `COPY` would copy a file with credentials"
        )
    return Answer(found[homes[0]])


def _copies(file: Dockerfile) -> Iterator[_Copy]:
    copies = ((stage, each) for stage in file.stages for each in stage.all("COPY", "ADD"))
    for number, (stage, each) in enumerate(copies):
        if sources := copied_sources(stage, each, look=number < MAX_LOOKED_UP):
            yield each, sources


def _has_sources(context: Context, home: str, copies: list[_Copy]) -> bool:
    # a folder without every source that has no wildcards cannot be the build context
    paths = context.inside(home)
    written = chain.from_iterable(sources[:MAX_LOOKED_UP] for _, sources in copies)
    plain = dict.fromkeys(source for source in written if not re.search(r"[*?\[$]", source))
    return all(any(means(source, path) for path in paths) for source in islice(plain, MAX_LOOKED_UP))


def _in_home(
    file: Dockerfile, context: Context, home: str, copies: list[_Copy], read: Read
) -> Iterator[Finding]:
    rules, rules_text = _rules(file, home, read)
    paths = [
        path
        for path in context.inside(home)
        if belongs_outside(path) and excluding_line(rules_text, path) is None
    ]
    for path in paths:
        taken = next((each for each, sources in copies if _takes(each, sources, path)), None)
        if taken is not None:
            yield _finding(taken, path, rules, there=bool(rules_text))


def _takes(one: Instruction, sources: list[str], path: str) -> bool:
    # a file that COPY names itself is a different finding
    if any(pattern_matches(pattern, path) for pattern in one.flag("exclude")):
        return False
    return any(means(source, path) and not belongs_outside(posixpath.basename(source)) for source in sources)


def _rules(file: Dockerfile, home: str, read: Read) -> tuple[str, str]:
    # the path and text of the effective `.dockerignore`, or the path to create and ""
    own, shared = f"{file.path}.dockerignore", posixpath.join(home, ".dockerignore")
    for path in (own, shared):
        if (text := read(path)) is not None:
            return path, text or "\n"
    return shared, ""


def _finding(one: Instruction, path: str, rules: str, *, there: bool) -> Finding:
    why = f"{quoted(rules)} does not exclude it" if there else f"there is no {quoted(rules)}"
    return Finding(
        Place(rules, 1 if there else 0),
        f"`{one.name} {one.value}` on line {one.place.line} copies {quoted(path)} into the image, because {why}.",
        f"a line that excludes {quoted(path)}",
        "no matching line" if there else "none",
        (path,),
    )
