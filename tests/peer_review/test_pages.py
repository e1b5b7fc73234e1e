from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from labs.grading import receipts, tasks
from labs.models import Lab, PeerReview, ReviewNote, Submission
from labs.pages.peer_files import place_of
from labs.peer_review import rounds
from labs.repositories import folders
from lessons.deleting import delete
from lessons.queries import open_courses
from portal.progress.calendar.entries import Kind, labs_due
from portal.progress.models import ReminderTurn
from portal.progress.reminders import remind
from tests.factories import make_cohort, make_enrollment, make_repository, make_user
from tests.feedback.rubric_work import grade
from tests.labs.git_client import Clone
from tests.pages.conftest import client_of
from tests.peer_review.review_work import MUST

PATH = "Person Number1.md"
HOSTILE = b"# Person Number1 <b>says</b>\n<script>alert(1)</script>\nmailto learner-1\nplain\n"


@pytest.fixture
def pushed(trio, settings, tmp_path, monkeypatch):
    """The works of three learners, pushed with names in commits and files, graded and drawn."""
    settings.PRACTICE_ROOT = tmp_path / "practice"
    monkeypatch.setattr(tasks, "wake", lambda: None)
    trio.lab.late = Lab.Late.MARK
    trio.lab.save()
    for number, learner in enumerate(trio.learners):
        repository = make_repository(learner, trio.lab)
        clone = Clone(tmp_path / f"work-{number}", str(folders.ensure(repository)))
        text = HOSTILE.replace(b"1", str(number).encode(), 1)
        clone.commit(f"Notes by Person Number{number}", f"Person Number{number}.md", text)
        assert clone.push()[0] == 0
        assert receipts.repair_one(repository)
        grade(Submission.objects.latest("pk"), 80)
    trio.draw()
    return trio


def review_of(of, reviewer: int, author: int) -> PeerReview:
    of_author = {"work__enrollment": of.learners[author]}
    return PeerReview.objects.get(reviewer=of.learners[reviewer], **of_author)


def test_reviewer_sees_files_and_commits_without_the_author(pushed):
    review = review_of(pushed, 0, 1)
    client = client_of(pushed.learners[0].user)
    names = ("peer_review_files", "peer_review_history")
    files, history = (reverse(name, args=[review.public_id]) for name in names)
    file = f"{files}?at={place_of(review, PATH)}&line=4"
    pages = {
        url: client.get(url).content.decode() for url in (review.get_absolute_url(), files, file, history)
    }
    assert "[hidden].md" in pages[files]
    assert "# [hidden] &lt;b&gt;says&lt;/b&gt;" in pages[file]
    assert "&lt;script&gt;alert(1)" in pages[file]
    assert "Notes by [hidden]" in pages[history]
    for url, text in pages.items():
        assert "Number1" not in text, url
        assert "learner-1" not in text, url
        assert review.work.submission.public_id not in text, url
        assert "alert(1)</script>" not in text, url
    assert client.get(f"{files}?at=0/0").status_code == 404
    assert client.get(f"{files}?at={'0/' * 60}").status_code == 404


def test_note_on_a_line_reaches_the_author_without_the_reviewer(pushed):
    review, author = review_of(pushed, 0, 1), pushed.learners[1]
    client = client_of(pushed.learners[0].user)
    address = reverse("peer_review_note", args=[review.public_id])
    at = place_of(review, PATH)
    wrong = client.post(address, {"at": at, "line": "99", "text": "Kept text"})
    assert (wrong.status_code, "Kept text" in wrong.content.decode()) == (422, True)
    assert client.post(address, {"at": at, "line": "4", "text": "Say *more*."}).status_code == 302
    assert [4, "plain"] in ReviewNote.objects.get().excerpt
    files = client.get(reverse("peer_review_files", args=[review.public_id]), {"at": at})
    assert "Say <em>more</em>" in files.content.decode()
    form = {"seen": "1", "mark-prose": "9", "mark-names": "4", "text": "Good.", "action": "submit"}
    assert client.post(review.get_absolute_url(), form).status_code == 302
    page = reverse("lab_reviews", args=[pushed.course.slug, pushed.lab.slug])
    before = client_of(author.user).get(page).content.decode()
    assert "Say <em>more</em>" not in before
    rounds.close_round(round=review.work.round)
    shown = client_of(author.user).get(page).content.decode()
    assert "Say <em>more</em>" in shown
    assert f"Reviewer {review.number}" in shown
    assert "Number0" not in shown
    assert "Number0" in client_of(pushed.staff).get(review.get_absolute_url()).content.decode()


