"""The order of sessions and lessons."""

import pytest
from django.urls import reverse

from lessons.models import Lesson
from tests.authoring.conftest import lesson_fields
from tests.factories import make_course, make_lab, make_lesson, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def parts(course):
    """Two sessions: a with lessons 1 and 2, b with lesson 3."""
    a, b = make_session(course, slug="a", position=1), make_session(course, slug="b", position=2)
    lessons = [make_lesson(a, slug="l1", position=1), make_lesson(a, slug="l2", position=2)]
    return a, b, *lessons, make_lesson(b, slug="l3", position=1)


def address(course) -> str:
    return reverse("teach_order", args=[course.slug])


def order(client, course, *rows):
    return client.post(address(course), {"place": places(rows)}, follow=True)


def places(rows) -> list[str]:
    return [f"{row._meta.model_name}-{row.pk}" for row in rows]


def outline(course) -> list[str]:
    return [
        f"{lesson.session.slug} {lesson.slug}" for lesson in Lesson.objects.filter(course=course).in_order()
    ]


def test_sessions_and_lessons_take_the_order_that_was_sent(staff, course, parts):
    a, b, l1, l2, l3 = parts
    order(staff, course, b, l3, l1, a, l2)
    assert outline(course) == ["b l3", "b l1", "a l2"]
    assert [session.slug for session in course.sessions.all()] == ["b", "a"]


def test_only_lessons_that_moved_get_a_version_with_its_author(staff, instructor, course, parts):
    a, b, l1, l2, l3 = parts
    order(staff, course, a, l2, l1, b, l3)
    assert [lesson.history.count() for lesson in (l1, l2, l3)] == [2, 2, 1]
    assert l1.history.first().history_user == instructor


def test_an_order_with_missing_or_duplicate_items_changes_nothing(staff, course, parts):
    a, b, l1, l2, l3 = parts
    for wrong in [(a, b, l1, l2), (a, l1, l1, l2, b, l3), (l1, a, l2, b, l3), (a, l1, l2, l3)]:
        assert "Not saved" in order(staff, course, *wrong).content.decode()
    staff.post(address(course), {"place": ["session-x", "lesson", "²"]})
    assert outline(course) == ["a l1", "a l2", "b l3"]


def test_a_session_of_another_course_cannot_be_pulled_in(staff, course, parts):
    a, b, l1, l2, l3 = parts
    foreign = make_session(make_course())
    assert "Not saved" in order(staff, course, a, l1, l2, b, l3, foreign).content.decode()


def test_a_script_hears_if_its_order_was_saved(staff, course, parts):
    a, b, l1, l2, l3 = parts
    for rows, status in [((b, l3, a, l1, l2), 204), ((a, l1, b, l2), 409)]:
        sent = staff.post(address(course), {"place": places(rows)}, headers={"X-Requested-With": "fetch"})
        assert sent.status_code == status
    assert "Not saved" in sent.content.decode()
    assert outline(course) == ["b l3", "a l1", "a l2"]


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ("up l1", ["a l1", "a l2", "b l3"]),
        ("down l1", ["a l2", "a l1", "b l3"]),
        ("down l2", ["a l1", "b l2", "b l3"]),
        ("up l3", ["a l1", "a l2", "a l3"]),
        ("down l3", ["a l1", "a l2", "b l3"]),
        ("down a", ["b l3", "a l1", "a l2"]),
        ("up a", ["a l1", "a l2", "b l3"]),
        ("up b", ["b l3", "a l1", "a l2"]),
    ],
)
def test_a_button_moves_one_place_without_javascript(staff, course, parts, button, expected):
    step, slug = button.split()
    [row] = places([row for row in parts if row.slug == slug])
    answer = staff.post(address(course), {"place": places(parts_in_order(parts)), "move": f"{step} {row}"})
    assert answer.url == f"/teach/mine/#{row}"
    assert outline(course) == expected


def parts_in_order(parts):
    a, b, l1, l2, l3 = parts
    return a, l1, l2, b, l3


def test_a_lesson_moves_to_the_end_of_any_session(staff, course, parts):
    _, b, l1, *_ = parts
    [lesson, session] = places([l1, b])
    answer = staff.post(address(course), {"lesson": lesson, "into": session, "back": "home"})
    assert answer.url == f"/staff/#{lesson}"
    assert outline(course) == ["a l2", "b l3", "b l1"]
    for wrong in [{"lesson": "lesson-0", "into": session}, {"lesson": lesson, "into": "session-0"}]:
        assert "Not saved" in staff.post(address(course), wrong, follow=True).content.decode()


def test_a_session_is_added_by_its_title(staff, course, parts):
    added = reverse("teach_sessions", args=["mine"])
    for title in ("Containers", " Containers  again"):
        staff.post(added, {"title": title})
    for title in ("", "x" * 201, "a\0b"):
        assert "Enter a title" in staff.post(added, {"title": title}, follow=True).content.decode()
    titles = [(session.slug, session.title, session.position) for session in course.sessions.all()[2:]]
    assert titles == [("containers", "Containers", 3), ("containers-again", "Containers again", 4)]


def test_a_new_lesson_comes_last_in_its_session(staff, course, parts):
    a, _, l1, *_ = parts
    fields = lesson_fields(l1, course=course.pk, session=a.pk, slug="new", title="New", source="x")
    assert staff.post(reverse("admin:lessons_lesson_add"), fields).status_code == 302
    assert outline(course) == ["a l1", "a l2", "a new", "b l3"]


def test_a_new_session_comes_last(staff, course, parts):
    fields = {"course": course.pk, "slug": "c", "title": "C", "summary": "", "prepare": "[]"}
    assert staff.post(reverse("admin:lessons_session_add"), fields).status_code == 302
    assert [session.slug for session in course.sessions.all()] == ["a", "b", "c"]


def test_labs_take_the_order_that_was_sent_or_move_one_step(staff, course, instructor):
    one, two, three = (make_lab(course, slug, position=0) for slug in ("one", "two", "three"))
    foreign = make_lab(make_course())
    address = reverse("teach_labs", args=["mine"])
    staff.post(address, {"place": places([two, one, three])})
    assert [lab.slug for lab in course.labs.all()] == ["two", "one", "three"]
    answer = staff.post(address, {"place": places([two, one, three]), "move": f"up lab-{three.pk}"})
    assert answer.url == f"/teach/mine/#lab-{three.pk}"
    assert [lab.slug for lab in course.labs.all()] == ["two", "three", "one"]
    assert three.history.first().history_user == instructor
    staff.post(address, {"place": places([two, three, one]), "move": f"up lab-{two.pk}"})
    for wrong in ([two, one], [two, two, one], [two, three, one, foreign]):
        assert "Not saved" in staff.post(address, {"place": places(wrong)}, follow=True).content.decode()
    assert [lab.slug for lab in course.labs.all()] == ["two", "three", "one"]
