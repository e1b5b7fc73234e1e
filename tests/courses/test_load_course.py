import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from labs.models import Lab, LabVersion
from lessons import actions
from lessons.gate import judge_lesson
from lessons.links import links_within
from lessons.models import Cohort, Course, Lesson, Quiz, QuizVersion, Session
from tests.courses.conftest import COURSE, LAB, LESSON, QUIZ
from tests.factories import make_enrollment

MLOPS = Path(__file__).parents[2] / "courses" / "mlops"

pytestmark = pytest.mark.django_db


def load(folder: Path, capsys) -> str:
    call_command("load_course", str(folder))
    return capsys.readouterr().out


def refusal(folder: Path) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("load_course", str(folder))
    return str(caught.value)


def test_a_course_is_loaded_with_all_that_belongs_to_it(folder, capsys):
    load(folder, capsys)
    lesson = Lesson.objects.get()
    assert (lesson.slug, lesson.session.slug, lesson.lab_slugs) == ("start", "first-evening", ["first"])
    assert 'href="/courses/tiny/labs/first/"' in lesson.html
    assert Quiz.objects.get().current.question_count == 1
    assert Lab.objects.get().current.max_points == 10
    assert Session.objects.get().prepare_html == [{"key": "git", "html": "Install <strong>Git</strong>"}]
    meeting = Cohort.objects.get().meetings.get()
    assert meeting.starts_at.isoformat() == "2026-03-07T15:00:00+00:00"


def test_loading_twice_changes_nothing(folder, capsys):
    load(folder, capsys)
    before = list(Lesson.objects.values()) + list(Quiz.objects.values()) + list(Lab.objects.values())
    assert "nothing changed" in load(folder, capsys)
    assert before == list(Lesson.objects.values()) + list(Quiz.objects.values()) + list(Lab.objects.values())


def test_file_that_moves_a_meeting_or_changes_the_zone_notifies_learners_once(folder, capsys):
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False):
        load(folder, capsys)
        learner = make_enrollment(cohort=Cohort.objects.get())
        moved = COURSE.replace("2026-03-07", "2026-03-08")
        for text in (moved, moved.replace("title: Spring", "title: Spring\n    time_zone: Europe/London")):
            (folder / "course.yaml").write_text(text)
            load(folder, capsys)
    assert [notice.text for notice in learner.user.notices.order_by("pk")] == [
        "First evening moved to Sunday 8 March, 20:30 IST. It was planned for Saturday 7 March, 20:30 IST. "
        "Reason: The plan of the course changed.",
        "Tiny, Spring has another time zone, so its meetings moved. The next one is First evening: "
        "Monday 9 March, 02:00 your time (Kolkata). That is Sunday 8 March, 20:30 GMT.",
    ]


def test_changes_only_in_a_file_are_loaded(folder, capsys):
    load(folder, capsys)
    (folder / "one/01-start.md").write_text(LESSON.replace("## Begin", "## Begin\n\nNow."))
    (folder / "one/01-start.quiz.md").write_text(QUIZ.replace("This it is", "This one"))
    (folder / "labs/first/lab.yaml").write_text(LAB.replace("points: 10", "points: 20"))
    assert "3 updated" in load(folder, capsys)
    assert "Now." in Lesson.objects.get().html
    assert QuizVersion.objects.count() == 2
    assert LabVersion.objects.count() == 2
    assert Lab.objects.get().current.max_points == 20


def test_changes_only_in_the_portal_are_kept_and_listed(folder, capsys):
    load(folder, capsys)
    lesson = Lesson.objects.get()
    lesson.source += "\nAdded in class.\n"
    actions.save_lesson(lesson=lesson)
    out = load(folder, capsys)
    assert f"kept as changed in the portal: {folder}/one/01-start.md" in out
    assert "Added in class." in Lesson.objects.get().html


