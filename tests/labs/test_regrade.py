"""New checks on what learners submitted: rehearsed, applied, undone."""

import shutil
from decimal import Decimal

import pytest
from celery import current_app
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from labs.grading import counting, lifecycle, worker
from labs.grading import regrades as lab_regrades
from labs.grading.regrades import WORK, begin, submissions_to_regrade
from labs.models import LabRegrade, RegradedSubmission, Report, State, Submission
from labs.repositories import ref_files
from lessons import regrades
from portal.notices.models import Notice
from tests.authoring.conftest import make_instructor
from tests.factories import (
    make_lab,
    make_learner,
    make_report,
    make_submission,
    make_user,
)
from tests.labs.conftest import PASSABLE
from tests.labs.git_client import Clone
from tests.labs.regrading import (
    EASIER,
    REASON,
    apply,
    change_checks,
    no_wake,
    push_files,
    rehearse,
    work,
)

pytestmark = pytest.mark.django_db
HARDER = PASSABLE.replace("points: 40", "points: 10").replace("points: 60", "points: 90")


@pytest.fixture
def graded(settings, tmp_path) -> Submission:
    """A graded submission with 40 of 100 points."""
    settings.PRACTICE_ROOT = tmp_path / "practice"
    lab = make_lab(source=PASSABLE)
    submission = push_files(make_learner(lab.course), lab, tmp_path / "work")
    assert worker.grade_next()
    return Submission.objects.select_related("lab__course").get(pk=submission.pk)


def facts() -> list:
    reports = list(Report.objects.filter(is_current=True).values_list("pk", "points"))
    return [reports, list(Submission.objects.values_list("state", "is_best", "tries", "failed_checks__name"))]


def points(submission: Submission) -> Decimal:
    return submission.reports.get(is_current=True).points


def test_rehearsal_shows_who_moves_and_why_and_changes_nothing(graded):
    before = facts()
    change_checks(graded.lab, EASIER)
    regrade = rehearse(graded.lab)
    move = regrade.moves.get()
    assert (regrade.state, move.way, move.old_points, move.new_points) == ("rehearsed", "up", 40, 90)
    assert any("40 of 40 → 90 of 90." in words for words in move.why)
    assert facts() == before
    assert Report.objects.count() == 1


def test_applied_regrade_keeps_the_old_report_and_notifies_the_learner(graded, client):
    change_checks(graded.lab, EASIER)
    regrade = apply(graded.lab)
    assert (regrade.state, points(graded)) == ("applied", 90)
    assert Report.objects.get(is_current=False).points == 40
    notice = Notice.objects.get(user=graded.enrollment.user, kind="regrade")
    assert "40 of 100 → 90 of 100 points" in notice.text
    client.force_login(graded.enrollment.user)
    page = client.get(graded.get_absolute_url()).content.decode()
    assert REASON in page and "The score went from 40% (40 of 100 points) to 90% (90 of 100)" in page


def test_lower_result_is_kept_by_default_and_stored_if_staff_say_so(graded):
    change_checks(graded.lab, HARDER)
    assert apply(graded.lab).moves.get().fate == "kept"
    assert points(graded) == 40
    apply(graded.lab, "exact")
    assert points(graded) == 10


def test_undo_restores_the_report_and_what_depends_on_it(graded):
    before = facts()
    change_checks(graded.lab, EASIER)
    regrade = apply(graded.lab)
    assert facts() != before
    regrades.undo(WORK, regrade, by=make_user(), wake=no_wake)
    work()
    regrade.refresh_from_db()
    assert (regrade.state, facts()) == ("undone", before)


def test_submission_that_is_graded_live_meanwhile_is_left_alone(graded):
    change_checks(graded.lab, EASIER)
    regrade = rehearse(graded.lab)
    lifecycle.requeue(graded)
    regrades.apply(WORK, regrade, by=make_user(), policy="exact", reason=REASON, wake=no_wake)
    work()
    graded.refresh_from_db()
    assert (graded.state, regrade.moves.get().fate) == (State.QUEUED, "kept")
    assert worker.grade_next()
    assert points(graded) == 90


def test_repository_that_is_gone_keeps_its_result_and_is_listed(graded):
    shutil.rmtree(graded.receipt.repository.path)
    change_checks(graded.lab, EASIER)
    regrade = apply(graded.lab)
    assert (regrade.moves.get().way, points(graded)) == ("problem", 40)


def test_checks_that_are_not_proved_cannot_be_rehearsed(graded):
    change_checks(graded.lab, EASIER)
    graded.lab.current.proved = False
    with pytest.raises(regrades.CannotRegradeError, match="not proved"):
        begin(lab=graded.lab, by=make_user(), wake=no_wake)


