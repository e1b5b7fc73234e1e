"""The generator of a big class: the rows of a small one of the same shape."""

import pytest
from django.db.models import Count

from benchmarks.big_class import SIZES, BigClass, make_class
from benchmarks.big_class_rows import PAGES
from labs.models import FailedCheck, Report, State, Submission
from lessons.models import Answer, Attempt, Reading

pytestmark = [pytest.mark.django_db, pytest.mark.heavy]


@pytest.fixture
def made() -> BigClass:
    return make_class(SIZES.scaled(0.01))


def test_a_scaled_class_has_every_kind_of_row_in_the_order_of_time(made):
    sizes = SIZES.scaled(0.01)
    rows = Submission.objects.filter(lab__course=made.course)
    assert rows.count() == sizes.submissions
    assert list(rows.order_by("queued_at").values("pk")) == list(rows.order_by("pk").values("pk"))
    graded = rows.filter(state=State.GRADED).count()
    assert sizes.submissions * 0.9 < graded < sizes.submissions
    assert Report.objects.filter(is_current=True).count() == graded
    assert FailedCheck.objects.filter(submission__state=State.GRADED).count() > graded
    assert Reading.objects.count() == sizes.learners * sizes.lessons
    assert Attempt.objects.submitted().count() == Answer.objects.count() == sizes.attempts
    most = rows.values("enrollment").annotate(count=Count("pk")).order_by("-count").first()
    assert most["enrollment"] == made.busiest.pk


def test_its_pages_open_for_each_kind_of_learner_and_for_staff(made, client):
    for user in (made.busiest.user, made.usual.user, made.fresh.user, made.instructor):
        client.force_login(user)
        for page in (made.course, made.lessons[-1], made.quizzes[0], made.labs[0]):
            assert client.get(page.get_absolute_url()).status_code == 200
    for submission in Submission.objects.filter(enrollment=made.busiest)[:3]:
        assert client.get(submission.get_absolute_url()).status_code == 200
    for name, page in PAGES.items():
        user, path = page(made)
        client.force_login(user)
        assert client.get(path).status_code == 200, name
