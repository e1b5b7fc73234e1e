import pytest
from django.db import IntegrityError

from lessons.copying import Term, copy_course
from lessons.course_files.dumping import dump_course
from lessons.course_files.reading import read_course
from lessons.course_files.source import LoadError, in_memory
from lessons.course_files.whole import load_course
from lessons.models import Course
from portal.progress.score_queries import rules_of
from tests.authoring.conftest import make_instructor
from tests.factories import make_course, make_lab, make_staff
from tests.staff.conftest import change_address
from tests.staff.test_people import COURSE, SCORING

pytestmark = pytest.mark.django_db

YAML = """\
schema: 1
slug: weighted
title: Weighted
sessions: []
scoring:
  labs: 50      # half of all
  quizzes: 40
  attendance: 10
  drop_quizzes: 2
"""


def load(text: str, course: Course | None = None):
    return load_course(read_course(in_memory({"course.yaml": text.encode()}), origin="here"), course=course)


def written(course: Course) -> str:
    return dump_course(Course.objects.get(pk=course.pk)).files["course.yaml"]


def test_course_yaml_sets_the_weights_and_loading_twice_changes_nothing():
    load(YAML)
    course = Course.objects.get(slug="weighted")
    rules = rules_of(course)
    assert (dict(rules.weights), dict(rules.drops)) == (
        {"labs": 50, "quizzes": 40, "attendance": 10, "checklists": 0},
        {"labs": 0, "quizzes": 2},
    )
    assert not any(vars(load(YAML)).values())
    assert written(course) == YAML


def test_a_change_in_the_portal_is_written_into_course_yaml_and_kept_by_a_load():
    load(YAML)
    course = Course.objects.get(slug="weighted")
    course.lab_weight, course.attendance_weight = 60, 0
    course.save()
    assert load(YAML).kept
    assert "labs: 60      # half of all" in written(course)
    load("schema: 1\nslug: weighted\ntitle: Weighted\nsessions: []\n")
    assert Course.objects.get(pk=course.pk).lab_weight == 60


def test_weights_that_do_not_add_up_are_a_problem_of_the_file():
    with pytest.raises(LoadError) as caught:
        load(YAML.replace("labs: 50", "labs: 60"))
    assert "the weights must add up to 100, but are 110: labs 60, quizzes 40" in str(caught.value)


def test_the_database_refuses_weights_that_do_not_add_up():
    with pytest.raises(IntegrityError):
        make_course(lab_weight=71)


def test_an_instructor_sets_the_weights_and_reads_what_is_wrong_with_them(client):
    course = make_course(title="Data Basics", slug="data")
    client.force_login(make_instructor(course))
    page = change_address(course)
    given = {**COURSE, **SCORING, "lab_weight": 60, "dropped_quizzes": 1}
    refused = client.post(page, given).content.decode()
    assert "must add up to 100" in refused
    client.post(page, {**given, "quiz_weight": 40})
    course.refresh_from_db()
    assert (course.lab_weight, course.quiz_weight, course.dropped_quizzes) == (60, 40, 1)


def test_a_copy_has_the_weights_and_the_bonus_of_its_labs():
    course = make_course(lab_weight=100, quiz_weight=0, dropped_labs=2)
    make_lab(course, bonus=5)
    copy = copy_course(course=course, term=Term(slug="next", title="Next"), by=make_staff(course))
    assert rules_of(copy) == rules_of(course)
    assert copy.labs.get().bonus == 5
    assert "bonus: 5" in written(copy)