@pytest.fixture
def graded_before(graded, tmp_path):
    """Submit the next commit, and store its report by the checks of now with these points."""
    path = graded.receipt.repository.path
    clone = Clone(tmp_path / "next", str(path))
    clone.git("fetch", "--quiet", "portal")
    clone.git("reset", "--quiet", "--hard", "portal/main")

    def submit(points: int, *, amend: bool = True) -> Submission:
        same = ("--amend",) if amend else ()
        clone.git("commit", "--quiet", "--allow-empty", "-m", f"Earn {points} points", *same)
        clone.push("--force", "main")
        submission = make_submission(graded.enrollment, graded.lab, refs=ref_files.read_refs(path))
        make_report(submission, {"results": []}, points=Decimal(points), max_points=Decimal(100))
        counting.keep_best(submission)
        return submission

    return submit


@pytest.mark.daily(1)
@pytest.mark.parametrize("limit", [1, 50])
def test_result_that_counts_after_a_regrade_comes_from_its_checks(graded, graded_before, monkeypatch, limit):
    monkeypatch.setattr("labs.grading.regrades.MAX_OF_LEARNER", limit)
    second, _newest = graded_before(30), graded_before(20)
    change_checks(graded.lab, HARDER)
    regrade = apply(graded.lab, "exact")
    best = Submission.objects.get(is_best=True)
    assert regrade.state == "applied"
    assert (points(second), points(best)) == (10, 10)
    assert best.reports.get(is_current=True).lab_version == graded.lab.current
    assert submissions_to_regrade(graded.lab, graded.lab.current).count() == 0


def test_submission_that_rises_above_the_best_counts_and_is_the_only_one_in_a_notice(graded, graded_before):
    second, _newest = graded_before(30, amend=False), graded_before(20)
    change_checks(graded.lab, EASIER)
    apply(graded.lab)
    assert (points(second), Submission.objects.get(is_best=True)) == (100, second)
    notice = Notice.objects.get(kind="regrade")
    assert notice.link == second.get_absolute_url()
    assert "40 of 100 → 100 of 100 points" in notice.text


@pytest.mark.heavy
def test_learner_with_many_submissions_gets_one_notice_of_a_regrade_and_one_of_its_undoing(
    graded, graded_before, monkeypatch
):
    monkeypatch.setattr("labs.grading.regrades.MAX_OF_LEARNER", 2)
    for value in (39, 38, 37, 36, 35):
        graded_before(value)
    change_checks(graded.lab, HARDER)
    regrade = apply(graded.lab, "exact")
    assert regrade.moves.filter(fate="applied").count() == 6
    assert [
        "40 of 100 → 10 of 100 points" in notice.text for notice in Notice.objects.filter(kind="regrade")
    ] == [True]
    regrades.undo(WORK, regrade, by=make_user(), wake=no_wake)
    work()
    newest, _first = Notice.objects.filter(kind="regrade").order_by("-pk")
    assert "The regrade was undone" in newest.text
    assert "10 of 100 → 40 of 100 points" in newest.text


def test_one_learner_whose_results_are_all_lowered_is_tried_up_to_a_limit(graded, graded_before, monkeypatch):
    monkeypatch.setattr("labs.grading.regrades.MAX_OF_LEARNER", 1)
    monkeypatch.setattr("labs.grading.regrades.MAX_FURTHER_OF_LEARNER", 2)
    for value in (39, 38, 37, 36, 35):
        graded_before(value)
    change_checks(graded.lab, HARDER)
    regrade = apply(graded.lab, "exact")
    assert (regrade.state, regrade.moves.count()) == ("applied", 4)
    left = submissions_to_regrade(graded.lab, graded.lab.current)
    assert [each.is_best for each in left] == [True]  # the page offers another regrade
    apply(graded.lab, "exact")
    assert (left.all().count(), points(Submission.objects.get(is_best=True))) == (0, 10)


def test_flood_of_submissions_by_one_learner_is_tried_up_to_a_limit(graded, graded_before, monkeypatch):
    monkeypatch.setattr("labs.grading.regrades.MAX_OF_LEARNER", 2)
    for value in (5, 6, 7):
        graded_before(value)
    change_checks(graded.lab, EASIER)
    moves = rehearse(graded.lab).moves.order_by("submission__number")
    assert [move.submission.number for move in moves] == [1, 3, 4]


def sign_in_as_staff(client, course) -> None:
    client.force_login(make_instructor(course))


