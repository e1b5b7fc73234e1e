"""The step `github` of a scenario: GitHub's answers about workflow runs and pull requests."""

from dataclasses import dataclass
from typing import Literal

from ..checks._shared.workflow_starts import name_of, workflow_path
from ..git.history import Commit
from ..github_facts import PullRequest, Review, WorkflowRun
from ..parameters import MAIN, Content, Count, RefName, Revision
from ..words import quoted
from .answers import Answers
from .changes import Step
from .objects import StepError
from .world import World

_HEAD, _EMPTY = Revision("HEAD"), Content("")
_ZERO, _ONE = Count(0), Count(1)


@dataclass(frozen=True, kw_only=True)
class GivenRun:
    """A run of a workflow file for a commit; `conclusion` counts if `status` is completed."""

    workflow: str
    at: Revision = _HEAD
    event: str = "push"
    number: Count = _ONE
    attempt: Count = _ONE
    status: str = "completed"
    conclusion: str = "success"
    fork: bool = False


@dataclass(frozen=True, kw_only=True)
class GivenReview:
    """A review by a GitHub account."""

    by: str
    state: Literal["approved", "changes_requested", "commented", "dismissed"] = "approved"
    bot: bool = False


@dataclass(frozen=True, kw_only=True)
class GivenPullRequest:
    """A pull request. `merged_by` is set if it was merged; the commit is then `merged_as`, or the tip of `into`."""

    name: RefName
    into: RefName = MAIN
    number: Count = _ONE
    author: str = "learner"
    draft: bool = False
    closed: bool = False
    fork: bool = False
    body: Content = _EMPTY
    closes: tuple[Count, ...] = ()
    reviews: tuple[GivenReview, ...] = ()
    comments: Count = _ZERO
    answered: Count = _ZERO
    merged_by: str | None = None
    merged_as: Revision | None = None


@dataclass(frozen=True)
class GivenAnswers:
    runs: tuple[GivenRun, ...] = ()
    pull_requests: tuple[GivenPullRequest, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GitHub(Step):
    """`github: {runs: [{workflow: ci.yml}]}` - adds to the answers from GitHub, for `ci_run` and `pull_request`.

    `github: {}` is an answer without runs and pull requests; without this step these checks are not run. A run has
    `workflow`, and optionally `at` (a commit), `event`, `number`, `attempt`, `status`, `conclusion` (success by
    default) and `fork`. An entry of `pull_requests` has `name`, and optionally `into`, `number`, `author`, `draft`,
    `closed`, `fork`, `body`, `closes` (numbers of issues), `reviews` (`by`, `state`, `bot`), `comments` and `answered`
    (threads of review comments), `merged_by`, and `merged_as`, the commit of the merge.
    """

    github: GivenAnswers

    def do(self, world: World) -> None:
        answers = world.answers or Answers(world.now())
        answers.runs += [_run(world, given) for given in self.github.runs]
        for given in self.github.pull_requests:
            answers.pull_requests[given.number] = _pull_request(world, given)
        world.answers = answers


def _run(world: World, given: GivenRun) -> WorkflowRun:
    commit, path = world.find(given.at), workflow_path(given.workflow)
    entry = world.files(commit.id).get(path)
    text = world.objects.data(entry.id).decode("utf-8", "replace") if entry and entry.is_file else ""
    is_completed = given.status == "completed"
    return WorkflowRun(
        id=given.number,
        path=path,
        name=name_of(text) or path,
        commit=commit.id,
        event=given.event,
        branch=world.current,
        attempt=given.attempt,
        status=given.status,
        conclusion=given.conclusion if is_completed else "",
        is_from_fork=given.fork,
    )


def _pull_request(world: World, given: GivenPullRequest) -> PullRequest:
    head = world.tip(given.name)
    merge = world.find(given.merged_as or Revision(given.into)) if given.merged_by else None
    if head is None and not merge and not given.closed:
        raise StepError(f"there is no branch {quoted(given.name)} to open a pull request from")
    return PullRequest(
        number=given.number,
        base=given.into,
        head=given.name,
        author=given.author,
        state="closed" if merge or given.closed else "open",
        head_commit=head.commit.id if head else "",
        is_draft=given.draft,
        is_from_fork=given.fork,
        is_merged=merge is not None,
        merged_by=given.merged_by or "",
        merge_commit=merge.id if merge else "",
        commits=_count(world, head.commit, merge) if head and merge else 0,
        body=given.body,
        linked=given.closes,
        reviews=tuple(Review(one.by, one.state, is_by_bot=one.bot) for one in given.reviews),
        comments=given.comments,
        answered=given.answered,
    )


def _count(world: World, head: Commit, merge: Commit) -> int:
    before = merge.parents[0] if merge.parents else None
    return len(world.history.ancestors(head.id) - world.history.ancestors(before))
