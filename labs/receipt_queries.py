"""Read queries for the receipts of a learner for a lab, each with its submission."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from labs.models import Choice, Connection, Delivery, Lab, Receipt, Submission
from labs.queries import history
from lessons.models import Enrollment

SHOWN = 10


@dataclass(frozen=True)
class Arrival:
    """A receipt, and the submission of the state that it brought; None if the lab does not grade such a push."""

    receipt: Receipt
    submission: Submission | None

    @property
    def way(self) -> str:
        return Receipt.Via(self.receipt.via).label

    @property
    def at(self) -> datetime:
        return self.receipt.received_at

    @property
    def was_received_before(self) -> bool:
        return self.submission is not None and self.submission.receipt_id != self.receipt.pk


def arrivals(enrollment: Enrollment, lab: Lab) -> list[Arrival]:
    """Return the newest receipts of a learner for a lab, newest first. Each submission has `points` and `passed`."""
    of_lab = Receipt.objects.filter(repository__enrollment=enrollment, repository__lab=lab)
    receipts = list(of_lab.defer("refs").order_by("-pk")[:SHOWN])
    own = history(enrollment, lab).select_related(None).order_by()
    found = own.filter(digest__in={receipt.digest for receipt in receipts})
    columns = (
        "public_id",
        "number",
        "state",
        "head",
        "digest",
        "version",
        "receipt_id",
        "due_at",
        "late_points",
        "rubric_waiting",
    )
    submissions = {each.digest: each for each in found.only(*columns)}
    return [Arrival(receipt, submissions.get(receipt.digest)) for receipt in receipts]


def newest_receipt(enrollment: Enrollment, lab: Lab) -> Receipt | None:
    """Return the newest receipt of a learner for a lab; `is_graded` says if its state has a submission."""
    same = Submission.objects.filter(enrollment=enrollment, lab=lab, digest=OuterRef("digest"))
    rows = Receipt.objects.filter(repository__enrollment=enrollment, repository__lab=lab)
    return rows.annotate(is_graded=Exists(same)).order_by("-pk").first()


def connection_of(enrollment: Enrollment, lab: Lab) -> Connection | None:
    """Return the connection of a learner's repository on GitHub for a lab, proved or not."""
    own = Connection.objects.filter(repository__enrollment=enrollment, repository__lab=lab)
    return own.filter(disconnected_at=None).select_related("repository").first()


def messages_without_receipt(connection: Connection) -> list[Delivery]:
    """Return the messages from GitHub for which no worker has looked at the repository yet, newest first."""
    waiting = connection.deliveries.filter(outcome=Delivery.Outcome.WAITING)
    return list(waiting.order_by("-pk")[:SHOWN])


def choice_of(submission: Submission) -> Choice | None:
    """Return the choice of staff for this submission's learner and lab, whichever submission it is."""
    chosen = Choice.objects.select_related("submission", "by")
    return chosen.filter(enrollment=submission.enrollment_id, lab=submission.lab_id).first()
