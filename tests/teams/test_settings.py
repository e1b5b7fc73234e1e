"""A lab says in course.yaml and in its form that it is done in teams."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from labs.models import Lab
from lessons.course_files.reading import read_course
from lessons.course_files.source import LoadError
from lessons.course_files.whole import load_course
from tests.factories import LAB_SOURCE, make_lab, make_learner, make_submission, make_user

pytestmark = pytest.mark.django_db
COURSE = "schema: 1\nslug: shared\ntitle: Shared\nsessions: []\nlabs:\n  - {entry}\n"


@pytest.fixture
def folder(tmp_path):
    lab = tmp_path / "course/labs/pair"
    lab.mkdir(parents=True)
    (lab / "lab.yaml").write_text(LAB_SOURCE.replace("    lesson: git-basics#committing\n", ""))
    (lab / "brief.md").write_text("Work together.\n")
    return tmp_path / "course"


def load(folder, entry):
    (folder / "course.yaml").write_text(COURSE.format(entry=entry))
    return load_course(read_course(folder))


def test_teams_of_a_lab_are_loaded_and_dumped_as_they_were(folder, tmp_path):
    load(folder, "{slug: pair, team_most: 4, teams_by: learners}")
    lab = Lab.objects.get()
    assert (lab.team_most, lab.team_least, lab.teams_by) == (4, 2, "learners")

    call_command("dump_course", "shared", str(tmp_path / "dumped"))
    text = (tmp_path / "dumped/course.yaml").read_text()
    assert "team_most: 4" in text and "teams_by: learners" in text and "team_least" not in text
    changes = load_course(read_course(tmp_path / "dumped"))
    assert (changes.created, changes.updated, changes.conflicts) == ([], [], [])


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{slug: pair, team_least: 2}", "team_least: needs team_most"),
        ("{slug: pair, team_most: 1}", "team_most: must be 2 or more"),
        ("{slug: pair, team_most: 21}", "team_most: must be a whole number from 0 to 20"),
        ("{slug: pair, team_most: 3, team_least: 4}", "team_least: must be from 1 to 3"),
        ("{slug: pair, team_most: 3, teams_by: chance}", "teams_by: must be one of staff, learners, random"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(folder, entry, problem):
    with pytest.raises(LoadError, match=problem):
        load(folder, entry)


def test_a_lab_with_a_submission_stays_without_teams(folder, client):
    load(folder, "pair")
    lab = Lab.objects.get()
    make_submission(make_learner(lab.course), lab)
    with pytest.raises(LoadError, match="stays without teams"):
        load(folder, "{slug: pair, team_most: 4}")

    client.force_login(make_user(is_staff=True, is_superuser=True))
    page = client.post(reverse("admin:labs_lab_change", args=[lab.pk]), {"team_most": "3"})
    assert page.context["adminform"].form.errors["team_most"] == [
        "Somebody has submitted for this lab already, so it stays without teams."
    ]


def test_the_form_refuses_a_minimum_size_above_the_maximum(client):
    lab = make_lab()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    data = {"team_most": "3", "team_least": "5", "teams_by": "staff", "source": lab.source, "brief": "x"}
    page = client.post(reverse("admin:labs_lab_change", args=[lab.pk]), {**data, "status": "published"})
    assert "minimum size of a team" in page.content.decode()