def test_changes_in_both_are_kept_and_end_in_a_conflict(folder, capsys):
    load(folder, capsys)
    Lesson.objects.update(title="From the portal")
    (folder / "one/01-start.md").write_text(LESSON.replace("title: Start", "title: From the file"))
    assert "Changed in both the portal and the file" in refusal(folder)
    assert f"CONFLICT, kept as changed in the portal: {folder}/one/01-start.md" in capsys.readouterr().out
    assert Lesson.objects.get().title == "From the portal"


def test_the_same_change_on_both_sides_is_not_a_conflict(folder, capsys):
    load(folder, capsys)
    Lesson.objects.update(title="Agreed")
    (folder / "one/01-start.md").write_text(LESSON.replace("title: Start", "title: Agreed"))
    assert "nothing changed" in load(folder, capsys)
    assert "nothing changed" in load(folder, capsys)


def test_every_error_is_listed_with_its_file_and_line_and_nothing_is_written(folder):
    (folder / "course.yaml").write_text(COURSE.replace("title: Tiny", "titel: Tiny"))
    (folder / "one/01-start.md").write_text(LESSON.replace("lesson:start#begin", "lesson:nowhere"))
    (folder / "one/01-start.quiz.md").write_text(QUIZ.replace("[x]", "[ ]"))
    (folder / "labs/first/lab.yaml").write_text(LAB.replace("points: 10", "poinst: 10"))
    message = refusal(folder)
    assert f"{folder}/course.yaml:1: title: is missing" in message
    assert f"{folder}/course.yaml:3: Unknown key “titel”. Did you mean “title”?" in message
    assert f"{folder}/one/01-start.md:10: " in message
    assert f"{folder}/one/01-start.quiz.md:8: " in message
    assert f"{folder}/labs/first/lab.yaml:8: " in message
    assert not Course.objects.exists()


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        (
            "course.yaml",
            "schema: 1",
            "schema: 2",
            "course.yaml:1: schema: must be 1, the only schema that this portal supports",
        ),
        ("course.yaml", "slug: tiny", "slug: Not a slug", "course.yaml:2: slug: Enter a valid"),
        ("course.yaml", "[one]", "[one, two]", "two/session.yaml:1: the file is missing"),
        (
            "course.yaml",
            "session: first-evening",
            "session: gone",
            "course.yaml:9: cohorts.meetings.session: there is no session “gone”",
        ),
        (
            "course.yaml",
            "2026-03-07 20:30",
            "2026-02-30 20:30",
            "course.yaml:9: cohorts.meetings.starts: this date and time does not exist: day is out of range for month",
        ),
        (
            "course.yaml",
            "title: Tiny",
            "title: Tiny\ntitle: Twice",
            "course.yaml:4: title: is given twice",
        ),
        (
            "course.yaml",
            "title: Tiny",
            "time_zone: Mars/Base\ntitle: Tiny",
            "course.yaml:3: time_zone: Mars/Base",
        ),
        ("one/session.yaml", "key: git", "key: g i t", "session.yaml:4: prepare.key: Enter a valid"),
        ("one/01-start.md", "---\nslug", "slug", "01-start.md:1: The file must start with front matter"),
        ("one/01-start.md", "status: published", "status: open", "01-start.md:4: status: must be one of"),
        ("one/01-start.md", "slug: start", "slug: labs", "01-start.md:2: slug: “labs” is reserved for"),
        (
            "one/01-start.md",
            "labs: [first]",
            "labs: [second]",
            "01-start.md:5: labs: course.yaml does not list second",
        ),
        (
            "labs/first/lab.yaml",
            "lesson: start#begin",
            "lesson: gone",
            "lab.yaml:9: this course has no lesson “gone”",
        ),
        (
            "one/01-start.quiz.md",
            "This it",
            "[It](lesson:gone#x)",
            "quiz.md:11: lesson:gone#x leads nowhere: there is no such lesson",
        ),
        ("labs/first/brief.md", "lesson:start", "lesson:gone", "brief.md:1: "),
    ],
)
def test_a_fault_is_named_with_file_and_line(folder, name, old, new, expected):
    path = folder / name
    path.write_text(path.read_text().replace(old, new, 1))
    assert expected in refusal(folder)
    assert not Course.objects.exists()


