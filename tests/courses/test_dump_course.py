"""Writing a course to files: nothing that anybody wrote is lost, and loading the files again changes nothing."""

import filecmp
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from labs.models import Lab
from lessons import actions
from lessons.models import Cohort, Course, Lesson, LoadedFile, Quiz, QuizDeadline, Session
from tests.courses.conftest import COURSE, LAB, LESSON, QUIZ, SESSION
from tests.courses.test_load_course import MLOPS, load

pytestmark = pytest.mark.django_db


def dump(folder: Path, *options: str, course: str = "tiny") -> None:
    call_command("dump_course", course, str(folder), *options)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def copy(folder, tmp_path, capsys) -> Path:
    """Load the tiny course, and return the folder to write it to."""
    load(folder, capsys)
    return tmp_path / "copy"


@pytest.mark.heavy
def test_the_course_of_the_portal_comes_back_byte_for_byte(tmp_path, capsys):
    load(MLOPS, capsys)
    dump(tmp_path / "copy", course="mlops")
    assert contents(tmp_path / "copy") == contents(MLOPS)
    assert "warning" not in capsys.readouterr().out


def test_a_loaded_course_comes_back_byte_for_byte(folder, copy):
    dump(copy)
    assert contents(copy) == contents(folder)


def test_an_edit_in_the_portal_changes_its_own_lines_only(folder, copy):
    (folder / "course.yaml").write_text(
        "# Ours\n" + COURSE.replace("title: Tiny", "title:   Tiny  # short\n")
    )
    (folder / "one/session.yaml").write_text(SESSION + "\n# more later\n")
    (folder / "one/01-start.md").write_text(LESSON.replace("slug: start", "slug:  'start'  # fixed"))
    call_command("load_course", folder)
    Course.objects.update(summary="What we do")
    Session.objects.update(
        prepare=[{"key": "mail", "text": "Confirm: yes"}, {"key": "git", "text": "Install **Git**"}]
    )
    Lesson.objects.update(title="Start: now")
    Cohort.objects.update(title="Summer")
    dump(copy)
    new = contents(copy)
    assert (
        new["course.yaml"].decode()
        == (folder / "course.yaml").read_text().replace("title: Spring", "title: Summer")
        + "summary: What we do\n"
    )
    assert new["one/session.yaml"].decode() == (folder / "one/session.yaml").read_text().replace(
        "prepare:\n", 'prepare:\n  - key: mail\n    text: "Confirm: yes"\n'
    )
    assert new["one/01-start.md"].decode() == (folder / "one/01-start.md").read_text().replace(
        "title: Start", 'title: "Start: now"'
    )


def test_dumped_files_load_without_a_change_or_conflict(folder, copy, capsys):
    Lesson.objects.update(title="  Ours ", source="\n\nOnly here.\n\n", position=7)
    second = Lesson(
        course=Course.objects.get(), session=Session.objects.get(), slug="second", title="2", position=9
    )
    second.source = "## Two\n"
    actions.save_lesson(lesson=second)
    dump(copy)
    assert "conflict" not in load(copy, capsys).lower()
    assert list(Lesson.objects.in_order().values_list("slug", "position")) == [("start", 1), ("second", 2)]
    before = contents(copy)
    dump(copy)
    assert contents(copy) == before
    assert "nothing changed" in load(copy, capsys)


def test_lessons_in_a_new_order_get_names_in_that_order(folder, copy, capsys):
    course, session = Course.objects.get(), Session.objects.get()
    for number, slug in enumerate(("zero", "later")):
        actions.save_lesson(
            lesson=Lesson(
                course=course, session=session, slug=slug, title=slug, position=5 * number, source="Text.\n"
            )
        )
    dump(copy)
    assert sorted(path.name for path in copy.glob("one/*")) == [
        "01-zero.md", "02-start.md", "02-start.quiz.md", "03-later.md", "session.yaml"
    ]  # fmt: skip
    assert "conflict" not in load(copy, capsys).lower()


def test_a_draft_with_problems_is_written_and_loads_again(folder, copy, capsys):
    Lesson.objects.update(status="draft", source="[Nowhere](lesson:nowhere)\n")
    Quiz.objects.update(source="---\ntitle: Later\n---\n")
    Lab.objects.update(status="draft", source="title: [", brief="[Nowhere](lab:nowhere)\n")
    dump(copy)
    assert (
        "labs:" in (copy / "course.yaml").read_text()
        and "status: draft" in (copy / "course.yaml").read_text()
    )
    Course.objects.update(slug="old", loaded_from="", loaded_digest="")
    out = load(copy, capsys)
    assert f"warning: {copy}/one/01-start.md:" in out
    here = Course.objects.get(slug="tiny")
    assert (here.lessons.get().status, here.labs.get().status) == ("draft", "draft")
    before = contents(copy)
    dump(copy)
    assert contents(copy) == before


