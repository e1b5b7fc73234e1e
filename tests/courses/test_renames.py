"""Course files change their slugs, move and are deleted: nothing is duplicated or lost, and old URLs redirect."""

import shutil

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from labs.models import Lab
from lessons import actions, attempt_actions
from lessons.models import Attempt, Cohort, Course, Lesson, Quiz, Reading, Session
from lessons.queries import get_course
from portal.progress.queries import course_standing
from tests.courses.conftest import LESSON
from tests.courses.test_load_course import load
from tests.factories import make_enrollment, make_user

pytestmark = pytest.mark.django_db


def change(path, *pairs):
    text = path.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def loaded(folder, capsys, **options) -> str:
    call_command("load_course", str(folder), **options)
    return capsys.readouterr().out


@pytest.fixture
def learner(folder, capsys):
    """Somebody who read the lesson and took the quiz before anything changed."""
    load(folder, capsys)
    learner = make_enrollment(make_user("learner@example.org"), Cohort.objects.get())
    actions.mark_read(enrollment=learner, lesson=Lesson.objects.get())
    attempt = attempt_actions.start_attempt(enrollment=learner, quiz=Quiz.objects.get())
    attempt_actions.save_answer(attempt=attempt, key="one", response=[0], flagged=False)
    attempt_actions.submit_attempt(attempt=attempt)
    return learner


def standing(learner) -> tuple:
    """Points, points of the course, lessons read: a rename must not change them."""
    slug = Course.objects.get().slug
    progress = course_standing(get_course(learner.user, slug))
    return progress.points, progress.scores, progress.lessons_read


RENAMES = {
    "at its place": lambda folder: change(folder / "one/01-start.md", ("slug: start", "slug: begin")),
    "with its file": lambda folder: (
        change(folder / "one/01-start.md", ("slug: start", "slug: begin")),
        (folder / "one/01-start.md").rename(folder / "one/01-begin.md"),
        (folder / "one/01-start.quiz.md").rename(folder / "one/01-begin.quiz.md"),
    ),
    "with title and text": lambda folder: change(
        folder / "one/01-start.md",
        ("slug: start", "slug: begin"),
        ("title: Start", "title: Begin"),
        ("Read", "See"),
    ),
}


@pytest.mark.parametrize(
    "how", [pytest.param(how, marks=[pytest.mark.heavy] * (how != "with title and text")) for how in RENAMES]
)
def test_renamed_lesson_keeps_its_rows_points_and_address(learner, folder, capsys, client, how):
    before, old = standing(learner), Lesson.objects.get()
    quiz, attempt = old.quiz.get_absolute_url(), Attempt.objects.get()
    RENAMES[how](folder)
    for name in ("one/01-start.md", "one/01-begin.md"):
        if (folder / name).exists():
            change(folder / name, ("lesson:start", "lesson:begin"))
    change(folder / "labs/first/lab.yaml", ("start#begin", "begin#begin"))
    change(folder / "labs/first/brief.md", ("lesson:start", "lesson:begin"))
    out = loaded(folder, capsys)
    assert "renamed; the old URL redirects: lesson start is now begin" in out
    assert "CONFLICT" not in out
    lesson = Lesson.objects.get()
    assert (lesson.pk, lesson.slug, lesson.quiz.slug, lesson.quiz.pk) == (
        old.pk,
        "begin",
        "begin",
        old.quiz.pk,
    )
    assert standing(learner) == before
    assert "nothing changed" in loaded(folder, capsys)
    client.force_login(learner.user)
    assert client.get(old.get_absolute_url() + "?a=b").url == "/courses/tiny/begin/?a=b"
    assert client.get(quiz).url == lesson.quiz.get_absolute_url()
    review = reverse("attempt_review", args=["tiny", "start", attempt.number])
    assert client.get(review, follow=True).status_code == 200
    assert client.get("/courses/tiny/never/").status_code == 404


def test_key_leads_to_its_row_whatever_else_changes(folder, capsys):
    path = folder / "one/01-start.md"
    change(path, ("slug: start", "slug: start\nkey: first-lesson"))
    load(folder, capsys)
    old = Lesson.objects.get()
    text = LESSON.replace("slug: start", "slug: other\nkey: first-lesson").replace(
        "## Begin", "## Entirely new {#begin}"
    )
    (folder / "one/09-moved.md").write_text(text.replace("lesson:start", "lesson:other"))
    for name in ("01-start.md", "01-start.quiz.md"):
        (folder / "one" / name).unlink()
    change(folder / "labs/first/lab.yaml", ("start#begin", "other#begin"))
    change(folder / "labs/first/brief.md", ("lesson:start", "lesson:other"))
    assert "lesson start is now other" in loaded(folder, capsys, removed="keep")
    assert (Lesson.objects.get().pk, Lesson.objects.get().slug) == (old.pk, "other")


