"""The lines that a terminal shows after a push, while git waits."""

import logging
import textwrap
import time
from collections.abc import Generator, Iterator, Mapping

from django.conf import settings
from django.db import DatabaseError

from labs.addresses import submission_address
from labs.counted_pushes import deleted_tags, new_tags, submit_commands, tag_words
from labs.deadlines import terms_of
from labs.grader.report import Report
from labs.grader.report_text import WIDTH, report_lines
from labs.grader.spec import LabSpec
from labs.grader.words import listed, visible
from labs.grading.queues import WAITS_FOR_PUBLICATION, waits_for_publication
from labs.grading.result_notices import mark_result_seen
from labs.late_points import Terms
from labs.models import Lab, Repository, State, Submission
from labs.practice.waiters import Waiters
from labs.queries import current_report, met_earlier
from labs.reports.late_words import extension_of_push, late_words, lateness_words, push_now_words, read_bank
from labs.reports.verdict import lesson_links
from labs.specs import parse_spec
from labs.waits import UNANSWERED

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # between two checks that the learner's git is still connected
waiters = Waiters(settings.PRACTICE_MAX_WAITERS)

WORDS = {
    State.UNREADABLE: "Could not read the repository. {message}",
    State.FAULT: "{message}",
    State.SUPERSEDED: "Replaced by a newer push, which is graded instead.",
    State.CANCELLED: "Cancelled. Open the page below to grade it again.",
}


def push_reply_lines(submission: Submission, before: Mapping[str, str]) -> Iterator[str | None]:
    """Return terminal lines that wait for the verdict between them, and None each second to notice a lost client.

    `before` are the refs before the push.
    """
    # Read before the first line: a terminal that waits must not keep a connection to the database.
    if waits_for_publication(submission):
        return iter(
            [
                "",
                *textwrap.wrap(f"Submission {submission.number} received. {WAITS_FOR_PUBLICATION}", WIDTH),
                "",
            ]
        )
    late = [] if submission.has_ended else _late_lines(submission)
    return _reply_lines(submission, _counted_lines(submission, before), late)


def _reply_lines(submission: Submission, counted: list[str], late: list[str]) -> Iterator[str | None]:
    address = submission_address(submission)
    yield ""
    yield from counted
    if submission.has_ended:
        yield f"You already pushed this state as submission {submission.number}."
    else:
        yield f"Submission {submission.number} received. Grading..."
        yield from late
    lines = yield from _verdict_in_time(submission)
    yield ""
    if lines:
        yield from lines
        yield ""
        yield f"Result: {address}"
    else:
        yield "Still grading. The result will be at"
        yield address
    yield ""
    if lines:
        _mark_seen(submission)


def _mark_seen(submission: Submission) -> None:
    try:
        mark_result_seen(submission)
    except DatabaseError:
        logger.exception("the notice about submission %s was not marked as read", submission.pk)


def _counted_lines(submission: Submission, before: Mapping[str, str]) -> list[str]:
    spec = _spec_of(submission.lab)
    tags = new_tags(spec, submission.receipt.refs, before) if spec else []
    if not tags:
        return []
    names = listed(map(visible, tags), limit=5)
    return textwrap.wrap(f"This push counts: it has the tag{'s' if tags[1:] else ''} {names}.", WIDTH)


def _late_lines(submission: Submission) -> list[str]:
    # before the verdict, so that the learner knows what a late push costs
    learner = submission.enrollment
    try:
        terms = terms_of(learner, submission.lab).get(submission.lab_id)
        received_at = submission.receipt.received_at
        course = submission.lab.course
        extension = textwrap.wrap(extension_of_push(terms, received_at, course), WIDTH)
        if terms is None or not terms.is_late(received_at):
            return extension
        words = push_now_words(terms, received_at, course, read_bank(learner, course, submission.lab))
        words = f"{words} {_earlier_words(submission, terms)}".rstrip()
    except DatabaseError:
        logger.exception("the deadline of submission %s could not be read for a terminal", submission.pk)
        return []
    late = f"{lateness_words(received_at - terms.deadline.at)} late. " if terms.deadline.at else ""
    return [*textwrap.wrap(f"{late}{words}", WIDTH), *extension]


def _earlier_words(submission: Submission, terms: Terms) -> str:
    own = Submission.objects.filter(enrollment=submission.enrollment_id, lab=submission.lab_id)
    waiting = own.filter(state__in=UNANSWERED, reports=None, number__lt=submission.number)
    rows = waiting.order_by("number").values_list("number", "receipt__received_at", "receipt__claimed_at")
    received_at = submission.receipt.received_at
    numbers = [number for number, at, claimed_at in rows if terms.may_cost(claimed_at or at, received_at)]
    if not numbers:
        return ""
    names = listed(map(str, numbers), limit=5)
    return (
        f"Earlier pushes may earn more and are still graded: submission{'s' if numbers[1:] else ''} {names}."
    )


def uncounted_lines(repository: Repository, refs: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    spec = _spec_of(repository.lab)
    if spec is None:
        return []
    deleted = deleted_tags(spec, refs, before)
    lines = [*_deleted_lines(deleted), f"Push received, but it is not graded: {_rule(spec)} To submit, type:"]
    commands = (f"    {command}" for command in submit_commands(spec, refs, deleted=deleted))
    return ["", *(part for line in lines for part in textwrap.wrap(line, WIDTH)), "", *commands, ""]


def _rule(spec: LabSpec) -> str:
    return f"this lab grades only pushes of {tag_words(spec, '{}')}."


def _deleted_lines(tags: list[str]) -> list[str]:
    if not tags:
        return []
    is_one, names = len(tags) == 1, listed(map(visible, tags), limit=5)
    kept = "The submissions that it brought stay." if is_one else "The submissions that they brought stay."
    return [f"The tag{'' if is_one else 's'} {names} {'is' if is_one else 'are'} deleted. {kept}"]


def _spec_of(lab: Lab) -> LabSpec | None:
    return parse_spec(lab.current.source) if lab.current else None


def _verdict_in_time(submission: Submission) -> Generator[None, None, list[str]]:
    # the lines of the verdict; none if it takes too long or too many terminals already wait
    left = settings.PRACTICE_WAIT_SECONDS
    deadline = time.monotonic() + left
    with waiters.place(submission.pk) as place:
        while place and not place.wait(min(left, LOOK_SECONDS)):
            left = deadline - time.monotonic()
            if left <= 0:
                return []
            yield None
    return _read_verdict(submission.pk) if place else []


def _read_verdict(pk: int) -> list[str]:
    try:
        with waiters.reading:
            return verdict(Submission.objects.select_related("lab__course", "receipt").get(pk=pk))
    except DatabaseError:
        logger.exception("the verdict of submission %s could not be read for a terminal", pk)
        return []


def _report_lines(report: Report, submission: Submission) -> list[str]:
    links = lesson_links(report, submission.lab.course)
    addresses = {name: settings.PUBLIC_URL + link.address for name, link in links.items()}
    first = report.first_to_fix
    hinted = first.id if first and first.hint else ""
    hints = bool(hinted) and met_earlier(submission, hinted)
    return report_lines(report, hints=hints, lesson=lambda name: addresses.get(name, ""))


def verdict(submission: Submission) -> list[str]:
    report = current_report(submission) if submission.state == State.GRADED else None
    if report:
        late = textwrap.wrap(late_words(submission, report), WIDTH)
        return [*_report_lines(Report.from_json(report.data), submission), *late]
    return textwrap.wrap(WORDS[State(submission.state)].format(message=submission.message), WIDTH)
