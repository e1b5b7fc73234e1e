"""Answers to each role for a lesson, its quiz and its lab, one second before it opens and at the moment it does."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import reverse

from labs.models import Lab
from labs.queries import get_open_lab, get_published_lab, open_labs
from labs.tokens import new_token
from lessons import attempt_actions, lesson_queries, quiz_queries
from lessons.models import Lesson, Meeting, Quiz, Reading
from lessons.queries import get_course, readable_lessons
from lessons.release import NotOpenYetError
from portal.progress.queries import course_outline, course_standing
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_lesson,
    make_quiz,
    make_session,
    make_staff,
    make_user,
)

pytestmark = pytest.mark.django_db

MEETS = datetime(2026, 11, 28, 15, 0, tzinfo=UTC)  # of cohort A, for three hours; B meets a week later
ENDS = MEETS + timedelta(hours=3)
SECOND = timedelta(seconds=1)
OPEN, LATER, MISSING = "open", "later", "missing"


@pytest.fixture
def place():
    """A course of two cohorts, with a lesson of each kind of release, each with a quiz and a lab."""
    course = make_course(time_zone="Asia/Kolkata")
    session = make_session(course, title="Merging")
    cohorts = {name: make_cohort(course, title=name) for name in "AB"}
    for cohort, begins in zip(cohorts.values(), (MEETS, MEETS + timedelta(weeks=1)), strict=True):
        Meeting.objects.create(cohort=cohort, session=session, starts_at=begins, minutes=180)
    lesson = make_lesson(session, "merging", title="How to merge", lab_slugs=["merge"])
    quiz = make_quiz(lesson=lesson)
    lab = make_lab(course, "merge", title="Merge two branches")
    people = {
        "A": make_enrollment(cohort=cohorts["A"]).user,
        "B": make_enrollment(cohort=cohorts["B"]).user,
        "undated": make_enrollment(cohort=make_cohort(course, title="C")).user,
        "left": make_enrollment(cohort=cohorts["A"], is_active=False).user,
        "outsider": make_enrollment().user,
        "staff": make_staff(course),
        "other staff": make_staff(make_course()),
        "superuser": make_user(is_superuser=True),
        "visitor": AnonymousUser(),
    }
    return course, session, lesson, quiz, lab, people


def set_rule(lesson, rule):
    """Give the lesson or its session a rule such as `session end`, or schedule it for MEETS."""
    where, _, when = rule.partition(" ")
    if where == "session":
        lesson.session.release = when
        lesson.session.save()
    elif where == "lesson":
        Lesson.objects.filter(pk=lesson.pk).update(release=when)
        lesson.session.release = "now" if when == "end" else "end"
        lesson.session.save()
    elif where == "scheduled":
        Lesson.objects.filter(pk=lesson.pk).update(status="scheduled", publish_at=MEETS)
    else:
        Lesson.objects.filter(pk=lesson.pk).update(status=where)


def answer(ask, *arguments):
    try:
        ask(*arguments)
    except NotOpenYetError:
        return LATER
    except (Http404, PermissionDenied):
        return MISSING
    return OPEN


ALL = ("A", "B", "undated", "left", "outsider", "staff", "other staff", "superuser", "visitor")
AWAY = dict.fromkeys(("left", "outsider", "other staff", "visitor"), MISSING)
TAUGHT = dict.fromkeys(("staff", "superuser"), OPEN)
# rule -> time -> those learners who get it; the others get "later", or "missing" for a draft
CASES = {
    "session start": {MEETS - SECOND: "", MEETS: "A", MEETS + timedelta(weeks=1): "AB"},
    "session end": {MEETS: "", ENDS - SECOND: "", ENDS: "A", ENDS + timedelta(weeks=1): "AB"},
    "lesson start": {MEETS - SECOND: "", MEETS: "A"},
    "lesson end": {ENDS - SECOND: "", ENDS: "A"},
    "scheduled": {MEETS - SECOND: "", MEETS: ("A", "B", "undated")},
    "published": {MEETS - timedelta(days=999): ("A", "B", "undated")},
    "draft": {MEETS: ""},
}


@pytest.mark.daily(5)
@pytest.mark.parametrize(("rule", "when"), [(rule, when) for rule, times in CASES.items() for when in times])
def test_each_role_gets_the_lesson_quiz_and_lab_in_time(place, rule, when):
    course, _, lesson, quiz, _, people = place
    set_rule(lesson, rule)
    closed = MISSING if rule == "draft" else LATER
    learners = {who: OPEN if who in CASES[rule][when] else closed for who in ("A", "B", "undated")}
    expected = {**learners, **AWAY, **TAUGHT}
    # The lab of a draft is in no lesson, so it opens by its own status.
    of_lab = {**expected, **dict.fromkeys(("A", "B", "undated"), OPEN)} if rule == "draft" else expected
    with time_machine.travel(when, tick=False):
        for get, slug, wanted in (
            (lesson_queries.get_lesson, lesson.slug, expected),
            (quiz_queries.get_quiz, quiz.slug, expected),
            (get_open_lab, "merge", of_lab),
        ):
            got = {who: answer(get, people[who], course.slug, slug) for who in ALL}
            assert got == wanted, get
        for rows, wanted in (
            (readable_lessons, expected),
            (quiz_queries.open_quizzes, expected),
            (open_labs, of_lab),
        ):
            found = {who: rows(people[who]).filter(course=course).exists() for who in ALL}
            assert found == {who: wanted[who] == OPEN for who in ALL}, rows
        found = {who: bool(_cached(people[who], lesson)) for who in ALL if who != "visitor"}
        in_cache = {who: learners.get(who) == OPEN for who in found}
        assert found == in_cache
        seen = OPEN if OPEN in of_lab.values() and any(of_lab[who] == OPEN for who in "AB") else MISSING
        assert answer(get_published_lab, course.slug, "merge") == seen


def _cached(user, lesson):
    return lesson_queries.learner_lesson(user, lesson.course.slug, lesson.slug)


def test_a_public_lesson_waits_for_its_time_but_for_no_meeting(place):
    course, _session, lesson, _, _, people = place
    Lesson.objects.update(public=True)
    set_rule(lesson, "session end")
    with time_machine.travel(MEETS - SECOND, tick=False):
        assert {answer(lesson_queries.get_lesson, people[who], course.slug, "merging") for who in ALL} == {
            OPEN
        }
    set_rule(lesson, "scheduled")
    with time_machine.travel(MEETS - SECOND, tick=False):
        got = {who: answer(lesson_queries.get_lesson, people[who], course.slug, "merging") for who in ALL}
        assert got == {**dict.fromkeys(("A", "B", "undated"), LATER), **AWAY, **TAUGHT}
    with time_machine.travel(MEETS, tick=False):
        assert answer(lesson_queries.get_lesson, people["visitor"], course.slug, "merging") == OPEN


@pytest.mark.parametrize("model", [Quiz, Lab])
def test_a_scheduled_quiz_or_lab_opens_after_its_lesson(place, model):
    course, _, lesson, quiz, _, people = place
    set_rule(lesson, "session start")
    model.objects.update(status="scheduled", publish_at=ENDS)
    get, slug = (quiz_queries.get_quiz, quiz.slug) if model is Quiz else (get_open_lab, "merge")
    for when, a, b in ((MEETS, LATER, LATER), (ENDS - SECOND, LATER, LATER), (ENDS, OPEN, LATER)):
        with time_machine.travel(when, tick=False):
            assert [answer(get, people[who], course.slug, slug) for who in "AB"] == [a, b]
    model.objects.update(status="draft", publish_at=None)
    assert answer(get, people["A"], course.slug, slug) == MISSING


def test_a_lab_opens_with_the_first_lesson_that_names_it(place):
    course, session, lesson, _, _, people = place
    set_rule(lesson, "session end")
    make_lesson(session, release="start", lab_slugs=["other", "merge"])
    make_lesson(session, release="now", lab_slugs=["merge-2", "x-merge"])
    with time_machine.travel(MEETS, tick=False):
        assert [answer(get_open_lab, people[who], course.slug, "merge") for who in "AB"] == [OPEN, LATER]


def test_no_answer_is_saved_before_the_quiz_opens_again(place):
    course, _, lesson, quiz, _, people = place
    attempt = attempt_actions.start_attempt(enrollment=people["A"].enrollments.get(), quiz=quiz)
    set_rule(lesson, "session end")
    asked = (people["A"], course.slug, quiz.slug, attempt.number)
    for when, expected in ((ENDS - SECOND, {MISSING, LATER}), (ENDS, {OPEN})):
        with time_machine.travel(when, tick=False):
            got = [answer(get, *asked) for get in (quiz_queries.get_answer_target, quiz_queries.get_attempt)]
            assert set(got) == expected


# --- pages -----------------------------------------------------------------------------------------------------------


def text_of(response) -> str:
    page = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub("<[^>]*>", " ", page).split())


def sign_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_direct_address_says_when_it_opens(place):
    course, _, lesson, quiz, lab, people = place
    set_rule(lesson, "session end")
    with time_machine.travel(MEETS, tick=False):
        client = sign_in(people["A"])
        for item, title in ((lesson, "How to merge"), (quiz, "Quiz: What"), (lab, "Lab: Merge two branches")):
            response = client.get(item.get_absolute_url())
            assert response.status_code == 403
            assert title in text_of(response)
            assert "Saturday 28 November, 23:30 IST" in text_of(response)
        undated = sign_in(people["undated"]).get(lesson.get_absolute_url())
        assert "which has no date yet" in text_of(undated)
        for name in ("lesson_read", "lesson_place", "lesson_tick"):
            assert client.post(reverse(name, args=[course.slug, lesson.slug])).status_code == 403
        assert not Reading.objects.exists()
        assert sign_in(people["left"]).get(lesson.get_absolute_url()).status_code == 404
        assert Client().get(lesson.get_absolute_url()).status_code == 302


def test_a_push_and_a_local_report_are_told_when_the_lab_opens(place):
    course, _, lesson, _, lab, people = place
    set_rule(lesson, "session end")
    token = b64encode(f"learner:{new_token(user=people['A'])}".encode()).decode()
    headers = {"HTTP_AUTHORIZATION": f"Basic {token}"}
    refs = reverse("practice_refs", args=[course.slug, lab.slug])
    report = reverse("lab_report", args=[course.slug, lab.slug])
    with time_machine.travel(ENDS - SECOND, tick=False):
        answers = [
            Client().get(f"{refs}?service=git-receive-pack", **headers),
            Client().post(report, "{}", content_type="application/json", **headers),
        ]
    for answer in answers:
        assert answer.status_code == 403
        assert answer.content.decode() == "Lab: Merge two branches opens Sat 28 Nov, 23:30 IST.\n"


def test_the_outline_titles_what_opens_later_without_a_link(place):
    course, _session, lesson, quiz, lab, people = place
    set_rule(lesson, "session end")
    first = make_lesson(make_session(course, position=0), title="Read at once")
    with time_machine.travel(ENDS - SECOND, tick=False):
        page = sign_in(people["A"]).get(course.get_absolute_url()).content.decode()
        assert "How to merge" in page
        assert "Opens Sat 28 Nov, 23:30 IST" in page
        for item in (lesson, quiz, lab):
            assert f'href="{item.get_absolute_url()}"' not in page
        assert f"Continue: {first.title}" in page
        assert "With the meeting" not in page
        sidebar = sign_in(people["A"]).get(first.get_absolute_url()).content.decode()
        assert "Next: How to merge" not in sidebar
        assert "continue to How to merge" not in sidebar
    with time_machine.travel(ENDS, tick=False):
        page = sign_in(people["A"]).get(course.get_absolute_url()).content.decode()
        assert all(f'href="{item.get_absolute_url()}"' in page for item in (lesson, quiz, lab))
        assert "Opens Sat 28 Nov" not in page
        staff = sign_in(people["staff"]).get(course.get_absolute_url()).content.decode()
        assert "After the meeting" in staff


def test_progress_asks_for_nothing_that_opens_later(place):
    course, _, lesson, quiz, lab, people = place
    set_rule(lesson, "session end")
    first = make_quiz(lesson=make_lesson(make_session(course, position=0), title="Read at once"))
    with time_machine.travel(ENDS - SECOND, tick=False):
        client = sign_in(people["A"])
        home, progress = client.get("/").content.decode(), client.get(reverse("progress", args=[course.slug]))
        for item in (lesson, quiz, lab):
            assert item.get_absolute_url() not in home
        assert first.get_absolute_url() in home
        # What opens later has its part of the 100 from the start.
        assert "0 of 100 points. You need 70." in text_of(progress)
        assert "Opens later" in text_of(progress)
        reader = get_course(people["A"], course.slug)
        parts = [
            [part.score for part in found(reader).sessions] for found in (course_outline, course_standing)
        ]
        assert parts[0] == parts[1]
        assert sum(part.out_of for part in parts[0]) == 100
    with time_machine.travel(ENDS, tick=False):
        page = text_of(sign_in(people["A"]).get(reverse("progress", args=[course.slug])))
        assert "Opens later" not in page


# --- cached pages ----------------------------------------------------------------------------------------------------


def test_a_cached_page_of_a_visitor_changes_when_the_time_comes(place):
    course, _, lesson, _, _, _ = place
    first = make_lesson(make_session(course, position=0), public=True)
    Lesson.objects.filter(pk=lesson.pk).update(public=True)
    set_rule(lesson, "scheduled")
    pages = {}
    for when in (MEETS - 2 * SECOND, MEETS - SECOND, MEETS):
        with time_machine.travel(when, tick=False):
            pages[when] = Client().get(first.get_absolute_url()).content.decode()
    assert "Next: How to merge" not in pages[MEETS - SECOND]
    assert "Next: How to merge" in pages[MEETS]


def test_a_cached_page_of_a_learner_is_of_the_cohort_and_changes_when_the_time_comes(
    place, django_assert_num_queries
):
    course, _, lesson, _quiz, _lab, people = place
    first = make_lesson(make_session(course, position=0), lab_slugs=["late"])
    make_quiz(lesson=first)
    Quiz.objects.filter(lesson=first).update(status="scheduled", publish_at=MEETS + SECOND)
    make_lab(course, "late", title="Late lab", status="scheduled", publish_at=MEETS + 2 * SECOND)
    set_rule(lesson, "session start")
    clients = {who: sign_in(people[who]) for who in "AB"}
    on_page = ("continue to How to merge", f'href="{first.quiz.get_absolute_url()}"', "labs/late/")
    for seconds, a, b in ((-1, (0, 0, 0), (0, 0, 0)), (0, (1, 0, 0), (0, 0, 0)), (2, (1, 1, 1), (0, 1, 1))):
        with time_machine.travel(MEETS + seconds * SECOND, tick=False):
            for who, expected in (("A", a), ("B", b)):
                page = clients[who].get(first.get_absolute_url()).content.decode()
                assert tuple(int(each in page) for each in on_page) == expected, (seconds, who)
                with django_assert_num_queries(3):
                    assert clients[who].get(first.get_absolute_url()).content.decode().count("<html") == 1
