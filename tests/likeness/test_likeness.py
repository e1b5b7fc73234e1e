"""Likeness over real repositories: what is found, what comes from the starter, who sees it, and faults."""

import shutil
from datetime import timedelta

import pytest
from django.utils import timezone

from labs.likeness import runs
from labs.models import Comparison, LabVersion, SimilarPair
from lessons.models import Course, CourseStaff
from tests.factories import (
    make_cohort,
    make_enrollment,
    make_lab,
    make_staff,
    make_user,
)
from tests.labs.regrading import grade_all
from tests.likeness.comparing import compare
from tests.likeness.test_winnowing import OTHER, PROGRAM, RENAMED

pytestmark = pytest.mark.django_db


def test_copy_with_other_names_is_found_with_its_lines(lab, hand_in):
    first, _ = hand_in({"stats.py": PROGRAM, "README.md": "Mine, about the mean of a column.\n"})
    second, _ = hand_in({"tools.py": "# my own\n" + RENAMED, "README.md": "Another text.\n"})
    hand_in({"store.py": OTHER, "README.md": "A third one.\n"})
    comparison = compare(lab)
    pair = comparison.pairs.get()
    assert (comparison.state, comparison.compared) == ("done", 3)
    assert {pair.first, pair.second} == {first, second}
    assert pair.percent >= 90 and (pair.commits, pair.files) == (0, 0)
    assert {"stats.py", "tools.py"} == set(pair.details["files"][0][:2])
    assert len(pair.details["files"][0][2]) > 10


def test_commits_and_files_of_another_learner_are_found_and_those_of_the_starter_are_not(lab, hand_in):
    starter, given = hand_in({"stats.py": PROGRAM})
    LabVersion.objects.filter(pk=lab.current_id).update(starter={"commits": [starter.head]})
    starter.delete()
    first, clone = hand_in({"store.py": OTHER}, after=given)
    second, _ = hand_in({"notes.md": "Nothing else.\n"}, after=clone)
    third, _ = hand_in({"other.md": "The starter, and this.\n"}, after=given)
    pair = compare(lab).pairs.get()
    assert {pair.first, pair.second} == {first, second}
    assert (pair.commits, pair.files) == (1, 1)
    assert pair.details["same"] == ["store.py"]
    assert third.pk not in (pair.first_id, pair.second_id)


def test_page_shows_pairs_to_staff_of_both_learners_only(client, lab, hand_in):
    cohort, other = make_cohort(lab.course), make_cohort(lab.course)
    hand_in({"a.py": PROGRAM}, enrollment=make_enrollment(make_user(name="Original name"), cohort))
    hand_in({"a.py": PROGRAM}, enrollment=make_enrollment(make_user(name="Second name"), other))
    pair = compare(lab).pairs.get()
    page = f"{lab.get_absolute_url()}likeness/"
    assistant = make_staff(lab.course, make_user(is_staff=True))
    client.force_login(assistant)
    names = [each.enrollment.user.name for each in (pair.first, pair.second)]
    assert " and ".join(names) in client.get(page).content.decode()
    text = client.get(f"{page}{pair.pk}/").content.decode()
    assert "mean_of" in text and "shared" in text and "This is not a grade." in text
    Course.objects.update(marks_blindly=True)
    for each in (page, f"{page}{pair.pk}/"):
        assert "Original name" not in client.get(each).content.decode()
    CourseStaff.objects.filter(user=assistant).update(cohort=cohort)
    assert "No two submissions" in client.get(page).content.decode()
    assert client.get(f"{page}{pair.pk}/").status_code == 404
    client.force_login(pair.first.enrollment.user)
    assert client.get(page).status_code == 404
    assert client.get(f"{page}{pair.pk}/").status_code == 404


def test_button_asks_for_one_comparison_at_a_time(
    client, lab, monkeypatch, django_capture_on_commit_callbacks
):
    woken = []
    monkeypatch.setattr("labs.pages.likeness_views.wake", lambda: woken.append(1))
    client.force_login(make_staff(lab.course, make_user(is_staff=True)))
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            client.post(f"{lab.get_absolute_url()}likeness/")
    assert Comparison.objects.count() == 1
    assert woken == [1]


def test_repository_that_is_gone_is_counted_and_the_others_are_compared(lab, hand_in):
    hand_in({"a.py": PROGRAM})
    hand_in({"a.py": PROGRAM})
    gone, _ = hand_in({"a.py": OTHER})
    grade_all()
    shutil.rmtree(gone.receipt.repository.path)
    comparison = compare(lab)
    assert (comparison.compared, comparison.not_read, comparison.pairs.count()) == (2, 1, 1)


def test_fault_is_retried_and_then_shown(lab, monkeypatch):
    def fail(comparison):
        raise OSError("no space left on device")

    monkeypatch.setattr(runs, "compare", fail)
    comparison = runs.begin(lab=lab, by=make_user(), wake=lambda: None)
    for _ in range(runs.MAX_TRIES):
        assert runs.run_next()
    comparison.refresh_from_db()
    assert (comparison.state, comparison.fault) == ("failed", "OSError: no space left on device")
    assert not runs.run_next()


def test_worker_that_died_is_followed_by_another_and_its_late_result_is_refused(lab, hand_in, monkeypatch):
    hand_in({"a.py": PROGRAM})
    hand_in({"a.py": PROGRAM})
    grade_all()
    comparison = runs.begin(lab=lab, by=make_user(), wake=lambda: None)
    dead = runs._claim()
    assert not runs.run_next()  # the lease is held
    Comparison.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert runs.run_next()
    dead.state = Comparison.State.WAITING
    runs.compare(dead)
    comparison.refresh_from_db()
    assert (comparison.state, comparison.tries) == ("done", 2)
    assert SimilarPair.objects.count() == 1


def test_one_comparison_runs_at_a_time(lab):
    runs.begin(lab=lab, by=make_user(), wake=lambda: None)
    runs.begin(lab=make_lab(lab.course), by=make_user(), wake=lambda: None)
    assert runs._claim() is not None
    assert runs._claim() is None


def test_binary_and_large_files_are_left_out(lab, hand_in):
    big = "x = call(1, 2, 3)\n" * 20_000
    hand_in({"big.py": big, "a.bin": "\0" + PROGRAM, "readme.md": "One.\n"})
    hand_in({"big2.py": big + "y = 1\n", "b.bin": "\0\0" + PROGRAM, "readme.md": "Two.\n"})
    assert not compare(lab).pairs.exists()


def test_old_comparisons_are_removed(lab):
    for _ in range(runs.MAX_KEPT + 2):
        compare(lab)
    assert lab.comparisons.count() == runs.MAX_KEPT
