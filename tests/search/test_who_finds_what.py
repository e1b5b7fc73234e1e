"""Everyone finds exactly the pages that they may open, and no hint of another."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from labs.models import Lab
from labs.queries import get_open_lab
from lessons.lesson_queries import get_lesson
from lessons.models import CourseStaff, Lesson, Quiz
from lessons.quiz_queries import get_quiz
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_learner,
    make_session,
    make_staff,
    make_user,
)
from tests.search.conftest import NOBODY, find, write_lab, write_lesson, write_quiz

PUBLISHED, DRAFT = Lesson.Status.PUBLISHED, Lesson.Status.DRAFT
PUBLIC, OPEN, HIDDEN = {"public"}, {"published"}, {"draft", "unproved"}
MEMBER, EVERYTHING = PUBLIC | OPEN, PUBLIC | OPEN | HIDDEN
ROLES = {
    "visitor": PUBLIC,
    "signed in, in no course": PUBLIC,
    "learner": MEMBER,
    "learner of another cohort": MEMBER,
    "learner of a closed cohort": MEMBER,
    "learner who has left": PUBLIC,
    "learner who left and came back": MEMBER,
    "learner of another course": PUBLIC,
    "assistant": EVERYTHING,
    "instructor": EVERYTHING,
    "instructor who learns as well": EVERYTHING,
    "instructor of another course": PUBLIC,
    "teacher who has gone": PUBLIC,
    "one who may open the admin": PUBLIC,
    "administrator": EVERYTHING,
}


def make_person(role, course):
    if role == "visitor":
        return NOBODY
    user = make_user(is_staff="admin" in role, is_superuser=role == "administrator")
    if "another course" in role:
        other = make_course()
        return make_staff(other, user) if role.startswith("instructor") else make_learner(other).user
    if role.startswith("learner") or "learns" in role:
        cohort = make_cohort(course, open="closed" not in role)
        make_enrollment(user, cohort, is_active="has left" not in role and "came back" not in role)
    if "came back" in role:
        make_enrollment(user, make_cohort(course))
    if role.startswith(("assistant", "instructor")):
        kind = CourseStaff.Role.ASSISTANT if role == "assistant" else CourseStaff.Role.INSTRUCTOR
        CourseStaff.objects.create(course=course, user=user, role=kind)
    return user


@pytest.fixture
def course(database):
    """A course with one page of each kind in each state; its word is in each page, its state in the slug."""
    course = make_course("here")
    session = make_session(course)
    definition = "Needle\n: What we look for, a needle.\n"
    for slug, fields in {
        "public": {"public": True},
        "published": {},
        "draft": {"status": DRAFT},
    }.items():
        lesson = write_lesson(definition, session=session, slug=slug, **fields)
        write_quiz(lesson, f"Needle quiz {slug}")
    write_lab(course, "published", "A needle.")
    write_lab(course, "unproved", "A needle.", proved=False)
    write_lab(course, "draft", "A needle.", status=Lab.Status.DRAFT)
    gone = write_lesson("No such word.", session=session, slug="withdrawn")
    Quiz.objects.filter(pk=write_quiz(gone, "Needle quiz withdrawn").pk).update(current=None)
    make_staff(course)
    return course


def slugs(found, kind):
    groups = [group for group in found.groups if group.kind.name == kind]
    return {result.page.url.strip("/").split("/")[-1] for group in groups for result in group.results}


def opens(get, user, course, slug):
    try:
        get(user, course.slug, slug)
    except Http404:
        return False
    return True


def test_each_role_finds_the_pages_that_it_may_open(course):
    for role, wanted in ROLES.items():
        user = make_person(role, course)
        found = find(user, "needle")
        assert slugs(found, "lesson") == wanted - {"unproved"}, role
        assert slugs(found, "glossary") == wanted - {"unproved"}, role
        in_course = wanted if wanted != PUBLIC else set()
        assert slugs(found, "quiz") == in_course - {"unproved"}, role
        assert slugs(found, "lab") == in_course - {"public"}, role


def test_found_pages_are_those_that_the_pages_themselves_open(course):
    states = ("public", "published", "draft", "unproved", "withdrawn")
    for role in ROLES:
        user = make_person(role, course)
        found = find(user, "needle")
        for kind, get in (("lesson", get_lesson), ("quiz", get_quiz), ("lab", get_open_lab)):
            # The lesson "withdrawn" lacks the word; it is there for its quiz.
            known = [slug for slug in states if (kind, slug) != ("lesson", "withdrawn")]
            assert slugs(found, kind) == {slug for slug in known if opens(get, user, course, slug)}, (
                role,
                kind,
            )


def test_only_words_that_the_user_may_read_are_suggested(course):
    write_lesson("The secret codename is zanzibar.", session=make_session(course), slug="plan", status=DRAFT)
    for role, wanted in ROLES.items():
        found = find(make_person(role, course), "zanzibra")
        suggested = found.corrected.typed if found.corrected else ""
        assert suggested == ("zanzibar" if wanted == EVERYTHING else ""), role


def test_page_is_found_and_lost_again_as_its_state_changes(course):
    learner = make_person("learner", course)
    Lesson.objects.filter(slug="published").update(status=DRAFT)
    Lab.objects.filter(slug="published").update(status=Lab.Status.DRAFT)
    found = find(learner, "needle")
    assert slugs(found, "lesson") | slugs(found, "glossary") | slugs(found, "lab") == {"public"}
    Lesson.objects.filter(slug="draft").update(status=PUBLISHED)
    assert slugs(find(learner, "needle"), "lesson") == {"public", "draft"}
    learner.enrollments.update(is_active=False)
    assert slugs(find(learner, "needle"), "lesson") == {"public"}


def test_lesson_that_opens_later_is_known_to_learners_by_its_title_alone(course):
    later = timezone.now() + timedelta(days=1)
    fields = {
        "status": Lesson.Status.SCHEDULED,
        "publish_at": later,
        "title": "Haystack",
        "summary": "Straw.",
    }
    lesson = write_lesson("Hidden straw.", session=make_session(course), slug="later", **fields)

    def urls(role, typed):
        found = find(people[role], typed)
        assert found.corrected is None, (role, typed)
        return [result.page.url for group in found.groups for result in group.results]

    people = {role: make_person(role, course) for role in ROLES}
    for role, wanted in ROLES.items():
        knows = [lesson.get_absolute_url()] if wanted == EVERYTHING else [""] if wanted == MEMBER else []
        assert urls(role, "haystack") == knows, role
        assert urls(role, "straw") == [url for url in knows if url], role
    (result,) = find(people["learner"], "haystack").groups[0].results
    assert (result.page.summary, result.places[0].excerpt.pieces) == ("", [])
    Lesson.objects.filter(pk=lesson.pk).update(publish_at=timezone.now())
    assert urls("learner", "straw") == [lesson.get_absolute_url()]


def test_nothing_of_a_quiz_but_its_title_is_found_by_anybody(course):
    for role in ("learner", "instructor", "administrator"):
        user = make_person(role, course)
        for word in ("questionword", "rightword", "wrongword", "optionword", "explanationword"):
            for typed in (word, word[:-1], word[:-4] + "wrod"):
                found = find(user, typed)
                assert (found.groups, found.corrected) == ([], None), (role, typed)
