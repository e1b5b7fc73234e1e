from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from labs.feedback_actions import CannotSaveError, ChangedMeanwhileError, Line
from labs.models import Lab, LabDeadline, PeerReview, ReviewRound
from labs.peer_review import reviewing, rounds
from labs.peer_review.deadlines import dues_for
from labs.peer_review.reviewing import lacking_works
from lessons.models import GradeChange
from portal.notices.models import Notice
from portal.progress.score_queries import read_outcomes
from tests.factories import make_staff, make_user
from tests.peer_review.review_work import MUST


def notices(user) -> list[str]:
    return list(Notice.objects.filter(user=user, kind="review").order_by("pk").values_list("text", flat=True))


def test_round_is_drawn_once_the_deadline_has_passed_and_only_once(trio):
    LabDeadline.objects.update(closes_at=timezone.now() + timedelta(hours=1))
    assert rounds.draw_due() == 0
    LabDeadline.objects.update(closes_at=timezone.now() - timedelta(hours=1))
    assert (rounds.draw_due(), rounds.draw_due()) == (1, 0)
    for learner in trio.learners:
        own = trio.drawn_for(learner)
        assert {each.work.enrollment for each in own} == set(trio.learners) - {learner}
        assert notices(learner.user) == [f"You have 2 works of “{trio.lab.title}” to review."]
        assert [each.number for each in trio.of(learner)] == [1, 2]


def test_median_counts_once_the_round_is_closed(trio):
    first, *others = trio.learners
    trio.draw()
    for review, prose in zip(trio.of(first), ("4", "10"), strict=True):
        trio.submit(review, prose=prose)
    assert (trio.best(first).points, trio.best(first).rubric_waiting) == (60, 20)
    ReviewRound.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    assert (rounds.close_due(), rounds.close_due()) == (1, 0)
    best = trio.best(first)
    assert (best.points, best.max_points, best.rubric_waiting) == (75, 120, 0)
    assert read_outcomes(trio.course, [first])[first.pk][f"lab:{trio.lab.pk}"].share == Decimal(75) / 120
    assert notices(first.user)[1:] == [f"2 reviews of your work have arrived: “{trio.lab.title}”."]
    assert len(notices(others[0].user)) == 1
    assert notices(trio.staff) == [f"2 works have too few reviews: “{trio.lab.title}”, {trio.cohort.title}."]
    change = GradeChange.objects.get(enrollment=first, title__endswith="peer review")
    assert (change.old, change.new, change.out_of, change.by) == (None, 15, 20, None)


def test_review_of_staff_counts_alone_and_one_set_aside_does_not(trio):
    learner = trio.learners[0]
    round = trio.draw()
    low, high = trio.of(learner)
    trio.submit(low, prose="0", names="0")
    trio.submit(high)
    rounds.close_round(round=round)
    assert trio.best(learner).points == 70
    reviewing.set_aside(review=low, by=trio.staff, reason="It is about another work.")
    assert trio.best(learner).points == 80
    by_staff = reviewing.review_as_staff(work=low.work, by=trio.staff)
    assert reviewing.review_as_staff(work=low.work, by=trio.staff) == by_staff
    trio.submit(by_staff, by=trio.staff, prose="6.5", names="4")
    assert trio.best(learner).points == Decimal("70.5")
    reviewing.set_aside(review=by_staff, by=trio.staff, reason="Mistaken work.")
    reviewing.set_aside(review=low, by=trio.staff, reason="")
    assert trio.best(learner).points == 70
    why = list(GradeChange.objects.filter(by=trio.staff).order_by("pk").values_list("why", flat=True))
    assert why[0] == "Review 1 set aside: It is about another work."


def test_learner_passes_only_after_their_own_reviews(make_class):
    of = make_class(2, MUST)
    first, second = of.learners
    of.push(first, 100)
    assert (of.best(first).passed, of.best(first).reviews_owed) == (False, 2)
    of.draw()
    assert of.best(first).reviews_owed == 1
    of.submit(of.drawn_for(first)[0])
    assert (of.best(first).passed, of.best(first).reviews_owed) == (True, 0)
    assert of.best(second).reviews_owed == 1


def test_review_of_somebody_who_left_is_not_owed(make_class):
    of = make_class(2, MUST)
    first, second = of.learners
    of.draw()
    second.is_active = False
    second.save()
    with pytest.raises(CannotSaveError, match="has left the course"):
        of.submit(of.drawn_for(first)[0])
    of.push(first, 100)
    assert of.best(first).reviews_owed == 0


def test_review_can_be_changed_until_the_round_is_closed(trio):
    round = trio.draw()
    review, other = trio.drawn_for(trio.learners[0])
    by = trio.learners[0].user
    with pytest.raises(CannotSaveError, match="Mark every criterion"):
        reviewing.save_review(review=review, by=by, typed={"prose": "3"}, text="", seen=1, submit=True)
    reviewing.save_review(review=review, by=by, typed={"prose": "3"}, text="Draft", seen=1)
    with pytest.raises(ChangedMeanwhileError):
        reviewing.save_review(review=review, by=by, typed={}, text="", seen=1)
    with pytest.raises(CannotSaveError, match="choose one of its levels"):
        trio.submit(review, names="5")
    trio.submit(review, prose="1")
    trio.submit(review, prose="2")
    rounds.close_round(round=round)
    with pytest.raises(CannotSaveError, match="can’t be changed any more"):
        trio.submit(review, prose="12")
    assert trio.submit(other).is_late
    author = other.work.enrollment
    assert notices(author.user)[-1].startswith("A review of your work has arrived")
    assert trio.best(author).rubric_waiting == 0
    with pytest.raises(PermissionDenied):
        trio.submit(trio.drawn_for(trio.learners[1])[0], by=by)


