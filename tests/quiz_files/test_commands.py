"""`manage.py import_quiz` and `manage.py export_quiz`."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from lessons.links import PICTURE
from lessons.models import Lesson, Quiz
from lessons.quizzes import parse
from tests.factories import make_lesson, make_quiz
from tests.quiz_files.pinning import SAMPLES
from tests.quizzes.quiz_examples import ONE_OF_EACH

pytestmark = pytest.mark.django_db
MOODLE = SAMPLES / "moodle4.xml"


def run(*arguments) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=out)
    return out.getvalue()


def keys(quiz: Quiz) -> list[str]:
    return [question.key for question in parse(quiz.source).questions]


def test_a_file_becomes_a_draft_with_its_images_and_losses(course, media):
    said = run("import_quiz", MOODLE, "--course", "mlops")
    [lesson] = Lesson.objects.all()
    assert (lesson.title, lesson.status, lesson.session.slug) == ("Git / basics", "draft", "two")
    assert lesson.quiz.current.question_count == 9
    assert keys(lesson.quiz)[:2] == ["record", "distributed"]
    [image] = media.iterdir()
    assert f"![Three areas](/media/images/{image.name})" in lesson.quiz.source
    assert "lost: line 182: Before you start: Not imported: it is a description" in said
    assert said.splitlines()[-1] == "Git / basics (git-basics): 9 questions"


def test_the_same_file_again_changes_nothing(course, media):
    run("import_quiz", MOODLE, "--course", "mlops")
    said = run("import_quiz", MOODLE, "--course", "mlops")
    assert said.splitlines()[-1] == "Git / basics (git-basics): 9 questions, unchanged"
    quiz = Quiz.objects.get()
    assert (quiz.history.count(), quiz.versions.count(), len(list(media.iterdir()))) == (1, 1, 1)


def test_a_quiz_is_replaced_only_if_that_was_allowed(course, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("Q: One?\nA: 1\n")
    run("import_quiz", file, "--course", "mlops")
    file.write_text("Q: One?\nA: 1\n\nQ: Two?\nA: 2\n")
    with pytest.raises(CommandError, match="has a quiz"):
        run("import_quiz", file, "--course", "mlops")
    assert keys(Quiz.objects.get()) == ["one"]
    run("import_quiz", file, "--course", "mlops", "--replace")
    quiz = Quiz.objects.get()
    assert keys(quiz) == ["one", "two"]
    assert quiz.history.count() == 2


def test_a_published_lesson_keeps_its_quiz(course):
    quiz = make_quiz(lesson=make_lesson(course.sessions.first(), slug="git-basics", title="Git / basics"))
    with pytest.raises(CommandError, match="is published"):
        run("import_quiz", MOODLE, "--course", "mlops", "--lesson", "git-basics", "--replace")
    run("import_quiz", MOODLE, "--course", "mlops")
    assert sorted(Lesson.objects.values_list("slug", "status")) == [
        ("git-basics", "published"),
        ("git-basics-2", "draft"),
    ]
    quiz.refresh_from_db()
    assert keys(quiz) == ["which"]


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("Q: One?\n", [], "a.txt: line 1: The question that starts here has no answer. Is the file cut off?"),
        (None, [], "a.txt: No such file or directory"),
        ("Q: One?\nA: 1", ["--course", "other"], "There is no course other."),
        ("Q: One?\nA: 1", ["--lesson", "gone"], "There is no lesson gone in MLOps Edu."),
        ("Q: One?\nA: 1", ["--session", "gone"], "There is no session gone in MLOps Edu."),
        ("Q: One?\nA: 1", ["--encoding", "klingon"], "The encoding klingon is not known."),
    ],
)
def test_a_mistake_is_named_and_nothing_is_stored(course, tmp_path, content, options, message):
    file = tmp_path / "a.txt"
    if content:
        file.write_text(content)
    with pytest.raises(CommandError) as caught:
        run("import_quiz", file, "--course", "mlops", *options)
    assert message in str(caught.value)
    assert not Lesson.objects.exists()


def test_more_questions_than_a_quiz_holds_become_several_drafts(course, tmp_path):
    file = tmp_path / "Bank.txt"
    file.write_text("\n\n".join(f"Q: What is {n}?\nA) {'a' * 400}\nB) b{n}\nAnswer: B" for n in range(1000)))
    run("import_quiz", file, "--course", "mlops", "--session", "one")
    lessons = Lesson.objects.in_order()
    assert [lesson.title for lesson in lessons] == [f"Bank, part {n} of 3" for n in (1, 2, 3)]
    assert sum(lesson.quiz.current.question_count for lesson in lessons) == 1000
    lesson = make_lesson(course.sessions.first(), slug="own", status="draft")
    with pytest.raises(CommandError, match="1,000 questions are too many for one quiz"):
        run("import_quiz", file, "--course", "mlops", "--lesson", lesson.slug)


def test_json_and_dry_run_store_nothing(course):
    found = json.loads(run("import_quiz", MOODLE, "--course", "mlops", "--json"))
    assert found["format"] == "moodle-xml"
    assert found["quizzes"][0]["keys"][0] == "record"
    assert {"path": "", "line": 182, "question": "Before you start"}.items() <= found["losses"][-2].items()
    assert "Git / basics: 9 questions. Nothing was stored." in run(
        "import_quiz", MOODLE, "--course", "mlops", "--dry-run"
    )
    assert not Lesson.objects.exists()


@pytest.mark.parametrize("name", ["gift", "moodle-xml", "qti21"])
def test_a_quiz_goes_out_and_in_with_its_keys(course, tmp_path, name):
    lesson = make_lesson(course.sessions.first(), slug="each")
    make_quiz(ONE_OF_EACH, lesson)
    file = tmp_path / "out"
    said = run("export_quiz", "each", "--course", "mlops", "--format", name, "--output", file)
    assert "lost: line 1: The rules stay in the portal" in said
    run("import_quiz", file, "--course", "mlops")
    quiz = Quiz.objects.exclude(slug="each").get()
    assert quiz.title == "Branches and releases"
    assert set(keys(quiz)) | {"cloze"} == set(keys(lesson.quiz))


@pytest.mark.parametrize("name", ["moodle-xml", "qti21"])
def test_images_go_out_and_in(course, tmp_path, media, name):
    run("import_quiz", MOODLE, "--course", "mlops")
    first = Quiz.objects.get()
    file = tmp_path / "out"
    said = run("export_quiz", first.slug, "--course", "mlops", "--format", name, "--output", file)
    assert "without their files" not in said
    lesson = make_lesson(course.sessions.first(), slug="again", status="draft")
    run("import_quiz", file, "--course", "mlops", "--lesson", lesson.slug)
    again = Quiz.objects.get(slug="again")
    old, new = (set(PICTURE.findall(quiz.source)) for quiz in (first, again))
    assert len(old) == len(new) == 1
    assert old != new
    assert {path.name for path in media.iterdir()} == old | new
    prompts = [parse(quiz.source).questions[0].prompt.partition("(")[0] for quiz in (first, again)]
    assert prompts[0] == prompts[1]


def test_a_quiz_that_cannot_be_exported_says_why(course, tmp_path):
    make_quiz("---\ntitle: T\n", make_lesson(course.sessions.first(), slug="bad", status="draft"))
    with pytest.raises(CommandError, match="Fix the quiz first"):
        run("export_quiz", "bad", "--course", "mlops", "--format", "gift")
    with pytest.raises(CommandError, match="There is no quiz gone"):
        run("export_quiz", "gone", "--course", "mlops", "--format", "gift")
