"""Two markers, and two imports of marks, at the same moment on both databases, with real transactions."""

from decimal import Decimal

import pytest

from labs import feedback_actions
from labs.models import Feedback, ReplacedMarks, Submission
from lessons.models import GradeChange
from portal.progress.gradebook.external import import_marks, read_marks_file
from portal.progress.models import ExternalMark
from tests.factories import make_cohort, make_course, make_enrollment, make_learner, make_staff, make_user
from tests.feedback.rubric_work import graded, make_rubric_lab
from tests.labs.conftest import (  # noqa: F401 - fixtures
    database,
    migrated_postgres,
    postgres_database,
    sqlite_database,
)
from tests.servers import in_threads

pytestmark = pytest.mark.heavy

MARKERS = 4


def test_one_of_several_markers_saves_and_the_others_see_the_marks(database):  # noqa: F811
    learner = make_learner()
    submission = graded(learner, make_rubric_lab(learner.course), 80)
    staff = [make_staff(learner.course) for _ in range(MARKERS)]
    feedback_actions.save_marks(submission=submission, by=staff[0], typed={"prose": "12"}, seen=0)

    def act(number: int) -> str:
        own = Submission.objects.get(pk=submission.pk)
        try:
            feedback_actions.save_marks(
                submission=own, by=staff[number], typed={"prose": str(number)}, seen=1
            )
        except feedback_actions.ChangedMeanwhileError as error:
            return error.theirs.marks["prose"]
        return "saved"

    said = in_threads(database, act, MARKERS)
    winner = said.index("saved")
    assert sorted(said) == sorted(["saved", *[str(winner)] * (MARKERS - 1)])
    feedback = Feedback.objects.get()
    assert (feedback.marks, feedback.version) == ({"prose": str(winner)}, 2)
    assert [row.marks for row in ReplacedMarks.objects.all()] == [{"prose": "12"}]


def test_releasing_at_once_counts_the_marks_and_records_them_once(database):  # noqa: F811
    learner = make_learner()
    submission = graded(learner, make_rubric_lab(learner.course), 80)
    staff = [make_staff(learner.course) for _ in range(2)]
    feedback_actions.save_marks(
        submission=submission, by=staff[0], typed={"prose": "7", "history": "3"}, seen=0
    )

    def act(number: int) -> bool:
        own = Submission.objects.get(pk=submission.pk)
        try:
            feedback_actions.release(submission=own, by=staff[number], seen=1)
        except feedback_actions.ChangedMeanwhileError:
            return False
        return True

    assert sorted(in_threads(database, act, 2)) == [False, True]
    submission.refresh_from_db()
    assert submission.rubric_points == 10
    assert GradeChange.objects.filter(kind="marking").count() == 1


def test_two_imports_of_the_same_learners_in_other_orders_both_end(database):  # noqa: F811
    cohort = make_cohort(make_course())
    people = [make_enrollment(make_user(), cohort).user for _ in range(60)]
    staff = make_staff(cohort.course)

    def act(number: int) -> int:
        order = people if number else people[::-1]
        lines = ["email,Viva / 20", *(f"{user.email},{number + 5}" for user in order)]
        return import_marks(read_marks_file(cohort, "\n".join(lines)), by=staff)

    assert in_threads(database, act, 2) == [60, 60]
    points = set(ExternalMark.objects.values_list("points", flat=True))
    assert len(points) == 1  # all of the second
    last = points.pop()
    moves = set(GradeChange.objects.filter(kind="external").values_list("old", "new"))
    first = Decimal(11) - last
    assert moves == {(None, first), (first, last)}
