"""The parts of every kind of check: its parameters, what it may look at, and its verdict.

For authors of kinds: state in `LookedAt` which set a check judges, such as the 3 commits of yours on `main`. `passed`
turns an empty set into "needs work" (or "not run", if it was there and could not be read), so a kind never passes on
nothing. `may_be_empty` is only for statements about emptiness, such as `exactly: 0`.

A verdict says one of three things: *seen*; *not seen in what was read*, with what was not read named in
`LookedAt.unread`; *not known*, by `not_known`. Never write "There is no …" about anything that was not read.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from ...findings import LookedAt
from ...git.history import Commit
from ...git.repository import Repository, Tag, Tip
from ...git.revision import Unresolved, is_object_id, resolve
from ...git.whose import Authors, Learner
from ...graphs.shapes import Shape
from ...parameters import Revision
from ...report import Drawing, Evidence, Outcome
from ...sandbox import Sandbox
from ...words import alike, count, decoded, listed, quoted
from .ref_conflicts import with_branches_renamed, with_tags_renamed
from .shell import STASHED, commands, paragraphs, start_on

VERSION = re.compile(r"v?\d")  # how the name of a tag begins, and hardly that of a branch


class UnknownAuthorError(Exception):
    """The lab asks for commits of the learner, and none of these names the learner."""

    def __init__(self, tip: Tip, commits: list[Commit], learner: Learner) -> None:
        super().__init__(f"{len(commits)} commits of other authors")
        self.tip, self.commits, self.learner = tip, commits, learner


@dataclass(frozen=True)
class Run:
    """What a check may look at. `starter` is the commit that learners start from, or None.

    `learner` and `sandbox` are for kinds that need them; both may be None. `requirements` are those of the Python
    environment that code runs in, None for the system's Python alone. `asks_author` is set where the lab says that
    commits are the learner's.
    """

    repository: Repository
    starter: str | None = None
    learner: Learner | None = None
    sandbox: Sandbox | None = None
    requirements: tuple[str, ...] | None = None
    asks_author: bool = False

    def own_commits(self, tip: Tip) -> list[Commit]:
        """The learner's own commits, oldest first: not reachable from the starter. See `by_learner`."""
        history = self.repository.history
        return self.by_learner(
            tip, history.in_order(history.ancestors(tip.commit.id) - history.ancestors(self.starter))
        )

    def by_learner(self, tip: Tip, commits: list[Commit]) -> list[Commit]:
        """Those that name the learner, where the lab asks that; else all.

        Raises UnknownAuthorError where none does: it may be the learner all the same.
        """
        if not self.asks_author or self.learner is None or not self.learner.is_known:
            return commits
        authors = Authors(self.learner)
        found = [commit for commit in commits if authors.is_own(commit)]
        if commits and not found:
            raise UnknownAuthorError(tip, commits, self.learner)
        return found


@dataclass(frozen=True)
class Verdict:
    """One answer. `why` is a plain sentence; for NOT_RUN it is the reason. `fix` is commands for bash.

    `drawing` shows what was found, where the kind draws something of its own; `wanted` is how the commits should lie.
    Raises ValueError for a pass that looked at nothing: use `passed`, which decides.
    """

    outcome: Outcome
    why: str
    expected: str = ""
    found: str = ""
    fix: str = ""
    evidence: tuple[Evidence, ...] = ()
    drawing: Drawing | None = None
    wanted: Shape | None = None
    looked_at: LookedAt | None = None

    def __post_init__(self) -> None:
        if self.outcome is Outcome.PASSED and not (self.looked_at and self.looked_at.is_enough):
            raise ValueError(f"passed without looking at anything: {self.why}")


class Kind(ABC):
    """One kind of check: a frozen dataclass whose fields are its parameters in lab.yaml.

    `kind` is its word there, `about` its row in the table of docs/labs.md. The docstring of its module explains it,
    see `documentation`; `example` is YAML, for a kind whose first line has no room for a whole one.
    `seconds` is the most that one check may take, unless `limit` says otherwise; `hidden` names parameters that
    learners must not see.
    `confined` kinds run code and are NOT_RUN where `Run.sandbox` is None; `always_passes` where a verdict of
    "needs work" cannot be. A kind that asks for the history is NOT_RUN in a shallow clone, unless it
    `takes_part_of_history`.
    """

    kind: ClassVar[str]
    about: ClassVar[str]
    example: ClassVar[str] = ""
    seconds: ClassVar[float] = 10.0
    hidden: ClassVar[tuple[str, ...]] = ()
    confined: ClassVar[bool] = False
    always_passes: ClassVar[bool] = False
    takes_part_of_history: ClassVar[bool] = False

    @classmethod
    def values(cls) -> Iterator[tuple[str, str, list[str]]]:
        """Yield the values that a parameter may name: the name, what it asks for, and its own parameters."""
        yield from ()

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong with the parameters taken together, as (key, message)."""
        yield from ()

    def limit(self) -> float:
        """The seconds that this check may take."""
        return self.seconds

    def obstacle(self, run: Run) -> Verdict | None:
        """What stands in the way of checking at all; looked at before the time of the check begins."""
        return None

    @abstractmethod
    def check(self, run: Run) -> Verdict:
        """The answer for one repository. A learner's mistake is an answer, never an exception."""