def test_reviews_of_others_are_404(pushed):
    review = review_of(pushed, 0, 1)
    elsewhere = make_enrollment(make_user(), make_cohort(pushed.course)).user
    for user in (pushed.learners[1].user, pushed.learners[2].user, elsewhere):
        for name in ("peer_review", "peer_review_files", "peer_review_history"):
            assert client_of(user).get(reverse(name, args=[review.public_id])).status_code == 404
    reviewer = pushed.learners[0]
    reviewer.is_active = False
    reviewer.save()
    assert client_of(reviewer.user).get(review.get_absolute_url()).status_code == 404
    by = review_of(pushed, 2, 1)
    assert client_of(by.reviewer.user).get(by.get_absolute_url()).status_code == 200
    delete(row=pushed.lab, by=pushed.staff)
    assert client_of(by.reviewer.user).get(by.get_absolute_url()).status_code == 404


def test_typed_review_stays_when_it_is_refused(pushed):
    review = review_of(pushed, 0, 1)
    client = client_of(pushed.learners[0].user)
    form = {"seen": "1", "mark-prose": "99", "text": "What I typed", "action": "submit"}
    answer = client.post(review.get_absolute_url(), form)
    assert answer.status_code == 422
    for words in ("type points from 0 to 12", "What I typed", 'value="99"'):
        assert words in answer.content.decode()
    again = client.post(review.get_absolute_url(), {**form, "seen": "0", "mark-prose": "3"})
    assert (again.status_code, "What I typed" in again.content.decode()) == (409, True)


def test_staff_draw_review_and_close(trio):
    page = reverse("lab_review_rounds", args=[trio.course.slug, trio.lab.slug])
    client = client_of(trio.staff)
    assert "3 works are not drawn yet" in client.get(page).content.decode()
    assert client.post(page, {"action": "draw", "cohort": trio.cohort.slug}).status_code == 302
    nothing = client.post(page, {"action": "draw", "cohort": trio.cohort.slug})
    assert "There is no work to draw" in nothing.content.decode()
    round = trio.lab.review_rounds.get()
    bad = client.post(page, {"action": "deadline", "round": round.pk, "at": "soon"})
    assert (bad.status_code, "Enter a date and time" in bad.content.decode()) == (422, True)
    assert (
        client.post(page, {"action": "deadline", "round": round.pk, "at": "2190-01-01T10:00"}).status_code
        == 302
    )
    round.refresh_from_db()
    assert round.closes_at.year == 2190
    client.post(page, {"action": "close", "round": round.pk})
    assert "3 works lack reviews" in client.get(page).content.decode()
    work = round.works.first()
    answer = client.post(page, {"action": "review", "work": work.pk})
    assert answer.url == work.reviews.get(origin="staff").get_absolute_url()
    for wrong in ({"action": "review", "work": 0}, {"action": "draw", "cohort": "no"}, {"action": "close"}):
        assert client.post(page, wrong).status_code == 404


def test_staff_page_has_as_many_queries_for_many_works(make_class, django_assert_max_num_queries):
    of = make_class(12)
    of.draw()
    page = reverse("lab_review_rounds", args=[of.course.slug, of.lab.slug])
    client = client_of(of.staff)
    client.get(page)
    with django_assert_max_num_queries(32):
        assert client.get(page).status_code == 200


def test_deadline_of_reviews_is_on_the_lab_page_at_home_and_in_the_calendar(trio):
    learner = trio.learners[0]
    client = client_of(learner.user)
    for name, args in (("lab", [trio.course.slug, trio.lab.slug]), ("course", [trio.course.slug])):
        assert "Reviews" in client.get(reverse(name, args=args)).content.decode(), name
        assert "until" in client.get(reverse(name, args=args)).content.decode(), name
    reader = open_courses(learner.user)[0]
    (due,) = [each for each in labs_due(reader, learner) if each.kind == Kind.REVIEW]
    assert due.title == f"Reviews of {trio.lab.title}"
    round = trio.draw()
    rounds.close_round(round=round)
    assert [each.kind for each in labs_due(reader, learner)] == [Kind.LAB]


def test_reviewer_is_reminded_once_the_day_before(trio):
    round = trio.draw()
    reader = trio.learners[0].user
    tomorrow = timezone.now() + timedelta(days=1)
    rounds.move_deadline(round=round, closes_at=tomorrow)
    for review in trio.drawn_for(trio.learners[1]):
        trio.submit(review)
    reader.notices.all().delete()
    assert remind() >= 3
    texts = list(reader.notices.filter(kind="review").values_list("text", flat=True))
    assert [text.startswith("Due tomorrow: Reviews of") for text in texts] == [True]
    assert not trio.learners[1].user.notices.filter(text__startswith="Due tomorrow: Reviews").exists()
    ReminderTurn.objects.update(looked_at=timezone.now() - timedelta(days=2))
    remind()
    assert reader.notices.filter(text__startswith="Due tomorrow: Reviews").count() == 1


def test_band_says_that_own_reviews_are_missing(make_class):
    of = make_class(2, MUST)
    of.push(of.learners[0], 100)
    page = client_of(of.learners[0].user).get(reverse("lab", args=[of.course.slug, of.lab.slug]))
    assert "You pass this lab once you have submitted your reviews" in page.content.decode()
