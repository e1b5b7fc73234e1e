"""Base class of the kinds of check, their input and their verdicts.

For authors of kinds: name in `LookedAt` the set that a check judges, such as your 3 commits on `main`. `passed`
turns an empty set into "needs work" (or "not run" if its members could not be read), so a kind never passes on
nothing. `may_be_empty` is only for statements about emptiness, such as `exactly: 0`.

A verdict says one of three things: seen; not seen in what was read, with the rest named in `LookedAt.unread`; or
unknown, by `not_known`. Never write "There is no …" about anything that was not read.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from ...findings import LookedAt
from ...git.blobs import Blob
from ...git.history import Commit
from ...git.repository import Repository, Tag, Tip
from ...git.whose import Authors, Learner
from ...github_facts import GitHubFacts, Wanted
from ...graphs.shapes import Shape
from ...report import Drawing, Evidence, Outcome
from ...sandbox import Sandbox
from ...words import decoded, listed
from .shell import commands

_QUESTION = re.compile(r"(?:whether|what|which|how|where|who) ")


class UnknownAuthorError(Exception):
    """The lab asks for the learner's commits, and no commit names the learner."""

    def __init__(self, tip: Tip, commits: list[Commit], learner: Learner) -> None:
        super().__init__(f"{len(commits)} commits of other authors")
        self.tip, self.commits, self.learner = tip, commits, learner


@dataclass(frozen=True)
class Run:
    """Input of a check. `starters` are commits: the learner's are those that none of these reaches.

    `learner` and `sandbox` are for kinds that need them; both may be None. `requirements` are those of the Python
    environment that runs code, None for the system's Python. `asks_author` is True if the lab requires that commits
    are the learner's. `github` is None if nobody here can ask GitHub, as on a learner's machine.
    """

    repository: Repository
    starters: tuple[str, ...] = ()
    learner: Learner | None = None
    sandbox: Sandbox | None = None
    requirements: tuple[str, ...] | None = None
    asks_author: bool = False
    github: GitHubFacts | None = None

    def own_commits(self, tip: Tip) -> list[Commit]:
        """Return the learner's commits, oldest first: those not reachable from the starter. See `by_learner`."""
        history = self.repository.history
        commits = history.in_order(history.ancestors(tip.commit.id) - history.ancestors_of(self.starters))
        return self.by_learner(tip, commits)

    @property
    def own_blobs(self) -> list[Blob]:
        """Return the versions of files that the learner's commits brought, oldest first. Raises as `blobs` does."""
        blobs = self.repository.blobs
        given = self.repository.history.ancestors_of(self.starters) if self.starters else ()
        return [blob for blob in blobs if blob.commit not in given]

    def by_learner(self, tip: Tip, commits: list[Commit]) -> list[Commit]:
        """Return the commits that name the learner if the lab requires that, else all.

        Raises UnknownAuthorError if no commit does: the learner may have made them under a different name.
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
    """Result of one check. `why` is a sentence, for NOT_RUN the reason. `fix` is commands for bash.

    `drawing` shows what was found, if the kind draws it; `wanted` is the expected shape of the history.
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

    `kind` is its name there, `about` its row in the table of docs/labs.md. The docstring of its module documents it,
    see `documentation`. `example` is YAML, for a kind whose first line has no room for a complete one.
    `seconds` is the time limit of one check, unless `limit` returns another. `hidden` names parameters that learners
    must not see. `confined` kinds run code and are NOT_RUN if `Run.sandbox` is None. `always_passes` is True if the
    verdict is never "needs work". A kind that reads the history is NOT_RUN in a shallow clone, unless it
    `takes_part_of_history`. A kind that needs facts from GitHub names the events that change them in `events`, and
    returns from `wants` which facts it needs for a repository.
    """

    kind: ClassVar[str]
    about: ClassVar[str]
    example: ClassVar[str] = ""
    seconds: ClassVar[float] = 10.0
    hidden: ClassVar[tuple[str, ...]] = ()
    confined: ClassVar[bool] = False
    always_passes: ClassVar[bool] = False
    takes_part_of_history: ClassVar[bool] = False
    events: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def values(cls) -> Iterator[tuple[str, str, list[str]]]:
        """Yield the values that a parameter may name: name, description and own parameters of each."""
        yield from ()

    def problems(self) -> Iterator[tuple[str, str]]:
        """Yield (key, message) for parameters that contradict each other."""
        yield from ()

    def limit(self) -> float:
        return self.seconds

    def obstacle(self, run: Run) -> Verdict | None:
        """Return the verdict if nothing can be checked here. Its time does not count."""
        return None

    def wants(self, repository: Repository) -> Wanted:
        return Wanted()

    @abstractmethod
    def check(self, run: Run) -> Verdict:
        """Judge one repository. A learner's mistake is a verdict, never an exception."""


def passed(
    why: str,
    *evidence: Evidence,
    looked_at: LookedAt,
    found: str = "",
    fix: Callable[[], str] = lambda: "",
) -> Verdict:
    """Return a pass, or the verdict on an empty set; `fix` is called only for that."""
    if not looked_at.is_enough:
        return nothing_to_judge(looked_at, fix=fix(), evidence=evidence)
    why += f" Not read: {listed(looked_at.unread)}." if looked_at.unread else ""
    return Verdict(Outcome.PASSED, why, found=found, evidence=evidence, looked_at=looked_at)


def nothing_to_judge(looked_at: LookedAt, *, fix: str = "", evidence: Iterable[Evidence] = ()) -> Verdict:
    # needs work, unless the set has members that could not be read
    what = f"{looked_at.noun} {looked_at.where}".rstrip()
    if looked_at.unread:
        return not_run(f"Not run: no {what} could be read ({listed(looked_at.unread)}).")
    none, some = f"there is no {what}", f"at least one {what}"
    if looked_at.either:
        none = " ".join(filter(None, [looked_at.where, "there is neither", " nor ".join(looked_at.either)]))
        some = what
    verdict = needs_work(
        f"Nothing to check: {none}.",
        expected=some,
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
    """Return the verdict on a question without an answer. `reason` completes "Cannot tell", such as "whether …"."""
    return not_run(f"Cannot tell{'' if _QUESTION.match(reason) else ':'} {reason}.", fix=fix)


def cut_off_history() -> Verdict:
    # a commit that is missing from a shallow clone proves nothing
    return not_run(
        "Not run: this is a shallow clone, so part of the history is missing. In GitHub Actions, check out with "
        "`fetch-depth: 0`.",
        fix=commands(["git", "fetch", "--unshallow"]),
    )


def where(tip: Tip) -> str:
    return tip.where


def at_tip(tip: Tip, path: bytes | None = None) -> Evidence:
    return Evidence(ref=tip.ref, commit=tip.commit.id, path=None if path is None else decoded(path))


def at_tag(tag: Tag) -> Evidence:
    lines = (tag.message or "").splitlines()[:4]
    commit = tag.id if tag.kind == "commit" else None
    return Evidence(ref=tag.ref, commit=commit, excerpt=tuple(enumerate(lines, start=1)))
