"""Prepare the list of receipts of a learner, and the choice of staff."""

import hashlib

from labs.models import Delivery, Lab, Receipt
from labs.pages.presentation import points_or, verdict_of
from labs.pages.steps import status
from labs.receipt_queries import Arrival, arrivals, connection_of, messages_without_receipt
from lessons.models import Enrollment
from lessons.pages.context import Context


def receipts_context(lab: Lab, enrollment: Enrollment) -> Context:
    """Return the newest receipts, and a cursor that changes with any of them, for polling.

    A push that GitHub reported is listed at once, before a worker has looked at the repository.
    """
    found = arrivals(enrollment, lab)
    connection = connection_of(enrollment, lab)
    is_active = connection is not None and connection.is_active
    reported = messages_without_receipt(connection) if connection and is_active else []
    states = [
        *(each.pk for each in reported),
        *((each.receipt.pk, each.at, each.submission and each.submission.version) for each in found),
    ]
    return {
        "lab": lab,
        "course": lab.course,
        "arrivals": [*map(_row_of_message, reported), *map(_row, found)],
        "receipts_cursor": hashlib.sha256(repr(states).encode()).hexdigest()[:16],
        "receipts_poll": any(each.submission and not each.submission.has_ended for each in found)
        or is_active,
        "connection": connection,
    }


def _row_of_message(message: Delivery) -> Context:
    return {
        "at": message.received_at,
        "way": Receipt.Via.WEBHOOK.label,
        "commit": message.commit[:7],
        "word": "Received. A worker looks at the repository next.",
    }


def _row(arrival: Arrival) -> Context:
    submission = arrival.submission
    row = {"at": arrival.at, "way": _way(arrival), "submission": submission}
    if submission is None:
        return {**row, "word": "Not graded: this lab grades only certain tags"}
    report = verdict_of(submission)
    glyph, word = status(submission, report)
    points = points_or(word, submission, report)
    again = ", received before" if arrival.was_received_before else ""
    return {**row, "glyph": glyph, "word": f"{points}{again}", "commit": submission.head[:7]}


def _way(arrival: Arrival) -> str:
    # it counts as late until then
    return f"{arrival.way}, time not confirmed by GitHub yet" if arrival.receipt.claimed_at else arrival.way
