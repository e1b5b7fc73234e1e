"""The score that staff gave on the learner's pages, and pseudonyms on the pages where staff mark."""

from decimal import Decimal

import pytest
from django.urls import reverse

from lessons.models import Course
from lessons.pseudonyms import pseudonym_of
from portal.progress.gradebook.by_hand import given_scores
from portal.progress.gradebook.cells import get_item
from portal.progress.models import ExternalMark, Override
from tests.factories import make_lab
from tests.gradebook.conftest import grade_lab, make_book, take_quiz
from tests.gradebook.test_gradebook_page import sign_in
from tests.gradebook.test_overrides import WHY, change

pytestmark = pytest.mark.django_db


def pages_of(book, learner) -> dict[str, str]:
    submission = grade_lab(book, learner, 45)
    attempt = take_quiz(book, learner, 0)
    course = book.course.slug
    return {
        "lab": reverse("lab", args=[course, book.lab.slug]),
        "submission": submission.get_absolute_url(),
        "review": reverse("attempt_review", args=[course, book.quiz.slug, attempt.number]),
        "progress": reverse("progress", args=[course]),
    }


def test_learner_reads_score_reason_and_graded_score_on_each_page(book):
    learner = book.learners[0]
    pages = pages_of(book, learner)
    change(book, 70)
    change(book, "0.5", item=book.quiz_item, reason="Half right")
    mark = {
        "origin": "csv",
        "origin_key": "viva",
        "title": "Viva",
        "out_of": Decimal(20),
        "points": Decimal(12),
    }
    ExternalMark.objects.create(enrollment=learner, **mark)
    client = sign_in(learner.user)
    texts = {name: client.get(page).content.decode() for name, page in pages.items()}
    for name in ("lab", "submission"):
        assert "Your score is 70 of 100, changed by hand." in texts[name]
        assert "Graded: 45 of 100. Instructor A" in texts[name] and WHY in texts[name]
    assert "Your score is 0.5 of 1, changed by hand." in texts["review"] and "Half right" in texts["review"]
    assert "70 of 100" in texts["progress"] and WHY in texts["progress"]
    assert "Viva" in texts["progress"] and "12 of 20" in texts["progress"]


def test_queries_do_not_depend_on_the_number_of_scores_by_hand(book, django_assert_num_queries):
    learner, slugs = book.learners[0], ["second-lab", "third-lab"]
    change(book, 70)
    for slug in slugs:
        change(book, 70, item=get_item(book.course, f"lab:{make_lab(book.course, slug=slug).pk}"))
    with django_assert_num_queries(4):
        assert len(given_scores(learner)["given"]) == 3
    Override.objects.exclude(lab=book.lab).delete()
    with django_assert_num_queries(4):
        assert len(given_scores(learner)["given"]) == 1


def test_learner_reads_nothing_of_a_score_that_is_held():
    book = make_book(holds_scores=True)
    pages = pages_of(book, book.learners[0])
    change(book, 70)
    client = sign_in(book.learners[0].user)
    for page in pages.values():
        text = client.get(page).content.decode()
        assert "changed by" not in text and WHY not in text


def test_staff_who_mark_see_pseudonyms_if_the_course_says_so(book):
    learner = book.learners[0]
    pages = pages_of(book, learner)
    course = book.course.slug
    for_staff = [
        pages["submission"],
        reverse("submission_mark", args=[pages["submission"].split("/")[2]]),
        reverse("attempt_of", args=[course, book.quiz.slug, 1, learner.pk]),
    ]
    client = sign_in(book.staff)
    for is_blind in (False, True):
        Course.objects.filter(pk=book.course.pk).update(marks_blindly=is_blind)
        for page in for_staff:
            text, pseudonym = client.get(page).content.decode(), pseudonym_of(learner.pk)
            named = text.replace(pseudonym, "")  # it may begin as the name does
            assert ("Learner A" in named or learner.user.email in named) is not is_blind, page
            assert (pseudonym in text) is is_blind, page
