"""What the terminal shows after a push, while git waits."""

import logging
import textwrap
import threading
import time
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError

from labs.grader.report import Report
from labs.grader.text import WIDTH, report_lines
from labs.models import ENDED, State, Submission
from labs.queries import current_report, met_earlier, submission_address
from labs.verdict import lesson_links

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.15
waiters = threading.BoundedSemaphore(settings.PRACTICE_MAX_WAITERS)

WORDS = {
    State.UNREADABLE: "Could not read the repository. {message} No attempt used.",
    State.FAULT: "{message}",
    State.SUPERSEDED: "Replaced by a newer push, which is graded instead.",
    State.CANCELLED: "Cancelled. The page below can grade it again.",
}


def told(submission: Submission) -> Iterator[str]:
    """What the terminal shows after a push, line by line as it comes to be known."""
    address = submission_address(submission)
    yield ""
    if submission.has_ended:
        yield f"This state was pushed before, as Submission {submission.number}."
    else:
        yield f"Submission {submission.number} received. Grading …"
    ended = _ended(submission)
    yield ""
    if ended:
        yield from verdict(ended)
        yield ""
        yield f"The result: {address}"
    else:
        yield "Grading goes on. The result will be at"
        yield address
    yield ""


def _ended(submission: Submission) -> Submission | None:
    """The submission once it has ended; None where that takes too long, or too many wait already."""
    if not waiters.acquire(blocking=False):
        return None
    try:
        deadline = time.monotonic() + settings.PRACTICE_WAIT_SECONDS
        rows = Submission.objects.filter(pk=submission.pk)
        while rows.values_list("state", flat=True).get() not in ENDED:
            if time.monotonic() >= deadline:
                return None
            time.sleep(POLL_SECONDS)
        return rows.get()
    except DatabaseError:
        logger.exception("submission %s could not be waited for", submission.public_id)
        return None
    finally:
        waiters.release()


def _report_lines(report: Report, submission: Submission) -> list[str]:
    links = lesson_links(report, submission.lab.course)
    addresses = {name: settings.PUBLIC_URL + link.address for name, link in links.items()}
    first = report.first_to_fix
    hinted = first.id if first and first.hint else ""
    hints = bool(hinted) and met_earlier(submission, hinted)
    return report_lines(report, hints=hints, lesson=lambda name: addresses.get(name, ""))


def verdict(submission: Submission) -> list[str]:
    """The lines of an ended submission."""
    report = current_report(submission) if submission.state == State.GRADED else None
    if report:
        return _report_lines(Report.from_json(report.data), submission)
    return textwrap.wrap(WORDS[State(submission.state)].format(message=submission.message), WIDTH)