def test_rehearsal_with_problems_can_be_repeated_from_its_page(graded, client):
    sign_in_as_staff(client, graded.lab.course)
    change_checks(graded.lab, EASIER)
    page = client.get(rehearse(graded.lab).get_absolute_url()).content.decode()
    assert "Rehearse again" not in page
    shutil.rmtree(graded.receipt.repository.path)
    page = client.get(rehearse(graded.lab).get_absolute_url()).content.decode()
    assert "Rehearse again" in page and "Apply the regrade" in page


def test_staff_regrade_a_lab_by_its_pages(graded, client):
    sign_in_as_staff(client, graded.lab.course)
    change_checks(graded.lab, EASIER)
    address = reverse("lab_regrades", args=[graded.lab.course.slug, graded.lab.slug])
    assert "1 result from older checks" in client.get(address).content.decode()
    assert "Rehearsing" in client.post(address, follow=True).content.decode()
    work()
    regrade = LabRegrade.objects.get()
    page = client.get(regrade.get_absolute_url()).content.decode()
    assert "1 of 1 result changes: 1 up, 0 down" in page
    data = {"do": "apply", "policy": "never-lower", "reason": REASON}
    client.post(regrade.get_absolute_url(), data)
    work()
    assert "Applied to 1 of 1 result" in client.get(regrade.get_absolute_url()).content.decode()
    assert points(graded) == 90


def test_undo_discards_a_later_rehearsal_and_waits_for_one_at_work(graded):
    change_checks(graded.lab, EASIER)
    regrade = apply(graded.lab)
    change_checks(graded.lab, PASSABLE + "\n# again\n")
    later = begin(lab=graded.lab, by=make_user(), wake=no_wake)
    with pytest.raises(regrades.CannotRegradeError, match="at work"):
        regrades.undo(WORK, regrade, by=make_user(), wake=no_wake)
    work()
    regrades.undo(WORK, regrade, by=make_user(), wake=no_wake)
    work()
    later.refresh_from_db()
    assert (points(graded), later.state) == (40, "discarded")


@pytest.mark.heavy
def test_pages_take_the_same_queries_for_1_and_200_learners(graded, client, django_assert_num_queries):
    lab = graded.lab
    sign_in_as_staff(client, lab.course)
    version = lab.current
    change_checks(lab, EASIER)
    begin_page = reverse("lab_regrades", args=[lab.course.slug, lab.slug])
    regrade = rehearse(lab)
    numbers = {}
    for address in (begin_page, regrade.get_absolute_url()):
        client.get(address)  # the first request of a process fills caches
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        numbers[address] = len(one)
    shadow, report = regrade.moves.get().shadow, graded.reports.get()
    for _ in range(200):
        submission = make_submission(make_learner(lab.course), lab)
        make_report(submission, report.data, points=report.points, lab_version=version)
        RegradedSubmission.objects.create(
            regrade=regrade,
            submission=submission,
            way="up",
            old_points=40,
            old_max=100,
            old_passed=False,
            new_points=90,
            new_max=100,
            new_passed=True,
            why=["README.md exists"],
            shadow=shadow,
        )
    for address, number in numbers.items():
        with django_assert_num_queries(number):
            page = client.get(address).content.decode()
    assert "201 of 201 results change: 201 up, 0 down" in page and "Page 1 of 5" in page
    assert max(numbers.values()) <= 12


def test_live_push_is_graded_while_a_rehearsal_runs(graded, tmp_path, monkeypatch):
    change_checks(graded.lab, EASIER)
    pushed = push_files(make_learner(graded.lab.course), graded.lab, tmp_path / "live")
    seen = []

    def grade_meanwhile(submission, version):
        assert worker.grade_next()  # as the worker of the live queue does
        pushed.refresh_from_db()
        seen.append(pushed.state)
        return whole(submission, version)

    whole = lab_regrades._grade
    monkeypatch.setattr(lab_regrades, "_grade", grade_meanwhile)
    regrade = rehearse(graded.lab)
    assert (seen, regrade.state) == ([State.GRADED], "rehearsed")


def test_regrades_have_the_worker_for_work_that_can_wait():
    for name in ("labs.grading.tasks.work_on_lab_regrades", "lessons.tasks.work_on_regrades"):
        assert current_app.amqp.router.route({}, name)["queue"].name == "later"
    assert current_app.amqp.router.route({}, "labs.grading.tasks.grade_next")["queue"].name == "live"


def test_progress_of_a_rehearsal_is_shown(graded, client):
    sign_in_as_staff(client, graded.lab.course)
    change_checks(graded.lab, EASIER)
    regrade = begin(lab=graded.lab, by=make_user(), wake=no_wake)
    page = client.get(regrade.get_absolute_url()).content.decode()
    assert "0 of 1 results" in page and "You can leave this page" in page and "Refresh" in page
