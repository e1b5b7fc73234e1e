"""Questions whose answer is a program: proved and judged by a worker, in the real sandbox."""

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from labs.file_questions import tasks
from labs.file_questions.question import FileQuestion
from labs.grader.one_file import read_file_checks
from labs.grader.sandbox.opening import open_sandbox
from lessons import actions, marking, quiz_proofs
from lessons.copying import copy_course
from lessons.models import Quiz, QuizVersion
from lessons.quizzes import CannotJudgeError, parse
from lessons.tasks import begin
from lessons.term import Term
from tests.authoring.conftest import make_instructor
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_learner, make_lesson, make_quiz, make_staff
from tests.quiz_pages.conftest import Cast, client_of
from tests.quiz_pages.test_file_questions import FRONT

pytestmark = pytest.mark.django_db
[EXAMPLE] = FileQuestion.more_examples.values()
SOURCE = FRONT.format(attempts=0, release="now") + EXAMPLE
[QUESTION] = parse(SOURCE, stored=True).questions
WRONG = "def mean(numbers):\n    return sum(numbers) / len(numbers)\n"
GIVEN = SOURCE.replace("```checks\n", "```given data/prices.csv\nprice\n3\n```\n```checks\n")
NOT_PROVED = SOURCE.replace(" if numbers else None", "")


@pytest.fixture(autouse=True)
def no_task_ends_early(monkeypatch):
    monkeypatch.setattr(tasks, "MAX_SECONDS", 600)


@pytest.fixture
def sandbox():
    found = open_sandbox(
        django_settings.SANDBOX, django_settings.ENVIRONMENTS_ROOT, django_settings.ENVIRONMENTS_MAX_BYTES
    )
    if why := found.unavailable():
        pytest.skip(f"cannot sandbox code: {why}")
    return found


def make(source=SOURCE) -> Cast:
    lesson = make_lesson(slug="programs")
    course, quiz = lesson.course, make_quiz(source, lesson)
    return Cast(quiz, make_learner(course), make_learner(course), make_staff(course), make_learner().user)


def save(quiz: Quiz, source: str) -> Quiz:
    quiz.source = source
    return actions.save_quiz(quiz=quiz)


def proved(source=SOURCE) -> Cast:
    cast = make(source)
    QuizVersion.objects.update(proved=True)
    quiz_proofs.settle(cast.quiz, cast.quiz.versions.get())
    return cast


# --- the proof --------------------------------------------------------------------------------------------------------


@pytest.mark.heavy
def test_a_worker_proves_the_quiz_and_learners_see_it_only_then(sandbox):
    cast = make()
    learner, author = client_of(cast.learner.user), client_of(make_instructor(cast.quiz.course))
    page = reverse("admin:lessons_quiz_change", args=[cast.quiz.pk])
    assert learner.get(cast.address("quiz")).status_code == 404
    assertContains(author.get(page), "Learners see it once it is proved.")
    teach = reverse("teach", args=[cast.quiz.course.slug])
    assertContains(author.get(teach), "Proof waits")
    quiz_proofs.prove_quizzes()
    assert learner.get(cast.address("quiz")).status_code == 200
    assertContains(author.get(page), "Proved: a worker ran the code.")
    assertNotContains(author.get(teach), "Proof waits")

    save(cast.quiz, NOT_PROVED)
    quiz_proofs.prove_quizzes()
    cast.quiz.refresh_from_db()
    assert cast.quiz.current.source == SOURCE, "learners keep the version that was proved"
    found = author.get(page)
    line = NOT_PROVED[: NOT_PROVED.index("```solution")].count("\n") + 1
    for words in ("Not proved", f"Line {line}: ", "the mean of an empty list is None"):
        assertContains(found, words)
    assertContains(author.get(teach), "Not proved")

    save(cast.quiz, SOURCE)
    cast.quiz.refresh_from_db()
    assert cast.quiz.unproved is None and not quiz_proofs.waiting().exists()