def test_later_works_are_drawn_among_each_other(trio):
    round = trio.draw()
    Lab.objects.update(late=Lab.Late.MARK)
    LabDeadline.objects.update(closes_at=timezone.now() - timedelta(days=9))
    late = [trio.join(number) for number in (7, 8)]
    assert rounds.draw_due() == 0
    rounds.close_round(round=round)
    assert rounds.draw_due() == 1
    assert {each.work.enrollment for each in trio.drawn_for(late[0])} == {late[1]}
    assert ReviewRound.objects.get(number=2).closes_at > timezone.now() + timedelta(days=6)
    single = trio.join(9)
    rounds.close_round(round=ReviewRound.objects.get(number=2))
    assert rounds.draw_due() == 0
    assert trio.draw().works.get().enrollment == single


def test_volunteer_takes_a_work_that_lacks_reviews(make_class):
    of = make_class(4)
    first = of.learners[0]
    round = of.draw()
    with pytest.raises(CannotSaveError, match="Submit the reviews that you have"):
        reviewing.volunteer(lab=of.lab, learner=first)
    for review in of.drawn_for(first):
        of.submit(review)
    with pytest.raises(CannotSaveError, match="No other work lacks a review"):
        reviewing.volunteer(lab=of.lab, learner=first)
    rounds.close_round(round=round)
    known = {each.work_id for each in of.drawn_for(first)}
    review = reviewing.volunteer(lab=of.lab, learner=first)
    assert review.origin == PeerReview.Origin.VOLUNTEER
    assert review.work_id not in known
    assert review.work.enrollment != first
    of.submit(review)
    assert of.best(review.work.enrollment).rubric_waiting == 0


def test_work_reviewed_by_staff_lacks_nothing(trio):
    rounds.close_round(round=trio.draw())
    work = lacking_works(trio.lab, trio.cohort.pk)[0]
    trio.submit(reviewing.review_as_staff(work=work, by=trio.staff), by=trio.staff)
    assert work not in lacking_works(trio.lab, trio.cohort.pk)
    assert lacking_works(trio.lab, trio.cohort.pk).count() == 2
    with pytest.raises(PermissionDenied):
        reviewing.review_as_staff(work=work, by=make_staff(trio.course, work.enrollment.user))
    with pytest.raises(PermissionDenied):
        reviewing.review_as_staff(work=work, by=make_user())


def test_author_answers_and_thanks_and_the_reviewer_hears_of_each_once(trio):
    round = trio.draw()
    author = trio.learners[0]
    review = trio.of(author)[0]
    trio.submit(review)
    with pytest.raises(PermissionDenied):
        reviewing.answer_review(review=review, by=author.user, text="Why?", thanks=False)
    rounds.close_round(round=round)
    for text, thanks in (("", True), ("", True), ("Why?", False), ("Why *so*?", False)):
        reviewing.answer_review(review=review, by=author.user, text=text, thanks=thanks)
    review.refresh_from_db()
    assert "<em>so</em>" in review.answer_html
    said = [text for text in notices(review.reviewer.user) if text.startswith("The author")]
    name = trio.lab.title
    assert said == [
        f"The author of a work in “{name}” thanks you for your review.",
        f"The author of a work in “{name}” answered your review.",
    ]
    with pytest.raises(PermissionDenied):
        reviewing.answer_review(review=review, by=review.reviewer.user, text="I", thanks=False)


def test_notes_are_bounded_and_belong_to_the_reviewer(trio, monkeypatch):
    monkeypatch.setattr(reviewing, "MAX_NOTES", 1)
    trio.draw()
    review = trio.drawn_for(trio.learners[0])[0]
    by, line = trio.learners[0].user, Line("a.py", 1, [(1, "x")])
    note = reviewing.add_note(review=review, by=by, text="Why?", line=line)
    with pytest.raises(CannotSaveError, match="at most 1 notes"):
        reviewing.add_note(review=review, by=by, text="Why?", line=line)
    with pytest.raises(PermissionDenied):
        reviewing.remove_note(review=review, by=trio.learners[1].user, key=note.pk)
    assert reviewing.remove_note(review=review, by=by, key=note.pk)


def test_deadline_follows_the_rule_until_staff_set_another(trio):
    learner = trio.learners[0]
    due = dues_for(learner)[trio.lab.pk]
    lab_due = LabDeadline.objects.get().closes_at
    assert due.at == (lab_due + timedelta(days=7)).replace(hour=23, minute=59, second=0, microsecond=0)
    round = trio.draw()
    assert dues_for(learner)[trio.lab.pk].at == due.at
    later = timezone.now() + timedelta(days=30)
    rounds.move_deadline(round=round, closes_at=later)
    assert dues_for(learner)[trio.lab.pk].at == later
    with pytest.raises(CannotSaveError, match="This time is over"):
        rounds.move_deadline(round=round, closes_at=timezone.now())
