"""Prepare the history of a pushed state: a drawing of its commits, and the same as a list that can be read aloud."""

from collections.abc import Sequence

from django.utils.safestring import mark_safe

from labs.grader.graphs.lanes import Row, lay_out
from labs.grader.graphs.svg import svg
from labs.grader.words import count, cut, listed, visible
from labs.models import Submission
from labs.pages.files import pushed_page
from labs.repositories.browsing import PushedState
from labs.repositories.commit_log import CommitLog, LoggedCommit, read_log
from lessons.pages.context import Context
from portal.accounts.models import User

MAX_SUBJECT = 60  # in the drawing
MAX_LINE = 200  # in the list
MAX_REF = 40
MAX_REFS_HERE = 8  # of one commit
MAX_PARENTS = 5  # that are named
ABOUT = "Each commit is a disc above its parents. The list below says the same."


def log_page(submission: Submission, user: User) -> Context:
    def read(state: PushedState, _: object) -> Context:
        return log_context(submission, read_log(state, submission.receipt.refs))

    return pushed_page(submission, user, "History", read)


def log_context(submission: Submission, log: CommitLog) -> Context:
    title = f"Commit graph, {count(len(log.commits), 'commit')}"
    rows = [_drawn_row(commit, log.commits) for commit in log.commits]
    drawing = svg(title, ABOUT, rows, lay_out(rows, submission.head))
    return {
        "graph_title": title,
        "graph": mark_safe(drawing),  # noqa: S308 - made of escaped text only
        "commits": [_listed_row(submission, log.commits, number) for number in range(len(log.commits))],
        "notes": _notes(log),
    }


def _notes(log: CommitLog) -> list[str]:
    older = ["Older commits are not shown."] if log.has_more else []
    left_out = count(log.refs_left_out, "branch or tag", "branches and tags")
    return [*older, *([f"{left_out} not shown."] if log.refs_left_out else [])]


def _drawn_row(commit: LoggedCommit, commits: Sequence[LoggedCommit]) -> Row:
    # a parent that is not among the rows has no place in the drawing
    ids = {each.id for each in commits}
    parents = tuple(dict.fromkeys(parent for parent in commit.parents if parent in ids))
    subject = cut(visible(commit.subject), MAX_SUBJECT)
    return Row(commit.id, parents, commit.id[:7], listed(_refs(commit)), subject)


def _listed_row(submission: Submission, commits: Sequence[LoggedCommit], number: int) -> Context:
    commit = commits[number]
    after = commits[number + 1].id if number + 1 < len(commits) else ""
    return {
        "id": commit.id[:7],
        "subject": visible(commit.subject)[:MAX_LINE],
        "author": visible(commit.author)[:100],
        "date": commit.date,
        "refs": _refs(commit),
        "is_graded": commit.id == submission.head,
        "place": _place(commit, after),
    }


def _refs(commit: LoggedCommit) -> list[str]:
    names = [cut(visible(name), MAX_REF) for name in commit.refs[:MAX_REFS_HERE]]
    rest = len(commit.refs) - len(names)
    return [*names, f"{rest:,} more"] if rest else names


def _place(commit: LoggedCommit, after: str) -> str:
    """Say where a commit is in the graph; "" if its only parent is the next in the list."""
    parents = [f"`{parent[:7]}`" for parent in commit.parents]
    if not parents:
        return "First commit, without a parent"
    if len(parents) == 1:
        return "" if commit.parents[0] == after else f"Parent: {parents[0]}"
    return f"Merge commit of {listed(parents, limit=MAX_PARENTS)}"
