"""GitHub's filters for branches, tags and paths, which decide if an event triggers a workflow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .model import Trigger

_DEFAULT_TYPES = {
    "pull_request": ("opened", "synchronize", "reopened"),
    "pull_request_target": ("opened", "synchronize", "reopened"),
}


@dataclass(frozen=True)
class Moment:
    """An event on a branch (for a pull request, its base) or tag.

    `path` is a changed file, `type` the activity, such as `opened`.
    """

    event: str
    branch: str | None = None
    tag: str | None = None
    path: str | None = None
    type: str | None = None

    def __str__(self) -> str:
        words = {"push": "a push", "pull_request": "a pull request"}.get(
            self.event, f"the event `{self.event}`"
        )
        if self.event == "pull_request" and self.type:
            article = "an" if self.type[0] in "aeiou" else "a"
            words = f"{article} {self.type.replace('_', ' ')} pull request"
        places = (("to", self.branch), ("of the tag", self.tag), ("that changes", self.path))
        return " ".join([words, *(f"{word} `{name}`" for word, name in places if name)])


def starts(trigger: Trigger, moment: Moment) -> bool:
    """Return True if a trigger fires at a moment. Filters on properties that the moment leaves open are ignored.

    Path filters do not apply to pushed tags, as on GitHub.
    """
    if trigger.event != moment.event or not _of_type(trigger, moment):
        return False
    if moment.tag:
        return _of_ref(
            moment.tag, trigger.tags, trigger.tags_ignore, trigger.branches, trigger.branches_ignore
        )
    if moment.branch and not _of_ref(
        moment.branch, trigger.branches, trigger.branches_ignore, trigger.tags, trigger.tags_ignore
    ):
        return False
    return moment.path is None or _selected(moment.path, trigger.paths, trigger.paths_ignore)


def _of_type(trigger: Trigger, moment: Moment) -> bool:
    usual = _DEFAULT_TYPES.get(trigger.event, ())
    types = trigger.types or usual
    if moment.type:
        return not types or moment.type in types
    return not usual or not set(usual).isdisjoint(types)


def _of_ref(
    name: str,
    wanted: Sequence[str] | None,
    ignored: Sequence[str] | None,
    *others: Sequence[str] | None,
) -> bool:
    # a filter for tags alone excludes all branches, and vice versa
    if wanted is None and ignored is None:
        return all(other is None for other in others)
    return _selected(name, wanted, ignored)


def _selected(name: str, wanted: Sequence[str] | None, ignored: Sequence[str] | None) -> bool:
    if wanted is not None:
        return selects(wanted, name)
    return ignored is None or not selects(ignored, name)


def selects(patterns: Sequence[str], name: str) -> bool:
    """Return True if patterns select a name: the last match decides, and a pattern with `!` excludes."""
    selected = False
    for pattern in patterns:
        if matches(pattern.removeprefix("!"), name):
            selected = not pattern.startswith("!")
    return selected


def matches(pattern: str, name: str) -> bool:
    """Match GitHub's own globs: `*` stops at `/`, `**` does not, `?` and `+` repeat the character before.

    Takes at most (pattern length × name length) steps.
    """
    reached = {0}
    for fits, fewest, many in _pieces(pattern):
        reached = _advance(name, reached, fits, fewest, many) if fits else _after_folders(name, reached)
    return len(name) in reached


Fits = Callable[[str], bool]


def _pieces(pattern: str) -> list[tuple[Fits | None, int, bool]]:
    # each piece: the accepted characters, the least number (0 or 1), and if more may follow; None for `**/`
    pieces: list[tuple[Fits | None, int, bool]] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if _is_any_folder(pattern, at):
            pieces.append((None, 0, True))
            end = at + 3
        elif character == "*":
            end = at + 1 + pattern.startswith("**", at)
            pieces.append((_anything if end - at > 1 else _in_folder, 0, True))
        elif character in "?+" and pieces:
            fits, _, _ = pieces.pop()
            end = at + 1
            pieces.append((fits, 0, False) if character == "?" else (fits, 1, True))
        else:
            fits, end = _one(pattern, at)
            pieces.append((fits, 1, False))
        at = end
    return pieces


def _is_any_folder(pattern: str, at: int) -> bool:
    # a whole `**/`, which matches any number of folders
    alone = pattern.startswith("**/", at) and (at == 0 or pattern[at - 1] == "/")
    return alone and pattern[at + 3 : at + 4] not in ("?", "+")


def _one(pattern: str, at: int) -> tuple[Fits, int]:
    # the characters that this character, escape or set accepts, and its end
    if pattern[at] == "\\" and at + 1 < len(pattern):
        return pattern[at + 1].__eq__, at + 2
    close = pattern.find("]", at + 1)
    if pattern[at] != "[" or close < 0:
        return pattern[at].__eq__, at + 1
    inside = pattern[at + 1 : close]
    ranges = [(a, z) for a, dash, z in zip(inside, inside[1:], inside[2:], strict=False) if dash == "-"]
    return lambda c: c in inside or any(a <= c <= z for a, z in ranges), close + 1


def _anything(character: str) -> bool:
    return True


def _in_folder(character: str) -> bool:
    return character != "/"


def _advance(name: str, reached: set[int], fits: Fits, fewest: int, many: bool) -> set[int]:
    found = set(reached) if fewest == 0 else set()
    todo = sorted(reached, reverse=True)
    while todo:
        at = todo.pop()
        if at < len(name) and fits(name[at]) and at + 1 not in found:
            found.add(at + 1)
            if many:
                todo.append(at + 1)
    return found


def _after_folders(name: str, reached: set[int]) -> set[int]:
    # the places where `**/` may end: after any later `/`, or where it starts
    first = min(reached, default=len(name))
    return reached | {at + 1 for at in range(first, len(name)) if name[at] == "/"}