@pytest.mark.heavy
def test_hidden_tests_that_cannot_be_loaded_are_a_problem_of_the_author(sandbox):
    cast = make(SOURCE.replace("      def test_numbers", "      import absent\n      def test_numbers"))
    quiz_proofs.prove_quizzes()
    [(line, words)] = cast.quiz.versions.get().proof["problems"]
    assert line == cast.quiz.source[: cast.quiz.source.index("```checks")].count("\n") + 1
    assert words.endswith("The hidden tests cannot be loaded: ModuleNotFoundError: No module named 'absent'.")


def test_a_fault_of_ours_is_tried_again_after_a_pause_and_the_page_says_so(monkeypatch):
    cast = make()
    monkeypatch.setattr(django_settings, "SANDBOX", "unix:///nowhere/runner.sock")
    quiz_proofs.prove_quizzes()
    version = cast.quiz.versions.get()
    assert (version.proof, version.proved, version.tries) == (None, False, 1)
    assert version.leased_until and not quiz_proofs.waiting().exists()
    author = client_of(make_instructor(cast.quiz.course))
    page = author.get(reverse("admin:lessons_quiz_change", args=[cast.quiz.pk]))
    assertContains(
        page, "Tried 1 time. Fault on our side: check mean: Not run: code cannot be run in a sandbox here"
    )
    QuizVersion.objects.update(leased_until=timezone.now() + quiz_proofs.PAUSES[-1])
    begin()
    assert quiz_proofs.waiting().get() == version
    QuizVersion.objects.update(tries=quiz_proofs.MAX_TRIES)
    assert not quiz_proofs.waiting().exists()
    save(cast.quiz, SOURCE)
    assert quiz_proofs.waiting().get() == version


def test_the_last_try_is_not_called_a_failure_while_it_runs(monkeypatch):
    make()
    QuizVersion.objects.update(tries=quiz_proofs.MAX_TRIES - 1, fault="No sandbox.")

    def prove(source):
        lines.extend(quiz_proofs.proof_lines(QuizVersion.objects.get(), timezone.now()))
        raise CannotJudgeError("No sandbox.")

    lines = []
    monkeypatch.setattr(quiz_proofs, "prove_in_worker", prove)
    assert quiz_proofs.prove_next()
    lines += quiz_proofs.proof_lines(QuizVersion.objects.get(), timezone.now())
    tried = f"Tried {quiz_proofs.MAX_TRIES} times without a result. No sandbox. To try again, save the quiz."
    assert lines == ["A worker is running the code.", tried]


def test_a_proof_that_ends_after_a_later_save_does_not_bring_the_old_text_back(monkeypatch):
    cast = make()

    def prove(source):
        save(cast.quiz, SOURCE.replace("points=2", "points=3"))
        return [], []

    monkeypatch.setattr(quiz_proofs, "prove_in_worker", prove)
    assert quiz_proofs.prove_next()
    cast.quiz.refresh_from_db()
    assert cast.quiz.current is None
    assert quiz_proofs.waiting().get() == cast.quiz.unproved


def test_a_copied_course_proves_its_own_quiz():
    cast = make()
    new = copy_course(course=cast.quiz.course, term=Term("next", "Next"), by=cast.instructor)
    quiz = new.quizzes.get()
    assert quiz.current is None and quiz.unproved in quiz_proofs.waiting()


def test_given_files_are_shown_and_written_again():
    [question] = parse(GIVEN, stored=True).questions
    assert question.given == (("data/prices.csv", "price\n3"),)
    assert question.answer_lines()[2:6] == ["    ...", "```", "```given data/prices.csv", "price"]
    cast = proved(GIVEN)
    cast.start()
    page = client_of(cast.learner.user).get(cast.address("question", 1, 1))
    assertContains(page, "<figcaption><span>data/prices.csv</span></figcaption>")
    taken = read_file_checks(
        "a.py",
        "- {id: a, says: a, points: 1, csv: {path: b.csv, rows_at_least: 1}}\n",
        (("b.csv", "x\n1\n"),),
    )
    assert taken.judge("").report.points == 1


# --- judging ----------------------------------------------------------------------------------------------------------


