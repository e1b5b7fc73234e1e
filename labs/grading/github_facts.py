"""The facts from GitHub that a submission is graded with: read from stored answers, never asked here.

Grading does not wait for GitHub. It marks what is to be asked (`labs.github` asks), and a changed answer queues the
submission again.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace

from celery import current_app
from django.db import transaction
from django.utils import timezone

from labs.grader.checks import wanted_facts
from labs.grader.git.repository import Repository as GradedRepository
from labs.grader.github_facts import PULLS_ABOUT, GitHubFacts, PullRequests, RunsOfCommit, Wanted, runs_about
from labs.grader.report import Outcome, Report
from labs.grader.spec import LabSpec
from labs.grading import lifecycle
from labs.models import Connection, GitHubAnswer, Queue, Repository, State, Submission
from labs.repository_queries import last_seen_in
from portal.broker import send

logger = logging.getLogger(__name__)

# Tasks by name: grading imports nothing of `labs.github`, and the tasks of grading import the worker, which imports
# this module.
ASK, GRADE = "labs.github.tasks.ask_github", "labs.grading.tasks.grade_next"
MAX_ANSWERS = 100  # of one repository; older ones are removed
MAX_HEADS = 20
MAX_REQUEUED = 5
NOT_CONNECTED = (
    "This repository is not connected, so the portal cannot ask GitHub about it. Open the lab page, and choose "
    "“Connect a repository”. Then this check is graded again automatically."
)
ON_THE_REMOTE = (
    "This was pushed to the practice remote, and only a repository on GitHub has workflow runs and pull requests. Push "
    "it to GitHub, open the lab page, and choose “Connect a repository”."
)


def wake_asker() -> None:
    """Wake a worker that asks GitHub; without a broker, beat does it within a minute."""
    send(current_app.signature(ASK))


def facts_for(
    submission: Submission, spec: LabSpec, repository: GradedRepository, *, is_rehearsal: bool = False
) -> GitHubFacts | None:
    """Return what is known for the checks of this lab, None if none of them needs GitHub.

    Marks what was never asked for this submission, so that it is asked soon. The answer grades the submission again,
    unless this is a rehearsal.
    """
    wanted = wanted_facts([check.parameters for check in spec.checks], repository)
    if wanted.is_empty:
        return None
    origin = _origin(submission)
    if obstacle := _obstacle(origin):
        return GitHubFacts(obstacle=obstacle)
    if is_rehearsal:
        return _facts_for_rehearsal(origin, wanted)
    return facts_of(_rows(submission, origin, wanted))


def _origin(submission: Submission) -> Repository:
    # the same state may have been pushed to the practice remote first, and to a connected repository later
    own = Repository.objects.filter(enrollment=submission.enrollment_id, lab=submission.lab_id)
    here = own.filter(connection__in=Connection.objects.active(), receipts__digest=submission.digest)
    return here.select_related("connection").order_by("-pk").first() or last_seen_in(submission)


def _obstacle(origin: Repository) -> str:
    if origin.address is None:
        return ON_THE_REMOTE
    connection = getattr(origin, "connection", None)
    return "" if connection and connection.is_active else NOT_CONNECTED


@transaction.atomic
def _rows(submission: Submission, origin: Repository, wanted: Wanted) -> list[GitHubAnswer]:
    rows = []
    for commit in [*wanted.commits, *([""] if wanted.heads else [])]:
        row, _ = GitHubAnswer.objects.get_or_create(repository=origin, commit=commit)
        is_new = not row.submissions.filter(pk=submission.pk).exists()
        heads = _with_heads(row, wanted)
        if is_new or heads != row.heads or set(wanted.heads) & set(row.rehearsed):
            # asked once for each new submission, even if no message from GitHub arrives
            row.submissions.add(submission)
            row.rehearsed = [head for head in row.rehearsed if head not in wanted.heads]
            _ask_about(row, heads)
        rows.append(row)
    _remove_old(origin)
    return rows


def _with_heads(row: GitHubAnswer, wanted: Wanted) -> list[str]:
    return [] if row.commit else list(dict.fromkeys([*wanted.heads, *row.heads]))[:MAX_HEADS]


def _ask_about(row: GitHubAnswer, heads: list[str]) -> None:
    row.heads, row.ask_at, row.tries = heads, timezone.now(), 0
    row.save(update_fields=["heads", "rehearsed", "ask_at", "tries"])
    transaction.on_commit(wake_asker, robust=True)


@transaction.atomic
def _facts_for_rehearsal(origin: Repository, wanted: Wanted) -> GitHubFacts:
    # The rows do not name the submission, so an answer does not grade it again.
    rows = []
    for commit in [*wanted.commits, *([""] if wanted.heads else [])]:
        row, is_new = GitHubAnswer.objects.get_or_create(repository=origin, commit=commit)
        heads = _with_heads(row, wanted)
        if is_new or heads != row.heads:
            row.rehearsed = [*row.rehearsed, *(head for head in heads if head not in row.heads)]
            _ask_about(row, heads)
        if row.ask_at and set(wanted.heads) & set(row.rehearsed):
            row.data = None  # not saved: the stored answer lacks these heads
        rows.append(row)
    _remove_old(origin)
    return facts_of(rows)


@transaction.atomic
def link_answers(submission: Submission, report: Report) -> None:
    """Let later news grade a submission again, whose report of a rehearsal was applied."""
    about = {used.about for used in report.github}
    for row in GitHubAnswer.objects.filter(repository=_origin(submission)) if about else ():
        if (runs_about(row.commit) if row.commit else PULLS_ABOUT) in about:
            row.submissions.add(submission)
            if not row.commit and row.rehearsed:
                GitHubAnswer.objects.filter(pk=row.pk).update(rehearsed=[])


def _remove_old(origin: Repository) -> None:
    newest = GitHubAnswer.objects.filter(repository=origin).order_by("-pk").values_list("pk", flat=True)
    old = list(newest[MAX_ANSWERS : 2 * MAX_ANSWERS])
    GitHubAnswer.objects.filter(pk__in=old).delete()


def facts_of(rows: Iterable[GitHubAnswer]) -> GitHubFacts:
    runs, pulls = [], None
    for row in rows:
        if row.commit:
            runs.append(RunsOfCommit.from_json(row.data) if row.data else RunsOfCommit(row.commit, None))
        else:
            pulls = PullRequests.from_json(row.data) if row.data else PullRequests(None)
    return GitHubFacts(tuple(runs), pulls)


def facts_graded_with(row: GitHubAnswer) -> GitHubFacts:
    """Return the facts of a row without what only a rehearsal asked about."""
    facts = facts_of([row])
    if facts.pull_requests is None or not row.rehearsed:
        return facts
    items = tuple(pull for pull in facts.pull_requests.items if pull.head not in row.rehearsed)
    return replace(facts, pull_requests=replace(facts.pull_requests, items=items))


def requeue_if_changed(submission: Submission, used: GitHubFacts | None) -> None:
    """Queue a graded submission again if an answer arrived while it was graded."""
    if used is None or used.obstacle:
        return
    commits = [known.commit for known in used.runs] + ([""] if used.pull_requests else [])
    rows = submission.github_answers.filter(commit__in=commits)
    now = facts_of(sorted(rows, key=lambda row: commits.index(row.commit)))
    if is_news(used, now):
        requeue([submission])


def is_news(before: GitHubFacts, after: GitHubFacts) -> bool:
    """Return True if a verdict may change for good: not while a completed run is repeated, whose result stays."""
    completed = {run.id for known in before.runs for run in known.runs if run.is_completed}
    is_repeated = any(
        run.id in completed and not run.is_completed for known in after.runs for run in known.runs
    )
    return not is_repeated and _without_times(before) != _without_times(after)


def _without_times(facts: GitHubFacts) -> object:
    # an equal answer of a later time changes no verdict
    pulls = facts.pull_requests
    runs = [
        (known.commit, known.runs, known.unknown, known.is_given_up, known.asked_at is None)
        for known in facts.runs
    ]
    return runs, pulls and (pulls.items, pulls.unknown, pulls.is_given_up, pulls.asked_at is None)


def requeue(submissions: Iterable[Submission]) -> int:
    """Grade these again with the new facts. Their report stays current meanwhile, and no attempt is used."""
    queued = sum(
        lifecycle.requeue(submission, only_from=(State.GRADED,), queue=Queue.LIVE)
        for submission in submissions
    )
    if queued:
        transaction.on_commit(_wake_grader, robust=True)
    return queued


def _wake_grader() -> None:
    send(current_app.signature(GRADE))


def submissions_to_requeue(row: GitHubAnswer) -> list[Submission]:
    """Return the submissions that a changed answer concerns: those of its commit, or the newest of the repository.

    Their current report used facts from GitHub.
    """
    graded_with = {"reports__is_current": True, "reports__data__github__0__isnull": False}
    newest = row.submissions.filter(**graded_with).order_by("-pk")
    return list(newest[: MAX_REQUEUED if row.commit else 1])


def has_passed(row: GitHubAnswer) -> bool:
    """Return True if no check of the newest submission that uses a row can change: each passed, or there is none."""
    newest = row.submissions.order_by("-pk").first()
    if newest is None:
        return True
    report = newest.reports.filter(is_current=True).first()
    results = report.data["results"] if report else [{"outcome": Outcome.NOT_RUN}]
    return all(result["outcome"] == Outcome.PASSED for result in results)
