"""The facts of a pull request in neutral words, its reviews that count, and how it was merged."""

from ...git.history import Commit
from ...git.messages import without_number
from ...git.repository import Repository, Tip
from ...github_facts import PullRequest, Review
from ...words import count, listed, quoted
from .squash import rebased_commits, squash_commit

_STATES = {"approved": "approved", "changes_requested": "asked for changes", "commented": "commented"}
MAX_NAMED = 4


def describe(pull: PullRequest) -> str:
    """Return the facts in one sentence without its full stop."""
    draft = "Draft pull request" if pull.is_draft else "Pull request"
    parts = [
        f"{draft} #{pull.number} from {quoted(pull.head)} into {quoted(pull.base)} by {quoted(pull.author)}"
    ]
    if pull.linked:
        parts.append(f"closes {listed(f'#{number}' for number in pull.linked)}")
    reviews = [f"{quoted(one.author)} {_STATES.get(one.state, one.state)}" for one in reviews_by_others(pull)]
    parts.append(
        f"reviews: {listed(dict.fromkeys(reviews), MAX_NAMED)}" if reviews else "no review that counts"
    )
    if pull.comments:
        parts.append(f"{pull.answered} of {count(pull.comments, 'thread')} answered")
    if pull.is_merged:
        by = f"by {quoted(pull.merged_by)} " if pull.merged_by else ""
        parts.append(f"merged {by}as {quoted(pull.merge_commit[:7])}")
    elif pull.state == "closed":
        parts.append("closed without a merge")
    else:
        parts.append("open")
    return ", ".join(parts)


def reviews_by_others(pull: PullRequest) -> list[Review]:
    """Return submitted reviews by people other than the author, those after the merge left out."""
    return [
        one
        for one in pull.reviews
        if one.author.casefold() != pull.author.casefold()
        and not one.is_by_bot
        and one.author
        and one.state in _STATES
        and not (pull.is_merged and pull.merged_at and one.at > pull.merged_at)
    ]


def merge_methods(repository: Repository, pull: PullRequest, commit: Commit, into: Tip) -> tuple[str, ...]:
    """Return the methods that may have made this commit: one, two if they look the same, or none."""
    history = repository.history
    if commit.is_merge:
        is_of_head = not pull.head_commit or pull.head_commit in commit.parents[1:]
        return ("merge-commit",) if is_of_head else ()
    if pull.commits == 1:
        return ("squash", "rebase")
    if pull.head_commit in history:
        branch = history[pull.head_commit]
        copies = rebased_commits(repository, branch, into.commit) or []
        if commit.id in [copy.id for copy in copies]:
            return ("rebase",)
        squashed = squash_commit(repository, branch, into.commit)
        return ("squash",) if squashed and squashed.id == commit.id else ()
    # the branch was deleted: GitHub ends the subject of a squash with the number
    if without_number(commit.subject) != commit.subject and commit.subject.endswith(f"(#{pull.number})"):
        return ("squash",)
    return ("rebase",) if pull.commits > 1 else ()