def test_a_file_that_is_not_text_is_named(folder):
    (folder / "one/01-start.md").write_bytes(b"---\nslug: start\n\xff\n---\n")
    assert "01-start.md:3: the file is not in UTF-8. Save it as UTF-8." in refusal(folder)


def test_two_lessons_with_one_slug_are_refused(folder):
    shutil.copy(folder / "one/01-start.md", folder / "one/02-again.md")
    assert "02-again.md:2: the slug “start” is already used by" in refusal(folder)


def test_a_session_with_broken_yaml_is_one_problem_not_many(folder):
    (folder / "one/session.yaml").write_text("title: [")
    message = refusal(folder)
    assert "session.yaml:" in message
    assert "Problems: 1" in message or "there is no session" in message


def test_a_lab_whose_check_was_never_seen_to_need_work_is_not_loaded(folder):
    (folder / "labs/first/lab.yaml").write_text(LAB.replace("readable: {}", "branch: {name: main}"))
    said = refusal(folder)
    assert "lab.yaml:5: readable was never seen to need work. Add a scenario in which it does." in said
    assert not Lab.objects.exists()


def test_a_scenario_with_an_unexpected_outcome_is_a_problem_at_its_line(folder):
    (folder / "labs/first/lab.yaml").write_text(LAB.replace("{readable: passed}", "{readable: needs work}"))
    assert "lab.yaml:11: a commit: readable: expected needs work, found passed." in refusal(folder)


def test_a_loaded_lab_is_proved_and_open(folder, capsys):
    load(folder, capsys)
    lab = Lab.objects.get()
    assert lab.is_proved and lab.current.proof["checks"][0]["passed"] == ["a commit"]


def test_links_between_files_lead_to_their_lessons(folder, capsys):
    for name, slug in (("02-next-one.md", "next-one"), ("03-third.md", "another")):
        (folder / "one" / name).write_text(
            f"---\nslug: {slug}\ntitle: {slug}\nstatus: published\n---\n\n## Begin\n\nText.\n"
        )
    path = folder / "one/01-start.md"
    links = ["02-next-one.md", "./02-next-one.md#begin", "../one/03-third.md", "03-third.md", "01-start.quiz.md",
             "../labs/first/brief.md", "next-one", "../next-one/"]  # fmt: skip
    path.write_text(path.read_text() + "".join(f"\n[x]({link})\n" for link in links))
    load(folder, capsys)
    lesson = Lesson.objects.get(slug="start")
    assert re.findall(r'<a href="([^"#]+(?:#begin)?)">x</a>', lesson.html) == [
        "/courses/tiny/next-one/", "/courses/tiny/next-one/#begin", "/courses/tiny/another/",
        "/courses/tiny/another/", "/courses/tiny/quizzes/start/", "/courses/tiny/labs/first/",
        "/courses/tiny/next-one/", "/courses/tiny/next-one/",
    ]  # fmt: skip
    in_editor = judge_lesson(lesson.source, links_within(lesson.course))
    assert in_editor.errors == []


def test_link_to_a_file_that_is_not_a_lesson_is_named_with_its_line(folder):
    path = folder / "one/01-start.md"
    path.write_text(path.read_text() + "\n[x](02-gone.md)\n")
    assert "01-start.md:12: 02-gone.md leads nowhere: no lesson has this file name." in refusal(folder)


def test_warnings_are_printed_and_the_course_is_loaded(folder, capsys):
    path = folder / "one/01-start.quiz.md"
    path.write_text(path.read_text().replace("- [ ] That", "- [ ] All of the above"))
    assert "01-start.quiz.md:10: Options are shuffled, but this one depends on its position." in load(
        folder, capsys
    )
    assert Quiz.objects.get().current.question_count == 1


def test_a_lab_is_parsed_once_when_its_course_is_loaded(folder, parses):
    call_command("load_course", folder)
    assert parses == [LAB]
