"""People, pushes and workers at the same moment as a regrade of a lab, on both databases, with real transactions."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Count
from django.utils import timezone

from labs import actions
from labs.grading import lifecycle, worker
from labs.grading import regrades as lab_regrades
from labs.grading.regrades import WORK, begin
from labs.models import (
    LabDeadline,
    LabExtension,
    LabRegrade,
    Queue,
    Receipt,
    RegradedSubmission,
    Report,
    Submission,
)
from lessons import deleting, regrades, staffing
from lessons.models import CourseStaff, Enrollment
from portal.notices.models import Notice
from tests.factories import make_lab, make_learner, make_refs, make_report, make_submission, make_user
from tests.labs.conftest import PASSABLE
from tests.labs.regrading import (
    EASIER,
    apply,
    ask_to_apply,
    change_checks,
    grade_all,
    no_wake,
    push_files,
    rehearse,
    work,
)
from tests.servers import in_threads

pytestmark = pytest.mark.heavy
LEARNERS = 3
HOUR = timedelta(hours=1)


@pytest.fixture
def lab(database, settings, tmp_path):
    """A lab with changed checks, and three learners with 40 of 100 points, who get 90 by the new ones."""
    settings.PRACTICE_ROOT, settings.GRADED_ROOT = tmp_path / "practice", tmp_path / "graded"
    lab = make_lab(source=PASSABLE)
    for number in range(LEARNERS):
        push_files(make_learner(lab.course), lab, tmp_path / f"work-{number}")
    grade_all()
    change_checks(lab, EASIER)
    return lab


def points() -> list[int]:
    return sorted(
        int(value) for value in Report.objects.filter(is_current=True).values_list("points", flat=True)
    )


def is_sound() -> bool:
    """Each submission has one current report, and each learner one submission that counts."""
    current = Report.objects.filter(is_current=True).values("submission").annotate(rows=Count("pk"))
    best = Submission.objects.filter(is_best=True).values("enrollment").annotate(rows=Count("pk"))
    learners = Submission.objects.filter(reports__is_current=True).values("enrollment").distinct().count()
    return {row["rows"] for row in [*current, *best]} == {1} and len(best) == learners


def apply_beside(database, regrade, act) -> None:
    """Apply in one thread, and act in another."""

    def run(number: int) -> None:
        if number:
            act()
        else:
            ask_to_apply(LabRegrade.objects.get(pk=regrade.pk))
            work()

    in_threads(database, run, 2)
    work()
    regrade.refresh_from_db()


def test_two_people_who_apply_at_once_apply_once(lab, database):
    regrade = rehearse(lab)

    def act(_: int) -> bool:
        try:
            ask_to_apply(LabRegrade.objects.get(pk=regrade.pk))
        except regrades.CannotRegradeError as error:
            return "somebody was faster" not in str(error)
        return True

    assert sorted(in_threads(database, act, 2)) == [False, True]
    work()
    assert (points(), Notice.objects.filter(kind="regrade").count()) == ([90] * LEARNERS, LEARNERS)


def test_two_people_who_begin_or_undo_at_once_do_so_once(lab, database):
    def rehearse_again(_: int) -> bool:
        try:
            begin(lab=lab, by=make_user(), wake=no_wake)
        except regrades.CannotRegradeError:
            return False
        return True

    assert sorted(in_threads(database, rehearse_again, 2)) == [False, True]
    work()
    regrade = LabRegrade.objects.get()
    ask_to_apply(regrade)
    work()

    def undo(_: int) -> bool:
        try:
            regrades.undo(WORK, LabRegrade.objects.get(pk=regrade.pk), by=make_user(), wake=no_wake)
        except regrades.CannotRegradeError:
            return False
        return True

    assert sorted(in_threads(database, undo, 2)) == [False, True]
    work()
    assert (points(), is_sound()) == ([40] * LEARNERS, True)


def test_two_workers_apply_and_undo_each_result_once(lab, database):
    """As if the lease of one had ended while it was at work."""
    regrade = rehearse(lab)
    ask_to_apply(regrade)
    keys = list(RegradedSubmission.objects.values_list("pk", flat=True))
    in_threads(database, lambda _: [WORK.apply(regrade, key) for key in keys] and None, 2)
    work()
    assert (points(), Report.objects.count(), Notice.objects.filter(kind="regrade").count()) == (
        [90] * 3,
        6,
        3,
    )
    regrade.refresh_from_db()
    regrades.undo(WORK, regrade, by=make_user(), wake=no_wake)
    in_threads(database, lambda _: [WORK.undo(regrade, key) for key in keys] and None, 2)
    work()
    assert (points(), is_sound(), Notice.objects.filter(kind="regrade").count()) == ([40] * 3, True, 6)


def test_push_that_is_graded_while_staff_apply_is_neither_lost_nor_regraded_twice(lab, database, tmp_path):
    regrade = rehearse(lab)
    lifecycle.requeue(Submission.objects.order_by("pk").first())
    push_files(make_learner(lab.course), lab, tmp_path / "late")
    apply_beside(database, regrade, grade_all)
    grade_all()
    assert (regrade.state, points(), is_sound()) == ("applied", [90] * 4, True)
    assert not Report.objects.filter(is_current=True).exclude(lab_version=lab.current).exists()


def test_choice_by_hand_that_arrives_meanwhile_stays(lab, database):
    chosen = Submission.objects.order_by("pk").first()
    worse = make_submission(chosen.enrollment, lab, refs=make_refs())
    make_report(worse, {"results": []}, points=Decimal(10))
    staff = make_user()
    CourseStaff.objects.create(user=staff, course=lab.course)
    regrade = rehearse(lab)
    apply_beside(database, regrade, lambda: actions.choose(submission=worse, reason="Agreed.", by=staff))
    worse.refresh_from_db()
    assert (regrade.state, worse.is_best, is_sound()) == ("applied", True, True)


def test_extension_that_arrives_meanwhile_decides_the_points_that_count(lab, database):
    due = timezone.now() - 5 * HOUR
    learner = Submission.objects.order_by("pk").first().enrollment
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due)
    Receipt.objects.update(received_at=due + HOUR)
    regrade = rehearse(lab)

    staff = make_user()

    def extend() -> None:
        extension = LabExtension(enrollment=learner, lab=lab, until=due + 9 * HOUR, reason="Illness.")
        staffing.save_extension(extension=extension, by=staff)

    apply_beside(database, regrade, extend)
    own = learner.submissions.get()
    assert (regrade.state, own.late_points, own.due_at, points()) == ("applied", None, None, [90] * 3)


def test_learner_who_is_removed_meanwhile_stops_nobody(lab, database):
    regrade = rehearse(lab)
    gone = Submission.objects.order_by("-pk").first()

    def remove() -> None:
        Submission.objects.filter(pk=gone.pk).delete()
        Enrollment.objects.filter(pk=gone.enrollment_id).delete()

    apply_beside(database, regrade, remove)
    assert (regrade.state, points(), is_sound()) == ("applied", [90] * 2, True)


def test_result_that_is_queued_again_while_staff_undo_keeps_its_grade(lab, database):
    regrade = apply(lab)
    teacher = make_user()
    CourseStaff.objects.create(user=teacher, course=lab.course)
    first = Submission.objects.order_by("pk").first()

    def act(number: int) -> None:
        if number:
            actions.grade_again(submission=first, by=teacher)
        else:
            regrades.undo(WORK, LabRegrade.objects.get(pk=regrade.pk), by=make_user(), wake=no_wake)
            work()

    in_threads(database, act, 2)
    work()
    while worker.grade_next(Queue.LATER):
        pass
    regrade.refresh_from_db()
    assert (regrade.state, points(), is_sound()) == ("undone", [40, 40, 90], True)


def test_deleted_lab_waits_and_goes_on_when_it_is_restored(lab, database):
    teacher = make_user(is_superuser=True)
    regrade = rehearse(lab)
    ask_to_apply(regrade)
    deletion = deleting.delete(row=lab, by=teacher)
    work()
    assert points() == [40] * 3
    deleting.restore(deletion=deletion, by=teacher)
    work()
    assert points() == [90] * 3


def test_worker_that_dies_at_any_step_is_followed_by_another_that_finishes(lab, database, monkeypatch):
    class Killed(BaseException):
        """As SIGKILL: nothing of ours handles it."""

    def die_after(name: str, count: int) -> None:
        whole, left = getattr(lab_regrades.LabWork, name), iter(range(count))

        def step(self, *arguments):
            if next(left, None) is None:
                raise Killed
            whole(self, *arguments)

        with monkeypatch.context() as patch:
            patch.setattr(lab_regrades.LabWork, name, step)
            with pytest.raises(Killed):
                regrades.run_next(WORK)
        assert not regrades.run_next(WORK)  # the lease keeps others away
        LabRegrade.objects.update(leased_until=timezone.now() - HOUR)

    regrade = begin(lab=lab, by=make_user(), wake=no_wake)
    die_after("rehearse", 1)
    assert regrade.moves.count() == 1
    work()
    regrade.refresh_from_db()
    ask_to_apply(regrade)
    die_after("_apply", 2)
    assert points() == [40, 90, 90]
    work()
    assert (points(), Notice.objects.filter(kind="regrade").count()) == ([90] * 3, 3)
    regrade.refresh_from_db()
    regrades.undo(WORK, regrade, by=make_user(), wake=no_wake)
    die_after("_undo", 1)
    work()
    regrade.refresh_from_db()
    assert (regrade.state, points(), is_sound()) == ("undone", [40] * 3, True)


def test_newer_checks_that_are_saved_meanwhile_stop_what_was_rehearsed_with_older_ones(lab, database):
    regrade = rehearse(lab)
    change_checks(lab, EASIER + "\n# newer\n")
    with pytest.raises(regrades.CannotRegradeError, match="newer version"):
        ask_to_apply(regrade)
    later = rehearse(lab)
    regrade.refresh_from_db()
    assert (regrade.state, later.state, points()) == ("discarded", "rehearsed", [40] * 3)
