"""A stronger hint after the second try, and the number of people in the cohort with the same problem, in one query."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from labs import migrations, queries
from labs.grading import lifecycle
from labs.models import FailedCheck, MetCheck, Submission
from tests.factories import make_enrollment, make_report, make_submission, make_user
from tests.pages.conftest import client_of
from tests.reports import make_engine_report, make_result

pytestmark = pytest.mark.django_db
HINT = "The name of the file is written with capitals."


def report_with_hint(outcome: str = "needs_work", **fields):
    report = make_engine_report(readable="passed")
    return replace(report, results=(*report.results, make_result("readme", outcome, hint=HINT, **fields)))


def page_of(submission, user=None) -> str:
    user = user or submission.enrollment.user
    return client_of(user).get(submission.get_absolute_url()).content.decode()


def graded(cast, report=None, by=None) -> Submission:
    submission = make_submission(by or cast.learner, cast.lab)
    make_report(submission, (report or report_with_hint()).to_json())
    return submission


def cohort_of(cast, size: int):
    """Fill the learner's cohort up to this many people."""
    cohort = cast.learner.cohort
    here = cohort.enrollments.count()
    for _ in range(size - here):
        make_enrollment(make_user(), cohort)
    return list(cohort.enrollments.exclude(pk=cast.learner.pk))


# --- hints ----------------------------------------------------------------------------------------------------------


def test_hint_is_shown_from_the_second_submission_that_needs_work(cast):
    pages = [page_of(graded(cast)) for _ in range(3)]
    assert [HINT in page for page in pages] == [False, True, True]
    assert "<h3>A stronger hint</h3>" in pages[1]


def test_page_of_an_early_submission_never_shows_the_hint(cast):
    first = graded(cast)
    for _ in range(4):
        graded(cast)
    assert HINT not in page_of(first)


def test_other_outcomes_checks_and_learners_do_not_count(cast):
    graded(cast, report_with_hint("not_run"))
    graded(cast, make_engine_report(other="needs_work"))
    for _ in range(3):
        graded(cast, by=cast.other)
    assert HINT not in page_of(graded(cast))


def test_grading_one_submission_again_does_not_count_as_another_try(cast):
    first = graded(cast)
    for _ in range(3):
        make_report(first, report_with_hint().to_json())
    assert HINT not in page_of(first)


def test_skill_check_gives_a_direction(cast):
    page = page_of(graded(cast, report_with_hint(teaches="skill", fix="Read about names.")))
    assert "<h3>What to do</h3>" in page
    assert "How to fix it" not in page


def test_finish_derives_failed_checks_and_grading_again_replaces_them(cast):
    """Regrading an earlier submission may change which submission first needed work."""
    first, second = cast.submit(), cast.submit()
    outcomes = [
        (second, "needs_work", 2),
        (first, "needs_work", 1),
        (first, "needs_work", 1),
        (first, "passed", 2),
        (second, "passed", None),
        (first, "needs_work", 1),
    ]
    for submission, outcome, expected in outcomes:
        Submission.objects.update(state="cancelled")
        Submission.objects.filter(pk=submission.pk).update(state="queued")
        assert lifecycle.finish(lifecycle.claim(), report_with_hint(outcome), cast.lab.current)
        needed = submission.failed_checks.values_list("name", flat=True)
        assert list(needed) == (["readme"] if outcome == "needs_work" else [])
        met = MetCheck.objects.filter(enrollment=cast.learner, lab=cast.lab).values_list("name", "first")
        assert list(met) == ([("readme", expected)] if expected else [])


class AppsBeforeRename:
    """The models, with the names that they had when these migrations were written."""

    def get_model(self, app, name):
        return apps.get_model(app, {"NeededWork": "FailedCheck"}.get(name, name))


def test_migration_derives_rows_from_current_reports(cast):
    submission = graded(cast)
    graded(cast)
    FailedCheck.objects.all().delete()
    MetCheck.objects.all().delete()
    for ending in ("needed_work", "met_checks"):
        (name,) = (path.stem for path in Path(migrations.__path__[0]).glob(f"*_{ending}.py"))
        import_module(f"{migrations.__name__}.{name}").derive(AppsBeforeRename(), None)
    assert FailedCheck.objects.filter(submission=submission).values_list("name").get() == ("readme",)
    met = MetCheck.objects.values_list("enrollment", "lab", "name", "first")
    assert list(met) == [(cast.learner.pk, cast.lab.pk, "readme", 1)]


# --- the cohort -----------------------------------------------------------------------------------------------------


def test_page_says_how_many_of_the_cohort_failed_the_check(cast):
    others = cohort_of(cast, 6)
    graded(cast, by=others[0])
    graded(cast, by=others[0])
    graded(cast, by=cast.other)  # of another cohort
    submission = graded(cast)
    assert "2 of 6 people in the cohort had this problem." in page_of(submission)
    others[0].is_active = False
    others[0].save()
    assert "had this problem" not in page_of(submission)


def test_numbers_of_a_small_cohort_are_not_shown(cast):
    others = cohort_of(cast, 4)
    graded(cast, by=others[0])
    assert "had this problem" not in page_of(graded(cast))


@pytest.mark.parametrize("count", [1, 12])
def test_tallies_take_one_query(cast, count, django_assert_num_queries):
    for other in cohort_of(cast, 5 + count):
        graded(cast, by=other)
    for _ in range(count):
        graded(cast)
    submission = Submission.objects.select_related("enrollment").get(pk=graded(cast).pk)
    with django_assert_num_queries(1):
        found = queries.tallies(submission, ["readme", "other"])
    assert found == {"readme": queries.Tally(earlier=True, people=5 + count, cohort=5 + count)}
    with django_assert_num_queries(0):
        assert queries.tallies(submission, []) == {}
