"""The staff's start page: own courses, their outlines, and what is missing before the next meeting."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lessons import tasks
from lessons.models import CourseStaff, Lesson, Meeting, Quiz, QuizVersion
from lessons.staffing import invitation_address
from portal.progress.teaching import queries, views
from portal.progress.teaching.missing import find_missing
from tests.authoring.conftest import make_instructor
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_lesson,
    make_quiz,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return make_course("mine", title="Mine")


@pytest.fixture
def staff(client, course):
    client.force_login(make_instructor(course))
    return client


def meet(course, session=None, *, days=2, **fields):
    cohort = make_cohort(course, title="Autumn")
    when = timezone.now() + timedelta(days=days)
    return Meeting.objects.create(
        cohort=cohort, session=session or make_session(course, title="Branches"), starts_at=when, **fields
    )


def test_row_of_a_quiz_leads_to_its_analysis_and_to_the_live_quiz(staff, course):
    quiz = make_quiz(lesson=make_lesson(make_session(course)))
    page = staff.get("/staff/").content.decode()
    for name in ("live_setup", "item_analysis"):
        assert f'href="{reverse(name, args=[course.slug, quiz.slug])}"' in page


def missing(course) -> list[tuple[str, str]]:
    [course] = queries.taught_courses(make_user(is_superuser=True)).filter(pk=course.pk)
    [facts] = queries.facts_of([course], now=timezone.now())
    return [(each.text, each.mend) for each in find_missing(facts)]


def texts(course) -> list[str]:
    return [text for text, _ in missing(course)]


def page(client, address="/staff/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_instructor_sees_their_own_courses_only(staff, course):
    make_course(title="Somebody else’s")
    text = page(staff)
    assert "Mine" in text
    assert "Somebody else’s" not in text
    assert "/staff/accounts/user/" not in text


def test_an_administrator_sees_all_courses_up_to_a_limit(client, course):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    others = [make_course(title=f"Course {number:02}") for number in range(queries.MAX_COURSES)]
    text = page(client)
    assert others[0].title in text
    assert text.count('class="card pad0 course"') == queries.MAX_COURSES
    assert "All courses" in text


def test_somebody_without_a_course_is_offered_to_create_one(client):
    client.force_login(make_instructor(make_course()))
    CourseStaff.objects.all().delete()
    assert "Create your first course" in page(client)


def test_who_teaches_is_for_instructors_of_the_course(client, course, staff):
    assert "Who teaches" in page(staff)
    CourseStaff.objects.update(role=CourseStaff.Role.ASSISTANT)
    assert "Who teaches" not in page(staff)


def test_a_new_course_says_what_to_do_next(course):
    assert missing(course) == [
        ("Add a session", f"/staff/lessons/session/add/?course={course.pk}"),
        ("Add a cohort", f"/staff/lessons/cohort/add/?course={course.pk}"),
    ]
    session = make_session(course)
    assert missing(course)[0] == (
        "Add a lesson",
        f"/staff/lessons/lesson/add/?course={course.pk}&session={session.pk}",
    )
    make_cohort(course, title="Autumn")
    assert texts(course)[1:] == ["Autumn has no meetings", "Nobody has joined Autumn"]


def test_a_quiz_that_a_worker_proves_is_listed_until_it_is_proved(course):
    quiz = make_quiz(lesson=make_lesson(meet(course).session, title="Programs"))
    version = QuizVersion.objects.create(
        quiz=quiz, digest="d", question_count=1, max_points=1, pass_mark=70, attempts_allowed=0, proved=False
    )
    Quiz.objects.filter(pk=quiz.pk).update(unproved=version)
    assert "The quiz of Programs is being proved" in texts(course)
    QuizVersion.objects.filter(pk=version.pk).update(proof={"problems": [[9, "No."]], "warnings": []})
    assert "The quiz of Programs is not proved" in texts(course)


def test_errors_of_lessons_from_before_they_were_counted_are_counted_by_a_worker(course):
    session = meet(course).session
    make_lesson(session, title="Merging", status="draft", source="![](/media/images/none.png)")
    make_lesson(session, title="Tags", status="draft", source="## Tags\n\nText.\n")
    Lesson.objects.update(gate_errors=None)
    assert texts(course)[:2] == ["Merging is a draft", "Tags is a draft"]
    tasks.begin()
    assert texts(course)[:2] == ["Merging has errors", "Tags is a draft"]


def test_what_is_missing_before_the_next_meeting_leads_to_where_it_is_mended(course):
    meeting = meet(course)
    session, cohort = meeting.session, meeting.cohort
    draft = make_lesson(session, title="Merging", status="draft")
    broken = make_lesson(session, title="Rebasing", status="draft", gate_errors=2)
    bare = make_lesson(session, title="Tags", lab_slugs=["one", "two", "three"])
    make_quiz(lesson=draft)
    quiz = make_quiz(lesson=broken)
    Quiz.objects.filter(pk=quiz.pk).update(status="draft")
    unproved = make_lab(course, "one", title="One")
    unproved.versions.update(proved=False, proof={"scenarios": []})
    waiting = make_lab(course, "two", title="Two")
    waiting.versions.update(proved=False, proof=None)
    kept_back = make_lab(course, "three", title="Three", status="draft")
    edit = "/staff/{}/{}/change/"
    assert missing(course) == [
        ("Merging is a draft", edit.format("lessons/lesson", draft.pk)),
        ("Rebasing has errors", edit.format("lessons/lesson", broken.pk)),
        ("The quiz of Rebasing is a draft", edit.format("lessons/quiz", quiz.pk)),
        ("Tags has no quiz", f"/staff/lessons/quiz/add/?course={course.pk}&lesson={bare.pk}"),
        ("Lab: One is not proved", edit.format("labs/lab", unproved.pk)),
        ("Lab: Two is being proved", edit.format("labs/lab", waiting.pk)),
        ("Lab: Three is a draft", edit.format("labs/lab", kept_back.pk)),
        (
            "The next meeting of Autumn has no link to join",
            edit.format("lessons/cohort", cohort.pk) + "#meetings-group",
        ),
        ("Nobody has joined Autumn", f"/teach/mine/#cohort-{cohort.pk}"),
    ]


def test_nothing_is_missing_once_all_is_there(staff, course):
    meeting = meet(course, join_url="https://meet.example")
    lesson = make_lesson(meeting.session, lab_slugs=["one"])
    make_quiz(lesson=lesson)
    make_lab(course, "one")
    make_enrollment(cohort=meeting.cohort)
    assert texts(course) == []
    assert "Ready for" in page(staff)
    Lesson.objects.update(lab_slugs=[])
    assert missing(course)[0][0] == "Branches has no lab"
    assert missing(course)[1] == (
        "Lab: Your first repository is in no lesson",
        f"/staff/lessons/lesson/{lesson.pk}/change/",
    )
    Meeting.objects.update(session=make_session(course, title="Tags"))
    assert "Tags has no lesson" in texts(course)


def test_a_closed_cohort_and_one_that_is_over(course):
    over = meet(course, days=-3).cohort
    assert not [text for text in texts(course) if over.title in text]
    closed = make_cohort(course, title="Spring", open=False)
    assert "Spring is closed to learners" in texts(course)
    Meeting.objects.filter(cohort=over).delete()
    closed.delete()
    assert "Autumn has no meetings" in texts(course)


def test_a_meeting_that_has_begun_is_the_next_one_until_it_ends(course):
    meeting = meet(course, days=0)
    Meeting.objects.update(starts_at=timezone.now() - timedelta(hours=1))
    assert "Branches has no lesson" in texts(course)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=timezone.now() - timedelta(hours=4))
    assert "Branches has no lesson" not in texts(course)


def test_the_outline_shows_states_and_offers_to_add(staff, course):
    session = make_session(course, title="Branches")
    lesson = make_lesson(session, title="Merging", status="draft", lab_slugs=["one"])
    make_lab(course, "one", title="Named")
    make_lab(course, "two", title="Loose")
    cohort = make_cohort(course, title="Autumn")
    for text in (page(staff), page(staff, "/teach/mine/")):
        for words in ("Branches", "Merging", "Draft", "Named", "Labs that no lesson names", "Loose"):
            assert words in text
        given = f"course={course.pk}&amp;"
        assert f"/staff/lessons/lesson/add/?{given}session={session.pk}" in text
        assert f"/staff/lessons/quiz/add/?{given}lesson={lesson.pk}" in text
        assert f"/staff/labs/lab/add/?{given}lesson={lesson.pk}" in text
        assert invitation_address(cohort) in text


def test_what_opens_later_says_when(staff, course):
    session = make_session(course, title="Branches", release="end")
    opens = datetime(2031, 1, 9, 15, tzinfo=UTC)
    make_lesson(session, title="Later", status="scheduled", publish_at=opens)
    text = page(staff)
    assert "Lessons open when the cohort’s meeting ends" in text
    assert "opens Thu 9 Jan, 20:30 IST" in text


def test_a_big_course_has_a_summary_on_the_start_page_and_an_outline_of_its_own(staff, course):
    meeting = meet(course)
    make_lesson(meeting.session, title="Met next")
    far = make_session(course)
    for number in range(queries.MAX_ITEMS):
        make_lesson(far, title=f"Far {number}")
    text = page(staff)
    assert "Open the outline" in text
    assert "Met next has no quiz" in text
    assert "Far 7" not in text
    assert "Far 7" in page(staff, "/teach/mine/")


def test_a_course_too_big_for_arrows_moves_lessons_with_a_form(staff, course, monkeypatch):
    monkeypatch.setattr(views, "MAX_PLACES", 2)
    session = make_session(course)
    first, second = make_lesson(session, position=1), make_lesson(session, position=2)
    shown = page(staff, reverse("teach", args=[course.slug]))
    assert "move a lesson to the end of a session" in shown and "Drag" not in shown
    assert 'name="move"' not in shown and f'value="lesson-{first.pk}"' in shown
    fields = {"lesson": f"lesson-{first.pk}", "into": f"session-{session.pk}"}
    staff.post(reverse("teach_order", args=[course.slug]), fields)
    assert list(course.lessons.in_order()) == [second, first]


def test_the_start_page_shows_as_many_outlines_as_fit(staff, course, monkeypatch):
    monkeypatch.setattr(queries, "MAX_ITEMS_IN_ALL", 3)
    for title in ("A", "B", "C"):
        other = make_course(title=title)
        CourseStaff.objects.create(course=other, user=course.staff.get().user)
        for _ in range(2):
            make_lesson(make_session(other))
    text = page(staff)
    assert text.count("Open the outline") == 2
    assert text.count('class="fold outline"') == 2  # the first of them, and the course without a lesson


@pytest.mark.parametrize("address", ["/staff/", "/teach/mine/"])
def test_queries_do_not_depend_on_the_number_of_items(staff, course, address):
    def fill():
        meeting = meet(course)
        for number in range(3):
            lesson = make_lesson(meeting.session, lab_slugs=[f"{meeting.pk}-{number}"])
            make_quiz(lesson=lesson)
            make_lab(course, f"{meeting.pk}-{number}")
        make_enrollment(cohort=meeting.cohort)
        other = make_course()
        CourseStaff.objects.create(course=other, user=CourseStaff.objects.filter(course=course)[0].user)
        make_lesson(make_session(other))

    counts = []
    for _ in range(2):
        fill()
        page(staff, address)  # permissions and the like are read once
        with CaptureQueriesContext(connection) as captured:
            page(staff, address)
        counts.append(len(captured))
        fill()
        fill()
    assert counts == [counts[0]] * 2
    assert counts[0] == {"/staff/": 35, "/teach/mine/": 18}[address]