def test_two_lessons_swap_places(folder, capsys):
    shutil.copy(folder / "one/01-start.md", folder / "one/02-end.md")
    change(folder / "one/01-start.md", ("slug: start", "slug: start\nkey: a"))
    change(folder / "one/02-end.md", ("slug: start", "slug: end\nkey: b"), ("labs: [first]\n", ""))
    load(folder, capsys)
    keys = {lesson.slug: lesson.pk for lesson in Lesson.objects.all()}
    change(folder / "one/01-start.md", ("slug: start", "slug: end"))
    change(folder / "one/02-end.md", ("slug: end", "slug: start"))
    loaded(folder, capsys)
    assert {lesson.slug: lesson.pk for lesson in Lesson.objects.all()} == {
        "end": keys["start"],
        "start": keys["end"],
    }


def test_renamed_lab_session_cohort_and_course_keep_their_rows(learner, folder, capsys, client):
    change(folder / "course.yaml", ("slug: spring", "key: first-run\n    slug: spring"))
    load(folder, capsys)
    before, lab = standing(learner), Lab.objects.get()
    (folder / "labs/first").rename(folder / "labs/commits")
    change(folder / "course.yaml", ("[first]", "[commits]"), ("session: first-evening", "session: evening-1"))
    change(folder / "course.yaml", ("slug: spring", "slug: spring-2026"), ("slug: tiny", "slug: small"))
    change(folder / "one/session.yaml", ("slug: first-evening", "slug: evening-1"))
    change(folder / "one/01-start.md", ("[first]", "[commits]"), ("lab:first", "lab:commits"))
    out = loaded(folder, capsys)
    for words in (
        "lab first is now commits",
        "session first-evening is now evening-1",
        "course tiny is now small",
    ):
        assert words in out
    assert "CONFLICT" not in out and "kept as changed" not in out
    counts = [model.objects.count() for model in (Course, Session, Lesson, Quiz, Lab, Cohort)]
    assert counts == [1] * 6
    assert (Lab.objects.get().pk, Lesson.objects.get().lab_slugs) == (lab.pk, ["commits"])
    assert standing(learner) == before
    client.force_login(learner.user)
    assert client.get("/courses/tiny/labs/first/").url == "/courses/small/labs/commits/"
    assert client.get("/courses/tiny/").url == "/courses/small/"
    refs = client.get("/git/tiny/first.git")
    assert client.get(refs.url).url == "/courses/small/labs/commits/"
    assert "nothing changed" in loaded(folder, capsys)


def test_changes_in_the_portal_follow_the_new_slug_and_are_kept(folder, capsys):
    load(folder, capsys)
    lesson = Lesson.objects.get()
    lesson.source += "\nAdded in class.\n"
    actions.save_lesson(lesson=lesson)
    change(folder / "course.yaml", ("session: first-evening", "session: evening-1"))
    change(folder / "one/session.yaml", ("slug: first-evening", "slug: evening-1"))
    out = loaded(folder, capsys)
    assert f"kept as changed in the portal: {folder}/one/01-start.md" in out
    assert "Added in class." in Lesson.objects.get().source


def test_slug_of_another_lesson_of_the_portal_is_refused(folder, capsys):
    load(folder, capsys)
    course = Course.objects.get()
    actions.save_lesson(
        lesson=Lesson(course=course, session=course.sessions.get(), slug="mine", title="Mine", source="Text.")
    )
    change(folder / "one/01-start.md", ("slug: start", "slug: mine\nkey: x"))
    lesson = Lesson.objects.get(slug="start")
    Lesson.objects.filter(pk=lesson.pk).update(loaded_from="key:x")
    for name in ("one/01-start.md", "labs/first/lab.yaml", "labs/first/brief.md"):
        path = folder / name
        path.write_text(path.read_text().replace("lesson:start", "lesson:mine").replace("start#", "mine#"))
    with pytest.raises(
        CommandError, match="the slug “mine” is already used by a different lesson in the portal"
    ):
        call_command("load_course", str(folder))
    assert Lesson.objects.get(pk=lesson.pk).slug == "start"


# --- files that are gone ---


def text_of(slug: str, words: str) -> str:
    return f"---\nslug: {slug}\ntitle: {slug.title()}\nstatus: published\n---\n\n{words * 9}\n"


