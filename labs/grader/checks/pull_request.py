"""`pull_request: {name: feature/login, into: main, reviewed: true, by: any}` - a pull request was reviewed and merged.

It was opened from the branch `name` of the same repository into `into`, and is not a draft. `reviewed: true`: a person
other than its author reviewed it, before the merge. `by`: it was merged with this method, or with any; the method
is read from the history, where a squash and a rebase of a single commit look the same. `linked: true`: it
closes an issue of the repository (`Closes #12` in its description). `described: true`: it has a description.
`answered: true`: its author replied to each thread of review comments. `merged_by_other: true`: somebody else
merged it.

If a statement says "yours", only pull requests by the learner's GitHub account count. The check is not run until the
repository is connected on the lab page, and is graded again automatically when the pull request changes. `labcheck`
cannot ask GitHub.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from ..findings import LookedAt
from ..git.history import Commit, Person
from ..git.repository import Repository, Tip
from ..github_facts import PullRequest, PullRequests, Wanted, when_asked
from ..parameters import MAIN, RefName
from ..report import Outcome
from ..words import count, listed, quoted
from ._shared.asking import ask_or_answer, wait_for_answer
from ._shared.base import Kind, Run, Verdict, needs_work, not_known, not_run, passed
from ._shared.named_refs import make_branch, tip_or_answer
from ._shared.pull_requests import describe, merge_methods, reviews_by_others
from ._shared.shell import commands, paragraphs
from .commits import commit_evidence

_METHODS = {"merge-commit": "merge commit", "squash": "squash", "rebase": "rebase"}
_OPTIONS = {"merge-commit": "--merge", "squash": "--squash", "rebase": "--rebase", "any": "--merge"}
_OPENED = "a pull request that is not a draft"


class _Missing(NamedTuple):
    """The first thing that a pull request lacks."""

    why: str
    expected: str
    fix: str


@dataclass(frozen=True)
class PullRequestCheck(Kind):
    kind = "pull_request"
    about = "GitHub"
    events = ("pull_request", "pull_request_review", "push")

    name: RefName
    into: RefName = MAIN
    reviewed: Literal[True] | None = None
    by: Literal["any", "merge-commit", "squash", "rebase"] | None = None
    linked: Literal[True] | None = None
    described: Literal[True] | None = None
    answered: Literal[True] | None = None
    merged_by_other: Literal[True] | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.name == self.into:
            yield "into", "must be a different branch"
        if self.merged_by_other and self.by is None:
            yield "merged_by_other", "needs `by`, such as `by: any`"

    def wants(self, repository: Repository) -> Wanted:
        return Wanted(heads=(self.name,))

    def check(self, run: Run) -> Verdict:
        obstacle = ask_or_answer(run, "its pull requests")
        if obstacle:
            return obstacle
        known = run.github.pull_requests if run.github else None
        if known is None or known.asked_at is None:
            why = f": {known.unknown}" if known and known.unknown else ""
            return wait_for_answer("GitHub’s answer", f"It has not listed the pull requests yet{why}.", known)
        own = [pull for pull in known.items if self._is_meant(pull)]
        if not own:
            return self._none(known)
        mine = [pull for pull in own if _is_by_learner(run, pull)]
        if not mine:
            return _of_somebody_else(run, own[0], known)
        verdicts = [self._judge(run, pull, known) for pull in mine]
        return next((one for one in verdicts if one.outcome is Outcome.PASSED), verdicts[0])

    def _is_meant(self, pull: PullRequest) -> bool:
        return pull.head == self.name and pull.base == self.into and not pull.is_from_fork

    def _none(self, known: PullRequests) -> Verdict:
        from_fork = any(pull.head == self.name and pull.is_from_fork for pull in known.items)
        others = [f"#{pull.number} {quoted(pull.head)} into {quoted(pull.base)}" for pull in known.items]
        wanted = f"from {quoted(self.name)} into {quoted(self.into)}"
        listing = f"GitHub lists {count(len(known.items), 'pull request')} of this repository"
        said = f"{listing} ({when_asked(known.asked_at)}), none {wanted}."
        if known.unknown:
            return not_known(f"whether there is a pull request {wanted}: {known.unknown}")
        return needs_work(
            said + (" One from a fork does not count." if from_fork else ""),
            expected=f"a pull request {wanted}",
            found=listed(others) or "no pull request",
            fix=commands(
                make_branch(self.name),
                ["gh", "pr", "create", "--head", self.name, "--base", self.into],
            ),
        )

    def _judge(self, run: Run, pull: PullRequest, known: PullRequests) -> Verdict:
        seen = f"{describe(pull)} ({when_asked(known.asked_at)})."
        missing = next(self._missing(pull), None)
        if missing:
            why, expected, fix = missing
            return needs_work(f"{seen} {why}", expected=expected, found=_found(pull), fix=fix)
        merge = self._merge(run, pull) if self.by else None
        if isinstance(merge, Verdict):
            return replace(merge, why=f"{seen} {merge.why}")
        if self.answered and not pull.comments:
            looked_at = LookedAt(0, "thread of review comments", plural="threads of review comments")
            return replace(passed("", looked_at=looked_at, fix=lambda: _ask(pull)), found=_found(pull))
        evidence = [commit_evidence(*merge)] if merge else []
        return passed(seen, *evidence, looked_at=LookedAt(1, "pull request"))

    def _missing(self, pull: PullRequest) -> Iterator[_Missing]:
        if pull.is_draft and not pull.is_merged:
            yield _Missing("It is a draft.", _OPENED, f"gh pr ready {pull.number}")
        if self.described and not pull.body.strip():
            fix = f"gh pr edit {pull.number} --body 'What it changes, and why: ...'"
            yield _Missing("It has no description.", "a description", fix)
        if self.linked and not pull.linked:
            way = f"on GitHub, or with `gh pr edit {pull.number}` under Body"
            fix = (
                f"Add `Closes #1` to the description, with the number of an issue of this repository: {way}."
            )
            yield _Missing("Its description closes no issue of this repository.", "a link to an issue", fix)
        if self.reviewed and not reviews_by_others(pull):
            before = " before the merge" if pull.is_merged else ""
            why = f"No review counts: it needs one that is not dismissed, by a person other than its author{before}."
            yield _Missing(why, "a review by somebody else", _ask(pull))
        if self.answered and pull.answered < pull.comments:
            number = count(pull.comments - pull.answered, "thread")
            why = f"{number} of review comments had no reply by its author."
            fix = "Open the pull request on GitHub, and reply to each review comment."
            yield _Missing(why, "a reply in each thread", fix)
        yield from self._missing_merge(pull)

    def _missing_merge(self, pull: PullRequest) -> Iterator[_Missing]:
        is_closed = pull.state == "closed" and not pull.is_merged
        again = [f"gh pr reopen {pull.number}"] if is_closed else []
        if self.by is None:
            if is_closed:
                yield _Missing("It was closed without a merge.", _OPENED, commands(*again))
            return
        expected = f"merged into {quoted(self.into)}" + (" by somebody else" if self.merged_by_other else "")
        if not pull.is_merged:
            merge = f"gh pr merge {pull.number} {_OPTIONS[self.by]}"
            by_other = paragraphs(*again, "Ask somebody else to merge it.")
            fix = by_other if self.merged_by_other else commands(*again, merge)
            yield _Missing(
                "It was closed without a merge." if is_closed else "It is not merged yet.", expected, fix
            )
        elif self.merged_by_other and pull.merged_by.casefold() in ("", pull.author.casefold()):
            fix = f"Make a new pull request from {quoted(self.name)}, and ask somebody else to merge it."
            why = "Its author merged it." if pull.merged_by else "GitHub does not say who merged it."
            yield _Missing(why, expected, fix)

    def _merge(self, run: Run, pull: PullRequest) -> tuple[Tip, Commit] | Verdict | None:
        # the merge as it is in the graded history; None if it was not merged
        if not pull.is_merged:
            return None
        into = tip_or_answer(run, self.into)
        if isinstance(into, Verdict):
            return into
        history = run.repository.history
        if pull.merge_commit not in history or pull.merge_commit not in history.ancestors(into.commit.id):
            return not_run(
                f"Cannot confirm the merge: {quoted(self.into)} as it was pushed here does not contain commit "
                f"{quoted(pull.merge_commit[:7])} yet. The push with the merge is graded automatically."
            )
        commit = history[pull.merge_commit]
        methods = merge_methods(run.repository, pull, commit, into)
        if self.by == "any" or self.by in methods:
            return into, commit
        shown = " or ".join(_METHODS[method] for method in methods)
        if not methods:
            return not_known(f"how it was merged: {commit.id[:7]} fits no merge method")
        return needs_work(
            f"It was merged by {shown}, in {commit.id[:7]}.",
            expected=f"merged by {_METHODS[self.by or 'squash']}",
            found=shown,
            fix=paragraphs(
                f"Commit a change on {quoted(self.name)}, open a new pull request from it, and merge that by "
                f"{_METHODS[self.by or 'squash']}:",
                f"    gh pr merge {_OPTIONS[self.by or 'any']}",
            ),
            evidence=[commit_evidence(into, commit)],
        )


def _ask(pull: PullRequest) -> str:
    by_command = f"`gh pr edit {pull.number} --add-reviewer NAME`"
    return f"Ask somebody else to review it: on GitHub under Reviewers, or with {by_command}."


def _found(pull: PullRequest) -> str:
    state = "merged" if pull.is_merged else "draft" if pull.is_draft else pull.state
    return f"#{pull.number} ({state}), {count(len(pull.reviews), 'review')}"


def _is_by_learner(run: Run, pull: PullRequest) -> bool:
    if not run.asks_author or run.learner is None or not run.learner.is_known:
        return True
    return run.learner.is_person(Person(pull.author, "", ""))


def _of_somebody_else(run: Run, pull: PullRequest, known: PullRequests) -> Verdict:
    return not_known(
        f"whether pull request #{pull.number} is yours ({when_asked(known.asked_at)}): {quoted(pull.author)} opened "
        f"it, and your account has {run.learner}. If it is yours, connect your GitHub account"
    )