def passed(
    why: str,
    *evidence: Evidence,
    looked_at: LookedAt,
    found: str = "",
    fix: Callable[[], str] = lambda: "",
) -> Verdict:
    """Return a pass, or what `nothing_to_judge` says if the set is empty; `fix` is asked in that case alone."""
    if not looked_at.is_enough:
        return nothing_to_judge(looked_at, fix=fix(), evidence=evidence)
    why += f" Not read: {listed(looked_at.unread)}." if looked_at.unread else ""
    return Verdict(Outcome.PASSED, why, found=found, evidence=evidence, looked_at=looked_at)


def nothing_to_judge(looked_at: LookedAt, *, fix: str = "", evidence: Iterable[Evidence] = ()) -> Verdict:
    """Return the verdict on an empty set: needs work, or not known if all that belongs to it could not be read."""
    what = f"{looked_at.noun} {looked_at.where}".rstrip()
    if looked_at.unread:
        return not_known(f"no {what} could be read ({listed(looked_at.unread)})")
    verdict = needs_work(
        f"Nothing to judge: there is no {what}.",
        expected=f"at least one {what}",
        found="none",
        fix=fix,
        evidence=evidence,
    )
    return replace(verdict, looked_at=looked_at)


def needs_work(
    why: str,
    *,
    expected: str,
    found: str,
    fix: str = "",
    evidence: Iterable[Evidence] = (),
    drawing: Drawing | None = None,
    wanted: Shape | None = None,
) -> Verdict:
    return Verdict(Outcome.NEEDS_WORK, why, expected, found, fix, tuple(evidence), drawing, wanted)


def not_run(reason: str, *, fix: str = "") -> Verdict:
    return Verdict(Outcome.NOT_RUN, reason, fix=fix)


def not_known(reason: str, *, fix: str = "") -> Verdict:
    """Return the verdict where what was read decides nothing; `reason` is the end of a sentence."""
    return not_run(f"Not known: {reason}.", fix=fix)


def cut_off_history() -> Verdict:
    """Return the verdict on a shallow clone, where a commit that is absent proves nothing."""
    return not_run(
        "Not run: the history is cut off, as in a shallow clone. In GitHub Actions, check out with `fetch-depth: 0`.",
        fix=commands(["git", "fetch", "--unshallow"]),
    )


def at_tip(tip: Tip, path: bytes | None = None) -> Evidence:
    return Evidence(ref=tip.ref, commit=tip.commit.id, path=None if path is None else decoded(path))


def at_tag(tag: Tag) -> Evidence:
    lines = (tag.message or "").splitlines()[:4]
    commit = tag.id if tag.kind == "commit" else None
    return Evidence(ref=tag.ref, commit=commit, excerpt=tuple(enumerate(lines, start=1)))


def tip_or_answer(run: Run, name: str) -> Tip | Verdict:
    """The branch or tag of this name; where there is none, the answer that says so."""
    return run.repository.tip(name) or missing_branch(run, name)


def commit_or_answer(run: Run, name: Revision, *, originals: bool = False) -> Tip | Verdict:
    """The commit of a name such as `main~2`; where there is none, the answer that says so. See `resolve`."""
    found = resolve(run.repository, name, originals=originals)
    if not isinstance(found, Unresolved):
        return found
    if found.base is not None and not is_object_id(found.base):
        return missing_ref(run, found.base)
    return needs_work(found.why, expected=f"a commit at {quoted(name)}", found="none")


def commits_since(run: Run, tip: Tip, since: Revision | None) -> list[Commit] | Verdict:
    """Commits of a tip that `since` does not reach, oldest first; without `since`, the learner's own."""
    history = run.repository.history
    if since is None:
        return run.own_commits(tip)
    start = commit_or_answer(run, since)
    if isinstance(start, Verdict):
        return start
    after = history.in_order(history.ancestors(tip.commit.id) - history.ancestors(start.commit.id))
    return run.by_learner(tip, after)


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
    """The answer where a commit is named by a branch or tag that is not there."""
    return missing_tag(run, name) if VERSION.match(name) else missing_branch(run, name)


def missing_tag(run: Run, name: str, *sort: str, place: str | None = None) -> Verdict:
    """`sort` are the options of `git tag` for one of the right sort, `place` is where it belongs."""
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
    """Commands that push a branch, which may be there in the learner's folder already."""
    switch, make = commands(["git", "switch", name]), commands(["git", "switch", "-c", name])
    return commands(f"{switch} 2>/dev/null || {make}", ["git", "push", "-u", "origin", name])


def branch_at(run: Run, name: str, commit_id: str) -> str:
    """Commands for a branch at a commit: straight to the remote, where one of this name is in the folder already."""
    push = ["git", "push", "origin", f"{commit_id}:refs/heads/{name}"]
    make = commands(["git", "fetch", "--tags", "origin"], ["git", "branch", name, commit_id], push)
    return with_branches_renamed(run.repository.branches, name, make)


def _renamed(old: str, name: str) -> str:
    rename = [["git", "branch", "-m", name], ["git", "push", "-u", "origin", name]]
    return paragraphs(commands(*start_on(old), *rename), STASHED)


def _commit_at(run: Run, place: str | None) -> str | None:
    """The commit of a name; of main where none is given."""
    found = resolve(run.repository, Revision(place)) if place else None
    return run.repository.head if found is None or isinstance(found, Unresolved) else found.commit.id


def _instead(near: str | None) -> str:
    return f"There is one called {quoted(near)}." if near else "Most often it was not made, or not pushed."


def names_found(names: list[str], noun: str, plural: str = "") -> str:
    if not names:
        return f"no {noun}"
    return f"{count(len(names), noun, plural)}: {listed(map(quoted, names), most=5)}"
