"""Forms say which course they belong to, start with what is known of it, and lead back to its outline."""

import re

import pytest
from django.urls import reverse

from labs.authoring.recipes import RECIPES, recipe_texts
from labs.models import Lab
from labs.specs import parse_spec
from lessons.models import Cohort, Course, Lesson, Meeting, Session
from tests.authoring.conftest import make_instructor
from tests.factories import (
    make_cohort,
    make_course,
    make_lab,
    make_lesson,
    make_quiz,
    make_session,
    make_staff,
)
from tests.staff.conftest import add_address, change_address
from tests.staff.test_people import SCORING

pytestmark = pytest.mark.django_db
MEETINGS = {"meetings-INITIAL_FORMS": 0, "meetings-MIN_NUM_FORMS": 0, "meetings-MAX_NUM_FORMS": 1000}


@pytest.fixture
def course():
    return make_course("mine", title="Mine", time_zone="Europe/London")


@pytest.fixture
def staff(client, course):
    client.force_login(make_instructor(course))
    return client


def page(client, address) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def breadcrumb(text: str) -> str:
    found = re.search(r'<div class="breadcrumbs">(.*?)</div>', text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def test_every_form_names_its_course(staff, course):
    session = make_session(course, title="Branches")
    lesson = make_lesson(session, title="Merging")
    cohort = make_cohort(course, title="Autumn")
    meeting = Meeting.objects.create(cohort=cohort, session=session, starts_at="2031-01-09T20:30Z")
    rows = (session, lesson, make_quiz(lesson=lesson), make_lab(course), cohort, meeting, course)
    for row in rows:
        assert breadcrumb(page(staff, change_address(row))).startswith("Staff › Mine › "), row
    for name in ("lessons_session", "lessons_lesson", "lessons_quiz", "labs_lab", "lessons_cohort"):
        text = page(staff, f"{add_address(name)}?course={course.pk}")
        assert breadcrumb(text).startswith("Staff › Mine › Add "), name
        assert " to Mine</h1>" in text
    assert breadcrumb(page(staff, f"{add_address('lessons_meeting')}?cohort={cohort.pk}")).startswith(
        "Staff › Mine"
    )


def test_the_only_course_is_chosen_and_one_of_many_is_not(staff, course):
    chosen = f'<option value="{course.pk}" selected>Mine</option>'
    assert chosen in page(staff, add_address("lessons_session"))
    make_staff(make_course(), course.staff.get().user)
    assert chosen not in page(staff, add_address("lessons_session"))


def test_somebody_without_a_course_can_open_every_form(client, course):
    client.force_login(make_instructor(course))
    course.staff.all().delete()
    for name in ("session", "lesson", "quiz", "cohort", "snippet", "enrollment", "coursestaff"):
        assert client.get(reverse(f"admin:lessons_{name}_add")).status_code in (200, 403), name
    assert client.get(reverse("admin:labs_lab_add")).status_code == 200


def test_a_form_of_one_course_offers_nothing_of_another(staff, course):
    other = make_course("other", title="Other")
    make_staff(other, course.staff.get().user)
    for each in (course, other):
        lesson = make_lesson(make_session(each, title=f"Session of {each}"), title=f"Lesson of {each}")
        make_lab(each, f"lab-of-{each.slug}")
    cohort, session = make_cohort(course, title="Autumn"), course.sessions.get()
    Meeting.objects.create(cohort=cohort, session=session, starts_at="2031-01-09T20:30Z")
    adds = ("lessons_lesson", "lessons_quiz", "labs_lab", "lessons_cohort")
    addresses = [f"{add_address(name)}?course={course.pk}" for name in adds]
    own = (session.lessons.get(), make_quiz(lesson=session.lessons.get()), cohort)
    for address in (*addresses, *map(change_address, own)):
        text = page(staff, address)
        assert "Mine" in text
        assert not re.search(r"(Session|Lesson) of Other|lab-of-other", text), address
    every = page(staff, add_address("lessons_lesson"))
    assert "Session of Other" in every and "lab-of-other" in every
    fields = {
        "course": other.pk,
        "session": lesson.session_id,
        "title": "T",
        "status": "draft",
        "source": "A.",
    }
    assert staff.post(addresses[0], fields).status_code == 302  # whoever chooses another course may


def test_pages_that_the_outline_leads_to_are_pages_of_staff(staff, course):
    text = page(staff, f"{reverse('admin:lessons_course_deleted')}?course={course.pk}")
    assert re.findall(r'aria-current="\w+">(\w+)</a>', text) == ["Staff"]


@pytest.mark.parametrize("name", ["notes", "marking", "evening_plan"])
def test_staff_pages_outside_the_admin_are_below_staff(staff, course, name):
    session = [make_session(course).slug] if name == "evening_plan" else []
    text = page(staff, reverse(name, args=[course.slug, *session]))
    assert re.findall(r'aria-current="\w+">(\w+)</a>', text) == ["Staff"]


def test_a_course_of_somebody_else_is_not_named(staff):
    foreign = make_course(title="Hidden")
    assert "Hidden" not in page(staff, f"{add_address('lessons_session')}?course={foreign.pk}")
    assert "Hidden" not in page(staff, f"{add_address('lessons_cohort')}?course={foreign.pk}")


def test_saving_leads_to_the_outline_and_another_one_starts_in_the_same_session(staff, course):
    session = make_session(course)
    fields = {"course": course.pk, "session": session.pk, "title": "One", "status": "draft", "source": "Text"}
    answer = staff.post(add_address("lessons_lesson"), fields)
    lesson = Lesson.objects.get()
    assert answer.url == f"/teach/mine/#lesson-{lesson.pk}"
    answer = staff.post(add_address("lessons_lesson"), {**fields, "title": "Two", "_addanother": "1"})
    assert answer.url == f"{add_address('lessons_lesson')}?course={course.pk}&session={session.pk}"
    quiz = make_quiz(lesson=lesson)
    answer = staff.post(change_address(quiz), {"status": "published", "source": quiz.source})
    assert answer.url == f"/teach/mine/#lesson-{lesson.pk}"
    answer = staff.post(
        add_address("lessons_course"),
        {"title": "New", "time_zone": "UTC", "pass_mark": 70, "late_days": 0, **SCORING},
    )
    assert answer.url == "/teach/new/"
    assert Course.objects.get(slug="new").staff.exists()


def test_whoever_came_from_a_filtered_list_goes_back_to_it(staff, course):
    session = make_session(course)
    address = f"{change_address(session)}?_changelist_filters=q%3Dx"
    answer = staff.post(address, {"title": "Renamed", "prepare": ""})
    assert answer.url == reverse("admin:lessons_session_changelist") + "?q=x"


# --- cohorts and their meetings --------------------------------------------------------------------------------------


def rows_of(sessions: list[Session], *starts: tuple[str, str]) -> dict:
    found: dict = {**MEETINGS, "meetings-TOTAL_FORMS": len(sessions)}
    for number, session in enumerate(sessions):
        found |= {f"meetings-{number}-session": session.pk, f"meetings-{number}-minutes": 180}
        if number < len(starts):
            date, time = starts[number]
            found |= {f"meetings-{number}-starts_at_0": date, f"meetings-{number}-starts_at_1": time}
    return found


def test_a_new_cohort_offers_a_row_for_each_session_in_the_zone_of_the_course(staff, course):
    first, second = make_session(course), make_session(course)
    text = page(staff, f"{add_address('lessons_cohort')}?course={course.pk}")
    assert 'value="Europe/London"' in text
    for number, session in enumerate((first, second)):
        chosen = re.search(rf'name="meetings-{number}-session".*?</select>', text, re.DOTALL)[0]
        assert f'value="{session.pk}" selected' in chosen

    sent = {"course": course.pk, "title": "Spring", "time_zone": "Asia/Kolkata", "open": "on"}
    sent |= rows_of([first, second], ("2031-01-09", "20:30"))
    answer = staff.post(add_address("lessons_cohort"), sent)
    cohort = Cohort.objects.get()
    assert answer.url == f"/teach/mine/#cohort-{cohort.pk}"
    assert [(each.session, f"{each.starts_at:%F %R}") for each in cohort.meetings.all()] == [
        (first, "2031-01-09 15:00")
    ]

    text = page(staff, change_address(cohort))
    assert 'value="2031-01-09"' in text
    assert 'value="20:30"' in text
    assert f'value="{second.pk}" selected' in text


@pytest.mark.parametrize(
    ("zone", "starts", "words"),
    [
        ("Europe/London", ("2031-03-30", "01:30"), "skip this time"),
        ("UTC", ("1999-01-01", "10:00"), "from 2000 to 2199"),
        ("UTC", ("2031-01-09", ""), "Enter both the date and the time."),
        ("Nowhere/City", ("2031-01-09", "10:00"), "time zone"),
    ],
)
def test_a_meeting_at_an_impossible_time_is_refused(staff, course, zone, starts, words):
    sent = {
        "course": course.pk,
        "title": "Spring",
        "time_zone": zone,
        **rows_of([make_session(course)], starts),
    }
    answer = staff.post(add_address("lessons_cohort"), sent)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Cohort.objects.exists()


def test_meetings_keep_their_hour_in_another_zone(staff, course):
    cohort, session = make_cohort(course, title="Spring", time_zone="UTC"), make_session(course)
    meeting = Meeting.objects.create(cohort=cohort, session=session, starts_at="2031-01-09T20:30Z")
    sent = {"title": "Spring", "time_zone": "Asia/Kolkata", "invite_code": cohort.invite_code}
    sent |= rows_of([session], ("2031-01-09", "20:30")) | {"meetings-INITIAL_FORMS": 1}
    staff.post(change_address(cohort), sent | {"meetings-0-id": meeting.pk, "meetings-0-cohort": cohort.pk})
    meeting.refresh_from_db()
    assert f"{meeting.starts_at:%F %R}" == "2031-01-09 15:00"


def test_a_meeting_by_itself_leads_to_its_cohort(staff, course):
    cohort, session = make_cohort(course, time_zone="Asia/Kolkata"), make_session(course)
    sent = {"cohort": cohort.pk, "session": session.pk, "minutes": 180}
    sent |= {"starts_at_0": "2031-01-09", "starts_at_1": "20:30"}
    answer = staff.post(add_address("lessons_meeting"), sent)
    assert answer.url == f"/teach/mine/#cohort-{cohort.pk}"
    assert f"{Meeting.objects.get().starts_at:%F %R}" == "2031-01-09 15:00"


# --- labs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "recipe",
    [RECIPES[0], *(pytest.param(recipe, marks=pytest.mark.heavy) for recipe in RECIPES[1:])],
    ids=lambda recipe: recipe.name,
)
def test_a_lab_from_a_recipe_can_be_published_as_it_is(staff, course, recipe):
    lesson = make_lesson(make_session(course), status="draft")
    address = f"{add_address('labs_lab')}?course={course.pk}&lesson={lesson.pk}&recipe={recipe.name}"
    form = staff.get(address).context["adminform"].form
    texts = recipe_texts(recipe.name)
    assert {name: form[name].value() for name in texts} == texts
    assert form["lesson"].value() == str(lesson.pk)

    sent = {"course": course.pk, "lesson": lesson.pk, "status": "published", **texts}
    assert staff.post(add_address("labs_lab"), sent).status_code == 302
    lab = Lab.objects.get()
    assert lab.is_proved
    assert lab.title == parse_spec(texts["source"]).title
    lesson.refresh_from_db()
    assert lesson.lab_slugs == [lab.slug]


def test_new_labs_come_last_and_a_foreign_lesson_is_refused(staff, course):
    make_lab(course, "first", position=7)
    foreign = make_lesson()
    sent = {"course": course.pk, "status": "draft", "source": "title: Draft\n"}
    answer = staff.post(add_address("labs_lab"), {**sent, "lesson": foreign.pk})
    assert answer.status_code == 200
    assert "lesson" in answer.context["adminform"].form.errors
    staff.post(add_address("labs_lab"), sent)
    assert Lab.objects.get(slug="draft").position == 8
