from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains

from lessons import attempt_actions
from lessons.course_files.dumping import dump_course
from lessons.course_files.reading import read_course
from lessons.course_files.source import LoadError, in_memory
from lessons.course_files.whole import load_course
from lessons.models import Course, Lesson, Reading
from tests.authoring.conftest import change_address, lesson_fields
from tests.factories import (
    LAB_SOURCE,
    QUIZ_SOURCE,
    make_course,
    make_lab,
    make_learner,
    make_lesson,
    make_quiz,
    make_report,
    make_session,
    make_submission,
)
from tests.reports import make_engine_report

pytestmark = pytest.mark.django_db

FILES = {
    "course.yaml": "schema: 1\nslug: skilled\ntitle: Skilled\nsessions: [one]\n",
    "one/session.yaml": "slug: one\ntitle: One\n",
    "one/01-start.md": "---\nslug: start\ntitle: Start\nstatus: published\nskills: [branching]\n---\n\n## A\n\nText.\n",
}


def test_skills_of_a_lesson_come_from_its_file_and_go_back_to_it():
    def load():
        return load_course(
            read_course(in_memory({name: text.encode() for name, text in FILES.items()}), origin="here")
        )

    load()
    assert Lesson.objects.get().skills == ["branching"]
    assert not any(vars(load()).values())
    assert dump_course(Course.objects.get()).files == FILES


@pytest.mark.parametrize(
    ("text", "stored", "error"),
    [
        ("branching,  merging, branching", ["branching", "merging"], ""),
        ("", [], ""),
        ("git & more", ["branching"], "“&amp;” can’t name a skill."),
        ("x" * 51, ["branching"], "can’t name a skill."),
        (" ".join(f"s{number}" for number in range(21)), ["branching"], "These are 21 skills."),
    ],
)
def test_staff_name_the_skills_of_a_lesson_in_its_form(admin_client, text, stored, error):
    lesson = make_lesson(skills=["branching"])
    page = admin_client.get(change_address(lesson))
    assertContains(page, 'name="skills" value="branching"')
    response = admin_client.post(change_address(lesson), lesson_fields(lesson, skills=text))
    assert response.status_code == (200 if error else 302)
    if error:
        assertContains(response, error)
    lesson.refresh_from_db()
    assert lesson.skills == stored


def test_course_files_limit_the_skills_of_a_lesson():
    many = ", ".join(f"s{number}" for number in range(21))
    for skills, words in ((many, "at most 20"), ("a, a", "twice"), ("x" * 51, "longer than 50")):
        files = FILES | {"one/01-start.md": FILES["one/01-start.md"].replace("branching", skills)}
        with pytest.raises(LoadError) as found:
            load_course(
                read_course(in_memory({name: text.encode() for name, text in files.items()}), origin="here")
            )
        assert words in str(found.value)


def test_read_lessons_full_answers_and_passed_checks_prove_a_skill(client):
    course = make_course("tiny")
    learner = make_learner(course)
    session = make_session(course)
    lab = make_lab(
        course, source=LAB_SOURCE.replace("    points: 20\n", "    points: 20\n    skills: [cloning]\n")
    )
    read = make_lesson(session, skills=["branching"], lab_slugs=[lab.slug], title="Branches")
    make_lesson(session, skills=["branching"])
    quiz = make_quiz(QUIZ_SOURCE.replace("{#which}", "{#which skill=naming skill=branching}"), lesson=read)
    client.force_login(learner.user)

    def rows() -> dict[str, tuple[int, int]]:
        page = client.get(reverse("skills", args=["tiny"]))
        return {each.name: (len(each.proofs), len(each.evidence)) for each in page.context["skills"]}

    assert rows() == {"branching": (0, 3), "cloning": (0, 1), "naming": (0, 1)}
    Reading.objects.create(enrollment=learner, lesson=read, read_at=timezone.now())
    attempt = attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    attempt_actions.save_answer(attempt=attempt, key="which", response=[0], flagged=False)
    attempt_actions.submit_attempt(attempt=attempt)
    best = make_submission(learner, lab)
    make_report(best, make_engine_report(readable="passed").to_json(), points=Decimal(20))
    assert rows() == {"branching": (2, 3), "cloning": (1, 1), "naming": (1, 1)}
    card = client.get(reverse("skills", args=["tiny"]), headers={"HX-Request": "true"}).content.decode()
    assert "<h1" not in card
    assert f'href="{best.get_absolute_url()}"' in card
    progress = client.get(reverse("progress", args=["tiny"])).content.decode()
    assert f'hx-get="{reverse("skills", args=["tiny"])}"' in progress