@pytest.mark.heavy
def test_the_review_says_which_test_failed_and_shows_no_hidden_code(sandbox):
    cast = proved()
    attempt = cast.submit(mean=WRONG)
    tasks.judge_waiting()
    attempt.refresh_from_db()
    assert (attempt.points, attempt.waiting_points) == (0, 0)
    page = client_of(cast.learner.user).get(cast.address("attempt_review", 1))
    for words in ("the mean of an empty list is None", "all 2 hidden tests pass", "1 of 2 passed"):
        assertContains(page, words)
    for words in ("learner.call", "git switch", "0000000", "<h3>Where</h3>"):
        assertNotContains(page, words)
    right = cast.submit(mean=QUESTION.solution)
    tasks.judge_waiting()
    right.refresh_from_db()
    assert (right.points, right.passed) == (2, True)


def test_without_a_sandbox_the_answer_waits_then_goes_to_staff_and_is_never_wrong(monkeypatch):
    cast = proved()
    attempt = cast.submit(mean=WRONG)
    monkeypatch.setattr(django_settings, "SANDBOX", "unix:///nowhere/runner.sock")
    tasks.judge_waiting()
    answer = attempt.answers.get()
    assert (answer.waits_for, answer.tries, answer.credit) == ("worker", 2, None)
    assert marking.waiting_for_worker("file") == []
    attempt.answers.update(leased_until=None, tries=len(marking.PAUSES))
    tasks.judge_waiting()
    attempt.refresh_from_db()
    assert (attempt.answers.get().waits_for, attempt.waiting_points) == ("staff", 2)


def test_an_answer_that_another_worker_holds_is_left_alone(monkeypatch):
    cast = proved()
    attempt = cast.submit(mean=WRONG)
    [answer] = marking.waiting_for_worker("file")
    assert marking.take_for_worker(answer)
    monkeypatch.setattr(FileQuestion, "judge", lambda *asked: pytest.fail("judged twice"))
    tasks.judge_waiting()
    tasks.judge_answers([answer])
    assert attempt.answers.get().tries == 1


HOSTILE = {
    "forks": "import os\nwhile True:\n    os.fork()\n",
    "loop": "def mean(numbers):\n    while True: pass\n",
    "output": "while True: print('x' * 100_000)\n",
    "memory": "x = bytearray(1 << 40)\n",
    "exit": "import os\nos._exit(0)\n",
    "tests": (
        "import pathlib\ndef mean(numbers):\n"
        "    found = [path for path in pathlib.Path('/box').rglob('*.py')]\n"
        "    assert [path.name for path in found] == ['stats.py'], found\n"
        "    assert 'solution' not in str(dict(__import__('os').environ))\n"
        "    return 3.0 if numbers else None\n"
    ),
}


@pytest.mark.heavy
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_program_gets_a_verdict_and_finds_nothing(sandbox, name):
    source = QUESTION.checks.replace("code: |", "seconds: 5\n    code: |")
    judged = read_file_checks("stats.py", source).judge(HOSTILE[name], sandbox)
    assert judged.fault == ""
    [result] = judged.report.results
    # the last one passes because it found nothing but itself
    assert result.outcome == ("passed" if name == "tests" else "needs_work"), result.why


# --- in a browser -----------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.heavy
@pytest.mark.parametrize("options", [small_dark(), wide_light()], ids=["small dark", "wide light"])
@pytest.mark.django_db(transaction=True)
def test_pages_of_a_program_pass_axe_and_fit(sandbox, browser, live_server, options, tmp_path):
    cast = proved(GIVEN)
    context = open_context(browser, live_server, cast.learner.user, **options)
    page = context.new_page()
    cast.start()
    for name, place in (("question", (1, 1)), ("attempt_review", (1,))):
        if name == "attempt_review":
            cast.submit(mean=WRONG)
            tasks.judge_waiting()
        page.goto(cast.address(name, *place))
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        assert axe_violations(page) == [], name
        assert not widens(page), name
    context.close()
    author = open_context(browser, live_server, make_instructor(cast.quiz.course), **options)
    page = author.new_page()
    save(cast.quiz, NOT_PROVED)
    quiz_proofs.prove_quizzes()
    page.goto(reverse("admin:lessons_quiz_change", args=[cast.quiz.pk]))
    page.get_by_text("Not proved").scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "proof.png", full_page=True)
    assert not widens(page)
    author.close()
