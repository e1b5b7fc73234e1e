"""The work of a big class: readings, attempts and submissions, in chronological order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from django.db.models import Min

from labs.grading import tallies
from labs.models import FailedCheck, Lab, MetCheck, Receipt, Report, Repository, State, Submission
from labs.models import snapshot_digest as digest_of
from lessons.models import Answer, Attempt, Enrollment, Lesson, Quiz, Reading
from lessons.quizzes import lay_out, parse
from tests.reports import make_engine_report

BATCH = 2_000
DAYS = 90
LABS_EACH = 13  # labs that a learner works on
CHECKS = ("readable", "commits", "messages", "merged", "tag", "readme", "conflict")  # the checks of SMALL.lab


@dataclass(frozen=True)
class Moments:
    """Return times in the last DAYS days. The last hour is left for the benchmarks."""

    random: Random
    now: datetime

    def sorted(self, number: int) -> list[datetime]:
        most = DAYS * 86_400
        return sorted(
            self.now - timedelta(hours=1, seconds=self.random.random() * most) for _ in range(number)
        )


@contextmanager
def _dated(model: Any, name: str) -> Iterator[None]:
    """Let rows of this model keep the time that they are given."""
    field = model._meta.get_field(name)
    before = field.auto_now, field.auto_now_add
    field.auto_now = field.auto_now_add = False
    try:
        yield
    finally:
        field.auto_now, field.auto_now_add = before


def read(learners: list[Enrollment], lessons: list[Lesson], readings: int, moments: Moments) -> None:
    each = min(len(lessons), max(1, readings // len(learners)))
    when = iter(moments.sorted(each * len(learners)))
    rows = [
        Reading(enrollment=learner, lesson=lesson, heading="part-2", read_at=at, updated_at=at)
        for lesson in lessons[:each]
        for learner, at in zip(learners, when, strict=False)
    ]
    with _dated(Reading, "updated_at"):
        Reading.objects.bulk_create(rows, BATCH)


def attempt(learners: list[Enrollment], quizzes: list[Quiz], attempts: int, moments: Moments) -> None:
    """Create submitted attempts, the second and third after all quizzes had a first; each with one answer."""
    random = moments.random
    layout = lay_out(parse(quizzes[0].source), random)
    each = max(1, attempts // len(learners))
    when = iter(moments.sorted(each * len(learners)))
    rows = [
        _attempted(learner, quizzes[turn % len(quizzes)], turn // len(quizzes) + 1, layout, at, random)
        for turn in range(each)
        for learner, at in zip(learners, when, strict=False)
    ]
    with _dated(Attempt, "started_at"):
        Attempt.objects.bulk_create(rows, BATCH)
    with _dated(Answer, "saved_at"):
        Answer.objects.bulk_create(
            [
                Answer(attempt=row, key="hours", response="3", credit=Decimal(1), saved_at=row.started_at)
                for row in rows
            ],
            BATCH,
        )


def _attempted(
    learner: Enrollment, quiz: Quiz, number: int, layout: dict, at: datetime, random: Random
) -> Attempt:
    points = random.randint(0, 2)
    return Attempt(
        enrollment=learner,
        quiz=quiz,
        version=quiz.current,
        number=number,
        layout=layout,
        started_at=at,
        submitted_at=at + timedelta(minutes=5),
        points=Decimal(points),
        score=points * 50,
        passed=points == 2,
    )


def submit(learners: list[Enrollment], labs: list[Lab], submissions: int, moments: Moments) -> None:
    """Create receipts, submissions, reports and failed checks in chronological order; one in 25 could not be read."""
    random = moments.random
    repositories = _repositories(learners, labs)
    turns = [random.choice(repositories) for _ in range(submissions * 49 // 50)]
    busiest = [each for each in repositories if each.enrollment_id == learners[0].pk]
    turns += [busiest[0 if random.random() < 0.75 else -1] for _ in range(submissions - len(turns))]
    random.shuffle(turns)
    when, numbers = moments.sorted(len(turns)), {each.pk: count(1) for each in repositories}
    with _dated(Receipt, "received_at"), _dated(Report, "created_at"):
        for start in range(0, len(turns), BATCH):
            batch = list(zip(turns[start : start + BATCH], when[start : start + BATCH], strict=True))
            _submitted([(each, at, next(numbers[each.pk])) for each, at in batch], random)
    _note_met(labs)
    # Keys, not a subquery: PostgreSQL has no statistics for these tables yet, and may rank them for each row.
    best = list(Submission.objects.filter(lab__in=labs).ranked_first().values_list("pk", flat=True))
    for start in range(0, len(best), BATCH):
        Submission.objects.filter(pk__in=best[start : start + BATCH]).update(is_best=True)


def _note_met(labs: list[Lab]) -> None:
    needed = FailedCheck.objects.filter(submission__lab__in=labs).order_by()
    firsts = needed.values_list("submission__enrollment", "submission__lab", "name")
    MetCheck.objects.bulk_create(
        [
            MetCheck(enrollment_id=enrollment, lab_id=lab, name=name, first=first)
            for enrollment, lab, name, first in firsts.annotate(first=Min("submission__number"))
        ],
        BATCH,
    )
    keys = [lab.pk for lab in labs]
    tallies.count_course(labs[0].course_id, labs=keys, names=CHECKS)


def _repositories(learners: list[Enrollment], labs: list[Lab]) -> list[Repository]:
    """Create one repository for each learner in some of the labs; one in four is on another host."""
    rows = []
    for number, learner in enumerate(learners):
        for turn in range(min(LABS_EACH, len(labs))):
            lab = labs[(number + turn) % len(labs)]
            place = {"host": "github.com", "owner": f"learner{number:04}", "name": lab.slug}
            rows.append(Repository(enrollment=learner, lab=lab, **(place if turn % 4 == 3 else {})))
    return Repository.objects.bulk_create(rows, BATCH)


def _submitted(turns: list[tuple[Repository, datetime, int]], random: Random) -> None:
    receipts, submissions, needs = [], [], []
    for repository, at, number in turns:
        head = f"{random.getrandbits(160):040x}"
        refs = {"refs/heads/main": head}
        via = Receipt.Via.ADDRESS if repository.host else Receipt.Via.PUSH
        receipt = Receipt(repository=repository, via=via, refs=refs, digest=digest_of(refs), received_at=at)
        receipts.append(receipt)
        submissions.append(_ended(receipt, head, number, at, readable=random.random() > 0.04))
        needs.append(random.sample(CHECKS[1:], random.choice((0, 1, 2, 3, 3, 4))))
    Receipt.objects.bulk_create(receipts)
    for submission in submissions:
        submission.receipt = submission.receipt  # its primary key is known by now
    Submission.objects.bulk_create(submissions)
    graded = [(row, need) for row, need in zip(submissions, needs, strict=True) if row.state == State.GRADED]
    Report.objects.bulk_create(_report(row, need) for row, need in graded)
    FailedCheck.objects.bulk_create(
        FailedCheck(submission=row, name=name) for row, need in graded for name in need
    )


def _ended(receipt: Receipt, head: str, number: int, at: datetime, *, readable: bool) -> Submission:
    return Submission(
        public_id=head[:16],
        enrollment=receipt.repository.enrollment,
        lab=receipt.repository.lab,
        receipt=receipt,
        number=number,
        digest=receipt.digest,
        head=head,
        head_ref="refs/heads/main",
        state=State.GRADED if readable else State.UNREADABLE,
        message="" if readable else "There is no branch with commits in it. Push one.",
        version=4,
        tries=1,
        token=1,
        queued_at=at,
        fetching_at=at,
        checking_at=at + timedelta(seconds=1),
        ended_at=at + timedelta(seconds=2),
    )


def _report(submission: Submission, need: list[str]) -> Report:
    version = submission.lab.current
    found = make_engine_report(100, **dict.fromkeys(CHECKS, "passed") | dict.fromkeys(need, "needs_work"))
    return Report(
        submission=submission,
        lab_version=version,
        spec_digest=version.digest,
        engine="test",
        data=found.to_json() | {"head": submission.head},
        points=found.points,
        max_points=found.max_points,
        passed=found.passed,
        created_at=submission.ended_at,
    )
