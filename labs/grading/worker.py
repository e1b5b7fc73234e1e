"""Grade one submission: claim it, open its repository, run the checks, record the report."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from allauth.account.models import EmailAddress
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings

from labs.grader.author_notes import author_notes
from labs.grader.checks import Learner
from labs.grader.engine import grade
from labs.grader.fetching.refusals import FetchRefusedError
from labs.grader.git.repository import Repository as GitRepository
from labs.grader.git.repository import RepositoryDamagedError, RepositoryError, UnreadableError
from labs.grader.report import Outcome, Report
from labs.grader.spec import LabSpec
from labs.grading import github_facts, lifecycle, proofs
from labs.grading.lifecycle import Claim
from labs.grading.sandbox import sandbox, waits_for_environment
from labs.grading.traces import error_with_trace
from labs.models import LabVersion, Queue, Repository, Submission
from labs.repositories import folders, graded, hosts, starters
from labs.repository_queries import last_seen_in
from labs.specs import parse_spec
from portal.accounts.models import User
from portal.heartbeat import heartbeat_thread

logger = logging.getLogger(__name__)


def grade_next(queue: Queue = Queue.LIVE) -> bool:
    claim = lifecycle.claim(queue)
    if claim is None:
        return False
    what = f"submission {claim.submission_id}"
    with heartbeat_thread(what, partial(lifecycle.heartbeat, claim), settings.GRADING_LEASE_SECONDS):
        grade_claimed(claim)
    return True


def grade_claimed(claim: Claim) -> None:
    """Bring a claimed submission to its verdict, or give it back if the fault is ours."""
    try:
        _grade(claim)
    except (UnreadableError, FetchRefusedError) as error:
        lifecycle.mark_unreadable(claim, error.message)
    except SoftTimeLimitExceeded:
        lifecycle.give_back(
            claim, f"Grading took longer than {settings.CELERY_TASK_SOFT_TIME_LIMIT} seconds."
        )
    except RepositoryDamagedError as error:  # we stored it, so the learner cannot fix it
        logger.error("submission %s: check %s: %s", claim.submission_id, error.check_id, error)
        lifecycle.give_back(claim, f"check {error.check_id}: {error}" if error.check_id else str(error))
    except Exception as error:
        logger.exception("submission %s could not be graded", claim.submission_id)
        lifecycle.give_back(claim, error_with_trace(error))


def _grade(claim: Claim) -> None:
    related = ("lab__current", "receipt__repository", "enrollment__user")
    submission = Submission.objects.select_related(*related).get(pk=claim.submission_id)
    version = submission.lab.current
    if version is None:
        raise RepositoryError("The lab has no version.")
    spec = with_starters(parse_spec(version.source), submission)
    if waits_for_environment(spec):
        proofs.ask_for_environment(version)
        lifecycle.let_wait(claim)
        return
    with open_submitted_state(submission) as (repository, notes):
        if lifecycle.start_checking(claim):
            learner = learner_of(submission.enrollment.user)
            facts = github_facts.facts_for(submission, spec, repository)
            report = grade(spec, repository, sandbox=sandbox(), learner=learner, github=facts)
            record(claim, report, version, [*notes, *author_notes(spec, repository, learner)])
            github_facts.requeue_if_changed(submission, facts)


def with_starters(spec: LabSpec, submission: Submission) -> LabSpec:
    # every starter that the lab has had: the learner may have begun with an earlier one
    given = set(spec.starters)
    for starter in LabVersion.objects.filter(lab=submission.lab_id).values_list("starter", flat=True):
        given.update(starter.get("commits", ()))
    own = Repository.objects.filter(enrollment=submission.enrollment_id, lab=submission.lab_id, host=None)
    given.update(own.exclude(update_commit="").values_list("update_commit", flat=True))
    return replace(spec, starters=tuple(sorted(given)))


def learner_of(user: User) -> Learner:
    # the names and addresses that this user's commits may carry
    confirmed = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    emails = dict.fromkeys([user.email, *confirmed])
    return Learner(tuple(filter(None, (user.name, user.github_name))), tuple(emails))


@contextmanager
def open_submitted_state(submission: Submission) -> Iterator[tuple[GitRepository, Sequence[str]]]:
    """Open the submitted state, with notes for the report. Raises as `hosts.hold_mirror` and `Repository` do."""
    refs, origin = submission.receipt.refs, last_seen_in(submission)
    if origin.address:
        address = replace(origin.address, branch=submission.branch or None)
        with (
            hosts.hold_mirror(address, refs, of=origin) as (path, notes),
            GitRepository.open(path, refs=refs) as repository,
        ):
            yield repository, notes
            # if it was graded; the learner has the result
            graded.keep(origin, submission.digest, refs, path)
            starters.note_merge_elsewhere(origin, path, refs)
        return
    with GitRepository.open(folders.owned_path(origin), refs=refs) as repository:
        yield repository, ()


def record(claim: Claim, report: Report, version: LabVersion, notes: Sequence[str] = ()) -> None:
    # a report with a fault is not a verdict
    faults = [result for result in report.results if result.outcome is Outcome.FAULT]
    if faults:
        lifecycle.give_back(claim, "; ".join(f"check {result.id}: {result.reason}" for result in faults))
    elif not lifecycle.finish(claim, report, version, notes):
        logger.warning("submission %s: a late report was refused", claim.submission_id)
