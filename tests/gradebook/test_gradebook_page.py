"""The gradebook page: what is in it, its order and filters, its marks, and the number of queries."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lessons.models import CourseStaff
from lessons.pseudonyms import pseudonym_of
from portal.progress.models import ExternalMark, Override
from portal.progress.score_queries import score_enrollments
from tests.factories import make_cohort, make_enrollment, make_lab, make_lesson, make_quiz, make_user
from tests.gradebook.conftest import grade_lab, make_book, seen, take_quiz
from tests.gradebook.test_overrides import change

pytestmark = pytest.mark.django_db


def sign_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(book, query: str = "") -> str:
    return reverse("gradebook", args=[book.course.slug, book.cohort.slug]) + query


def read(book, query: str = "", user=None) -> str:
    response = sign_in(user or book.staff).get(address(book, query))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    return response.content.decode()


def names(text: str) -> list[str]:
    return re.findall(r'<th scope="row"><a class="plain"[^>]*>([^<]*)</a>', text)


def test_page_shows_scores_of_100_with_their_weights_and_marks(book):
    first, second = book.learners
    late = {"due_at": timezone.now() - timedelta(hours=30)}
    grade_lab(book, first, 45)
    grade_lab(book, second, 80, **late)
    take_quiz(book, second, 1)
    change(book, 40)
    ExternalMark.objects.create(
        enrollment=second,
        origin="csv",
        origin_key="viva",
        title="Viva",
        points=Decimal(9),
        out_of=Decimal(20),
    )
    text = read(book)
    assert names(text) == ["Learner A", "Learner B"]
    weights = re.findall(r'</abbr></a><small class="quiet">([^<]*)</small>', text)
    assert weights == ["30", "70", "–"]
    cells = re.findall(r'aria-label="([^"]*)"', text)
    assert "Learner A, Your first repository: 28 of 70, below half, changed by hand" in cells
    assert "Learner B, Your first repository: 56 of 70, 2 days late" in cells
    assert "Learner B, What was said: 30 of 30" in cells
    assert '<td class="num low"><span>9 of 20</span></td>' in text
    assert 'Mean</th><td class="num">57</td><td class="num">30</td><td class="num">42</td>' in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?sort=-name", ["Learner B", "Learner A"]),
        ("?sort=total", ["Learner B", "Learner A"]),
        ("?sort=-total", ["Learner A", "Learner B"]),
        ("?find=learner+b", ["Learner B"]),
        ("?show=below", ["Learner A", "Learner B"]),
        ("?show=changed", ["Learner A"]),
        ("?show=late", ["Learner B"]),
        ("?show=nonsense&items=x&page=999&cell=9-lab:1", ["Learner A", "Learner B"]),
    ],
)
def test_page_sorts_and_filters(book, query, expected):
    grade_lab(book, book.learners[0], 45)
    grade_lab(book, book.learners[1], 80, due_at=timezone.now() - timedelta(hours=1))
    change(book, 40)
    assert names(read(book, query)) == expected


def test_page_sorts_by_an_item_and_hides_the_others(book):
    grade_lab(book, book.learners[1], 80)
    text = read(book, f"?sort={book.lab_item.key}&items=lab")
    assert names(text) == ["Learner B", "Learner A"]
    assert 'aria-sort="descending"' in text
    assert "What was said" not in text


def test_override_counts_in_the_total_that_the_learner_sees_once_released():
    book = make_book(holds_scores=True)
    learner = book.learners[0]
    grade_lab(book, learner, 50)
    change(book, 100)
    assert score_enrollments(book.course, [learner])[learner.pk].points == 35
    assert score_enrollments(book.course, [learner], with_held=True)[learner.pk].points == 70
    client = sign_in(book.staff)
    client.post(reverse("gradebook_release", args=[book.course.slug, book.cohort.slug]))
    assert score_enrollments(book.course, [learner])[learner.pk].points == 70


def test_form_saves_and_leads_back_to_the_cell(book):
    learner = book.learners[0]
    text = read(book, f"?cell={learner.pk}-{book.lab_item.key}")
    assert "Learner A, Your first repository: no score" in text
    action = reverse(
        "gradebook_score", args=[book.course.slug, book.cohort.slug, learner.pk, book.lab_item.key]
    )
    assert f'action="{action}"' in text
    back = f"{address(book)}?sort=total#cell-{learner.pk}-{book.lab_item.key}"
    form = {"points": "70,5", "reason": "Seen in class", "seen": seen(learner, book.lab_item), "back": back}
    response = sign_in(book.staff).post(action, form)
    assert (response.status_code, response["Location"]) == (302, back)
    assert Override.objects.get().points == Decimal("70.5")
    refused = sign_in(book.other).post(action, form | {"points": "80"})
    assert refused.status_code == 409
    text = refused.content.decode()
    assert "changed by Instructor A at" in text and ": no score to 70.5." in text
    assert 'value="80"' in text and "Seen in class" in text
    refused = sign_in(book.other).post(
        action, form | {"points": "many", "seen": seen(learner, book.lab_item)}
    )
    assert refused.status_code == 422 and "Type points from 0 to 100" in refused.content.decode()


@pytest.mark.parametrize("back", ["//evil.example.org", "https://evil.example.org", "/\\evil.example.org"])
def test_form_leads_to_no_other_site(book, back):
    learner = book.learners[0]
    args = [book.course.slug, book.cohort.slug, learner.pk, book.lab_item.key]
    form = {"points": "70", "reason": "x", "seen": seen(learner, book.lab_item), "back": back}
    response = sign_in(book.staff).post(reverse("gradebook_score", args=args), form)
    assert response["Location"] == address(book)


def test_assistants_see_pseudonyms_in_an_order_that_says_nothing_if_the_course_says_so():
    book = make_book(marks_blindly=True)
    CourseStaff.objects.filter(user=book.other).update(role=CourseStaff.Role.ASSISTANT)
    first, second = book.learners
    text = read(book, user=book.other)
    assert names(text) == sorted([pseudonym_of(first.pk), pseudonym_of(second.pk)])
    page = (
        sign_in(book.other)
        .get(reverse("gradebook_learner", args=[book.course.slug, book.cohort.slug, first.pk]))
        .content.decode()
    )
    for shown in (text, page):
        assert first.user.email not in shown and second.user.email not in shown
        assert not re.search(r"Learner [AB]\b", shown)  # a pseudonym may begin as a name does
    assert names(read(book, f"?find={first.user.email}", user=book.other)) == []
    assert names(read(book)) == ["Learner A", "Learner B"]


@pytest.mark.parametrize("page", ["gradebook", "gradebook_learner"])
def test_queries_do_not_depend_on_learners_and_items(page):
    counts = []
    for number in (1, 12):
        book = make_book()
        for _ in range(number - 1):
            make_quiz(lesson=make_lesson(book.quiz.lesson.session))
            make_lab(book.course, slug=f"lab-{_}-{book.course.pk}")
            make_enrollment(make_user(), book.cohort)
        for learner in book.learners:
            grade_lab(book, learner, 45)
            take_quiz(book, learner, 1)
        change(book, 70)
        args = [book.course.slug, book.cohort.slug]
        args += [book.learners[0].pk] if page == "gradebook_learner" else []
        client = sign_in(book.staff)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(page, args=args)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] == {"gradebook": 22, "gradebook_learner": 48}[page]


def test_staff_of_another_cohort_find_no_gradebook(book):
    elsewhere = make_cohort(book.course)
    CourseStaff.objects.filter(user=book.other).update(cohort=elsewhere)
    client = sign_in(book.other)
    learner = book.learners[0].pk
    for name, args in (("gradebook", []), ("gradebook_learner", [learner]), ("gradebook_changes", [])):
        assert client.get(reverse(name, args=[book.course.slug, book.cohort.slug, *args])).status_code == 404
    found = client.get(reverse("gradebook_of_course", args=[book.course.slug]))
    assert found["Location"] == reverse("gradebook", args=[book.course.slug, elsewhere.slug])