def test_a_key_is_kept_and_so_are_line_endings_and_a_byte_order_mark(folder, copy, capsys):
    (folder / "one/01-start.md").write_bytes(
        b"\xef\xbb\xbf" + LESSON.replace("slug: start", "slug: start\nkey: k1").replace("\n", "\r\n").encode()
    )
    (folder / "one/01-start.quiz.md").write_bytes(b"\xef\xbb\xbf" + QUIZ.encode())
    call_command("load_course", folder)
    dump(copy)
    assert contents(copy) == contents(folder)
    LoadedFile.objects.all().delete()
    dump(copy)
    assert "key: k1\n" in (copy / "one/01-start.md").read_text()


def test_a_lab_in_an_older_schema_keeps_its_text_until_it_is_edited(folder, copy):
    Lab.objects.update(source=LAB.replace("a commit", "one commit"))
    dump(copy)
    assert (copy / "labs/first/lab.yaml").read_text() == LAB.replace("a commit", "one commit")


def test_lessons_in_the_folder_that_the_portal_does_not_have_are_named_and_deleted_on_request(copy):
    dump(copy)
    (copy / "one/07-old.md").write_text(LESSON)
    (copy / "one/notes.txt").write_text("mine")
    with pytest.raises(CommandError, match="not in the portal"):
        dump(copy)
    assert (copy / "one/07-old.md").exists()
    dump(copy, "--delete")
    assert not (copy / "one/07-old.md").exists() and (copy / "one/notes.txt").exists()


def test_what_files_cannot_hold_is_said(folder, copy, capsys):
    Quiz.objects.update(slug="other")
    kept = f"[data](/media/files/{'0' * 32}/a.csv) ![A map](/media/images/{'0' * 32}.png)\n"
    Lesson.objects.filter(slug="start").update(source=kept)
    dump(copy)
    printed = capsys.readouterr().out
    assert "01-start.quiz.md: the quiz has the slug “other”" in printed
    assert "01-start.md: its images stay in the portal" in printed
    assert "01-start.md: its files to download stay in the portal" in printed


def test_an_unknown_course_is_refused_with_those_that_there_are(copy):
    with pytest.raises(CommandError, match=r"no course typo\. Courses: tiny"):
        dump(copy, course="typo")


def test_files_on_disk_are_left_alone_if_they_say_the_same(folder, copy):
    dump(copy)
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    dump(copy)
    assert before == {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    assert filecmp.dircmp(folder, copy).diff_files == []


def test_rules_of_a_quiz_come_back_and_the_deadline_of_a_cohort_stays(folder, copy, capsys):
    quiz = Quiz.objects.first()
    rules = "counts: last\ntime_limit: 20\ndeadline_days: 3\nshuffle: true\n"
    quiz.source = quiz.source.replace("release: ", f"{rules}release: ")
    actions.save_quiz(quiz=quiz)
    cohort = quiz.course.cohorts.first()
    QuizDeadline.objects.create(quiz=quiz, cohort=cohort, closes_at=timezone.now())
    dump(copy)
    assert f": the deadline for {cohort.title} stays in the portal" in capsys.readouterr().out
    assert any(path.read_text() == quiz.source for path in copy.rglob("*.md"))
    load(copy, capsys)
    again = Quiz.objects.get(pk=quiz.pk).current
    assert (again.counts, again.time_limit, str(again.rule)) == ("last", 20, "3 days")
    assert QuizDeadline.objects.exists()


def test_what_is_scheduled_is_a_draft_in_the_files_and_stays_scheduled(folder, copy, capsys):
    later = timezone.now() + timedelta(days=3)
    Lesson.objects.update(status="scheduled", publish_at=later)
    Lab.objects.update(status="scheduled", publish_at=later)
    dump(copy)
    out = capsys.readouterr().out
    assert "01-start.md: the time at which it opens stays in the portal" in out and "cannot hold" not in out
    assert "status: draft" in (copy / "one/01-start.md").read_text()
    load(copy, capsys)
    path = copy / "one/01-start.md"
    path.write_text(path.read_text().replace("## Begin", "## Begin\n\nMore."))
    assert "1 updated" in load(copy, capsys)
    lesson = Lesson.objects.get()
    assert (lesson.status, lesson.publish_at, Lab.objects.get().status) == ("scheduled", later, "scheduled")
    assert "More." in lesson.html
    path.write_text(path.read_text().replace("lesson:start#begin", "lesson:gone"))
    with pytest.raises(CommandError, match=r"01-start\.md:12: lesson:gone leads nowhere"):
        load(copy, capsys)
    path.write_text(
        path.read_text().replace("lesson:gone", "lesson:start").replace("status: draft", "status: published")
    )
    load(copy, capsys)
    assert Lesson.objects.get().status == "published"
