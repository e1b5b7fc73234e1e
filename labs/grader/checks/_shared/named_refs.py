"""Find a branch, a tag or a commit by its name, or return the verdict on a missing one."""

import re

from ...git.history import Commit
from ...git.repository import Tip
from ...git.revision import Unresolved, is_object_id, resolve
from ...parameters import Revision
from ...words import alike, count, listed, quoted
from .base import Run, Verdict, at_tag, at_tip, needs_work
from .ref_conflicts import with_branches_renamed, with_tags_renamed
from .shell import STASHED, commands, paragraphs, start_on

VERSION = re.compile(r"v?\d")  # tag names start like this, branch names hardly ever


def tip_or_answer(run: Run, name: str) -> Tip | Verdict:
    """Return the branch or tag, or the verdict if there is none."""
    return run.repository.tip(name) or missing_branch(run, name)


def commit_or_answer(run: Run, name: Revision, *, originals: bool = False) -> Tip | Verdict:
    """Return the commit of a name such as `main~2`, or the verdict if there is none. See `resolve`."""
    found = resolve(run.repository, name, originals=originals)
    if not isinstance(found, Unresolved):
        return found
    if found.base is not None and not is_object_id(found.base):
        return missing_ref(run, found.base)
    return needs_work(found.why, expected=f"a commit at {quoted(name)}", found="none")


def commits_since(run: Run, tip: Tip, since: Revision | None) -> list[Commit] | Verdict:
    """Return the commits of a tip that `since` does not reach, oldest first; without `since`, the learner's."""
    history = run.repository.history
    if since is None:
        return run.own_commits(tip)
    start = commit_or_answer(run, since)
    if isinstance(start, Verdict):
        return start
    after = history.in_order(history.ancestors(tip.commit.id) - history.ancestors(start.commit.id))
    return run.by_learner(tip, after)


def whose_commits(since: Revision | None) -> str:
    return f"after {quoted(since)}" if since else "of yours"


def missing_branch(run: Run, name: str) -> Verdict:
    branches = list(run.repository.branches)
    near = "master" if name == "main" and "master" in branches else alike(name, branches)
    tip = run.repository.branch(near) if near else None
    make = with_branches_renamed(branches, name, make_branch(name))
    return needs_work(
        f"There is no branch {quoted(name)}. {_instead(near)}",
        expected=f"a branch called {quoted(name)}",
        found=names_found(branches, "branch", "branches"),
        fix=_renamed(near, name) if near else make,
        evidence=[at_tip(tip)] if tip else [],
    )


def missing_ref(run: Run, name: str) -> Verdict:
    return missing_tag(run, name) if VERSION.match(name) else missing_branch(run, name)


def missing_tag(run: Run, name: str, *sort: str, place: str | None = None) -> Verdict:
    """Return the verdict on a missing tag. `sort` are options of `git tag`, `place` is the commit to tag."""
    tags = list(run.repository.tags)
    near = alike(name, tags)
    on = run.repository.tag(near).id if near else _commit_at(run, place)
    make = ["git", "tag", *sort, name, *([on[:10]] if on else [])]
    return needs_work(
        f"There is no tag {quoted(name)}. {_instead(near)}",
        expected=f"a tag called {quoted(name)}",
        found=names_found(tags, "tag"),
        fix=with_tags_renamed(tags, name, make, ["git", "push", "origin", f"refs/tags/{name}"]),
        evidence=[at_tag(run.repository.tag(near))] if near else [],
    )


def make_branch(name: str) -> str:
    # the branch may exist in the learner's clone
    switch, make = commands(["git", "switch", name]), commands(["git", "switch", "-c", name])
    return commands(f"{switch} 2>/dev/null || {make}", ["git", "push", "-u", "origin", name])


def branch_at(run: Run, name: str, commit_id: str) -> str:
    # pushed by commit ID, since the clone may have a branch of this name
    push = ["git", "push", "origin", f"{commit_id}:refs/heads/{name}"]
    make = commands(["git", "fetch", "--tags", "origin"], ["git", "branch", name, commit_id], push)
    return with_branches_renamed(run.repository.branches, name, make)


def _renamed(old: str, name: str) -> str:
    rename = [["git", "branch", "-m", name], ["git", "push", "-u", "origin", name]]
    return paragraphs(commands(*start_on(old), *rename), STASHED)


def _commit_at(run: Run, place: str | None) -> str | None:
    found = resolve(run.repository, Revision(place)) if place else None
    return run.repository.head if found is None or isinstance(found, Unresolved) else found.commit.id


def _instead(near: str | None) -> str:
    return f"Found {quoted(near)} instead." if near else "Usually it was never created or never pushed."


def names_found(names: list[str], noun: str, plural: str = "") -> str:
    if not names:
        return f"no {noun}"
    return f"{count(len(names), noun, plural)}: {listed(map(quoted, names), limit=5)}"
