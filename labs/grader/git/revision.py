"""Resolve commits named as in Git: `main`, `v1.0.0~2`, `main^2^`, `main^{/Fix the sum}`, and our `main^{root}`.

A branch, a tag, a full object ID, or `@default` for the default branch comes first. Then, as often as wanted: `~N` is
N first parents back, `^N` the Nth parent, `^{/regex}` the latest commit of that history whose message matches
(searched, by lines), and `^{root}` the end of the first-parent chain. Names are resolved here, in the walked history:
no such text ever reaches Git.
"""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from ..parameters import DEFAULT, OBJECT_ID, REVISION_STEP, Revision
from ..words import quoted
from .history import Commit, History
from .messages import fits_itself
from .repository import Tip

_STEP = re.compile(REVISION_STEP)


@dataclass(frozen=True)
class Unresolved:
    """The reason why a name does not resolve. `base` is the missing branch or tag, None if that exists."""

    why: str
    base: str | None = None


class Commits(Protocol):
    """Scope in which names are resolved: a `Repository`, or the model of one."""

    @property
    def history(self) -> History: ...

    def tip(self, name: str) -> Tip | None: ...


def resolve(repository: Commits, name: Revision, *, originals: bool = False) -> Tip | Unresolved:
    """Return the commit of that name; `ref` of the answer is the branch or tag that the name starts from.

    With `originals`, `^{/regex}` skips commits whose message only quotes a matching one, as `Revert "..."` does; Git
    itself takes the latest match.
    """
    base = base_of(name)
    tip = repository.tip(base) or _by_id(repository, base)
    if tip is None:
        if base == DEFAULT:
            return Unresolved(
                "Cannot tell which branch is the default branch: HEAD does not point to an existing branch."
            )
        noun = "commit" if is_object_id(base) else "branch or tag"
        return Unresolved(f"There is no {noun} {quoted(base)}.", base)
    if base == DEFAULT:  # so that sentences and commands name the branch itself
        name, base = Revision(tip.name + name[len(base) :]), tip.name
    commit: Commit | None = tip.commit
    for step in _STEP.finditer(name, len(base)):
        if commit is not None:
            commit = _step(repository.history, commit, step, originals=originals)
        if commit is None:
            way = name[: step.end()]
            return Unresolved(f"{quoted(way)} does not resolve to a commit.")
    assert commit  # noqa: S101 - each step that finds none has returned
    return replace(tip, name=str(name), commit=commit)


def base_of(name: str) -> str:
    return re.split(r"[~^]", name, maxsplit=1)[0]


def for_git(name: str) -> str:
    """Return a name as one bash word that Git understands; Git has no `^{root}`."""
    before, root, behind = name.partition("^{root}")
    if not root:
        return shlex.quote(name)
    return f'"$(git rev-list --first-parent {shlex.quote(before)} | tail -n 1)"{shlex.quote(behind) if behind else ""}'


def is_object_id(name: str) -> bool:
    return OBJECT_ID.fullmatch(name) is not None


def _by_id(repository: Commits, base: str) -> Tip | None:
    history = repository.history if is_object_id(base) else None
    return Tip(base, base, history[base]) if history and base in history else None


def _step(history: History, commit: Commit, step: re.Match[str], *, originals: bool) -> Commit | None:
    back, pattern, root, nth = step.groups()
    if pattern:
        search = re.compile(pattern, re.MULTILINE).search
        return _newest(history, commit, partial(fits_itself, search=search) if originals else search)
    if root:
        return history[list(history.first_parents(commit.id))[-1]]
    if back is not None:
        return _back(history, commit, int(back or 1))
    parents, wanted = history.parents(commit.id), int(nth or 1)
    if wanted == 0:
        return commit
    return history[parents[wanted - 1]] if wanted <= len(parents) else None


def _back(history: History, commit: Commit, count: int) -> Commit | None:
    line = history.first_parents(commit.id)
    found = next((commit_id for passed, commit_id in enumerate(line) if passed == count), None)
    return history[found] if found else None


def _newest(history: History, commit: Commit, matches: Callable[[str], object]) -> Commit | None:
    inside = reversed(history.in_order(history.ancestors(commit.id)))
    return next((each for each in inside if matches(each.message)), None)