@pytest.mark.parametrize("answer", ["draft", "keep"])
def test_text_that_moves_to_the_place_of_a_deleted_file_keeps_its_row(folder, capsys, answer):
    one, two = folder / "one/02-uno.md", folder / "one/03-two.md"
    one.write_text(text_of("uno", "Commits are snapshots of a tree. "))
    two.write_text(text_of("two", "Layers of an image lie on each other. "))
    load(folder, capsys)
    rows = {lesson.slug: lesson.pk for lesson in Lesson.objects.all()}
    two.unlink()
    one.write_text(text_of("layers", "Layers of an image lie on each other. "))
    with pytest.raises(CommandError, match="lesson uno, published"):
        call_command("load_course", str(folder))
    assert "lesson two is now layers" in loaded(folder, capsys, removed=answer)
    assert Lesson.objects.get(slug="layers").pk == rows["two"]
    uno = Lesson.objects.get(slug="uno")
    assert (uno.pk, uno.status) == (rows["uno"], "draft" if answer == "draft" else "published")


def test_different_text_at_a_place_is_new_and_the_command_asks_about_the_old_one(folder, capsys):
    path = folder / "one/02-uno.md"
    path.write_text(text_of("uno", "Commits are snapshots of a tree. "))
    load(folder, capsys)
    path.write_text(text_of("layers", "Layers lie above each other in an image. "))
    with pytest.raises(CommandError, match="lesson uno, published"):
        call_command("load_course", str(folder))
    assert "is now" not in loaded(folder, capsys, removed="keep")
    assert Lesson.objects.filter(slug__in=["uno", "layers"]).count() == 2


def test_cohort_with_the_same_title_is_a_different_one(learner, folder, capsys):
    change(folder / "course.yaml", ("slug: spring", "slug: spring-2027"))
    with pytest.raises(CommandError, match="cohort spring"):
        call_command("load_course", str(folder))
    loaded(folder, capsys, removed="draft")
    learner.refresh_from_db()
    assert (learner.cohort.slug, learner.cohort.open) == ("spring", False)
    assert not Cohort.objects.get(slug="spring-2027").enrollments.exists()


def remove_lesson(folder):
    for name in ("01-start.md", "01-start.quiz.md"):
        (folder / "one" / name).unlink()
    (folder / "one/02-new.md").write_text("---\nslug: new\ntitle: New\nstatus: published\n---\n\nNew text.\n")
    change(folder / "labs/first/lab.yaml", ("    lesson: start#begin\n", ""))
    change(folder / "labs/first/brief.md", ("[the lesson](lesson:start)", "the lesson"))


def test_file_that_is_gone_is_reported_and_needs_an_answer_before_anything_is_loaded(learner, folder, capsys):
    before = standing(learner)
    remove_lesson(folder)
    with pytest.raises(CommandError) as refused:
        call_command("load_course", str(folder))
    said = str(refused.value)
    assert "lesson start, published" in said and "quiz start" in said and "--removed=draft" in said
    assert not Lesson.objects.filter(slug="new").exists()
    assert standing(learner) == before


@pytest.mark.parametrize(("answer", "status"), [("keep", "published"), ("draft", "draft")])
def test_answer_about_a_file_that_is_gone_is_followed_and_not_requested_again(
    learner, folder, capsys, answer, status
):
    remove_lesson(folder)
    loaded(folder, capsys, removed=answer)
    assert Lesson.objects.get(slug="start").status == status
    assert (Quiz.objects.get().current is None) == (answer == "draft")
    assert Reading.objects.count() == Attempt.objects.count() == 1
    assert "nothing changed" in loaded(folder, capsys)


def test_every_kind_of_file_that_is_gone_is_named(folder, capsys):
    load(folder, capsys)
    shutil.rmtree(folder / "labs/first")
    (folder / "course.yaml").write_text("schema: 1\nslug: tiny\ntitle: Tiny\nsessions: [two]\n")
    (folder / "one").rename(folder / "old")
    (folder / "two").mkdir()
    (folder / "two/session.yaml").write_text("slug: second\ntitle: Another evening\n")
    with pytest.raises(CommandError) as refused:
        call_command("load_course", str(folder))
    for words in (
        "session first-evening",
        "lesson start, published",
        "lab first, published",
        "cohort spring",
    ):
        assert words in str(refused.value)
    loaded(folder, capsys, removed="draft")
    assert (Lesson.objects.get().status, Lab.objects.get().status, Cohort.objects.get().open) == (
        "draft",
        "draft",
        False,
    )
    assert Session.objects.count() == 2
