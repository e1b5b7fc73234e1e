"""Questions whose answer is the text of a file: written, proved, answered, judged by a worker, and reviewed."""

import pytest
from django.db import connection
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from labs.file_questions import judging, tasks
from labs.file_questions.question import FileQuestion
from labs.grading.apart import ApartError
from lessons.quizzes import QuizSyntaxError, parse
from lessons.quizzes.formats import EXPORTS, export_quiz
from lessons.quizzes.kinds.free_text import FreeText
from lessons.quizzes.writing import write_question
from tests.authoring.conftest import lesson_fields, make_instructor
from tests.factories import make_learner, make_lesson, make_quiz, make_staff
from tests.quiz_pages.conftest import Cast, client_of

FRONT = "---\ntitle: Workflows\npass_mark: 70\nattempts: {attempts}\nrelease: {release}\n---\n\n"
[QUESTION] = parse(FRONT.format(attempts=0, release="now") + FileQuestion.example, stored=True).questions
ORDER = "workflow: {path: .github/workflows/tests.yml, order: [checkout, test]}"
SOLUTION = QUESTION.solution
PARTLY = SOLUTION.replace("python -m pytest", "echo done")


@pytest.fixture(autouse=True)
def judge_here(monkeypatch):
    """Judge in this process. tests/quiz_pages/test_file_judging.py starts the real one."""

    def judge(checks, texts):
        return [checks.judge(text) for text in texts]

    monkeypatch.setattr(judging, "judge", judge)
    monkeypatch.setattr(tasks, "MAX_SECONDS", 600)  # no task ends early on a slow machine


def make(release="now", attempts=0, source=FileQuestion.example) -> Cast:
    lesson = make_lesson(slug="workflows")
    quiz = make_quiz(FRONT.format(attempts=attempts, release=release) + source, lesson)
    course = lesson.course
    return Cast(quiz, make_learner(course), make_learner(course), make_staff(course), make_learner().user)


def problems_of(source):
    with pytest.raises(QuizSyntaxError) as caught:
        parse(FRONT.format(attempts=0, release="now") + source)
    return [(problem.line, problem.message) for problem in caught.value.problems]


def line_of(text, source=FileQuestion.example):
    whole = FRONT.format(attempts=0, release="now") + source
    return whole[: whole.index(text)].count("\n") + 1


# --- the Markdown, and the proof at save ----------------------------------------------------------------------------


def test_the_example_is_read_proved_and_written_again():
    quiz = parse(FRONT.format(attempts=0, release="now") + FileQuestion.example)
    [question] = quiz.questions
    assert (question.path, question.start) == (".github/workflows/tests.yml", "name: Tests")
    assert quiz.warnings == ()
    [again] = parse(FRONT.format(attempts=0, release="now") + write_question(question)).questions
    assert again.answer_lines() == question.answer_lines()


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("      - run: python -m pytest\n", "", "```solution", "The solution does not pass the check tests."),
        ("on: [push]", "on: [pull_request]", "on: [pull_request]", "does not pass the check push. A push to"),
        ("```solution\n", "```solution\n```\n```x\n", "```solution", "needs ```solution with a file"),
        ("```checks\n", "```free-text\n", "```free-text", "has no part free-text"),
        ("name: Tests\n```\n```checks", SOLUTION + "\n```\n```checks", "```file", "passes all checks"),
        ("```file .github/workflows/tests.yml", "```file ../tests.yml", "```file", "Name the file after"),
        ("starts_on", "starts_onn", "starts_onn", "starts_on"),
        ("path: .github/workflows/tests.yml, order", "path: ci.yml, order", "path: ci.yml", "the only file is"),
        (ORDER, "run: {command: [ls], since: main}", "run:", "a file has no history: delete `since`"),
        (ORDER, "commits: {at_least: 1}", "commits", "needs a repository"),
        ("  points: 2\n", "  points: 2\n  bad: [\n", "```solution", ""),
    ],
)  # fmt: skip
def test_mistakes_of_the_author_are_reported_with_their_line(old, new, where, words):
    assert FileQuestion.example.count(old) == 1 or old.startswith(("workflow", "path"))
    source = FileQuestion.example.replace(old, new, 1)
    found = problems_of(source)
    near = line_of(where, source)
    assert any(abs(line - near) <= 2 and words in message for line, message in found), found


def test_points_for_the_starting_text_are_a_warning():
    start = SOLUTION.replace("      - uses: actions/checkout@v4\n", "")
    source = FileQuestion.example.replace("tests.yml\nname: Tests\n```", f"tests.yml\n{start}\n```", 1)
    [warning] = parse(FRONT.format(attempts=0, release="now") + source).warnings
    assert "passes the check push" in warning.message
    assert warning.line == line_of("- id: push", source)


def test_without_labs_the_quiz_says_which_kind_is_not_known(monkeypatch):
    from lessons.quizzes import kinds

    monkeypatch.setattr(kinds, "_REGISTERED", [])
    [(line, message)] = problems_of(FileQuestion.example)
    assert line == line_of("```file") and "“file”" in message and "needs a portal with labs" in message


@pytest.mark.parametrize("name", EXPORTS)
def test_other_systems_do_not_hold_it_and_the_export_says_so(name):
    quiz = parse(
        f"{FRONT.format(attempts=0, release='now')}{FreeText.example}\n{FileQuestion.example}", stored=True
    )
    exported = export_quiz(quiz, name)
    [loss] = [loss.message for loss in exported.losses if loss.key == "tests-on-push"]
    assert loss.startswith("Not written: ") and loss.endswith("has no question of the kind file.")
    assert b"pytest" not in exported.data


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "status"), [("points=3", "points=4", 302), ("python -m pytest", "echo", 200)]
)
def test_the_staff_site_tries_a_question_once_and_before_the_transaction(monkeypatch, old, new, status):
    quiz = make().quiz
    savepoints, here = [], judging.judge

    def judge(*asked):
        savepoints.append(len(connection.savepoint_ids))  # of the transaction that Django begins
        return here(*asked)

    monkeypatch.setattr(judging, "judge", judge)
    fields = {"source": quiz.source.replace(old, new), "status": "published"}
    address = reverse("admin:lessons_quiz_change", args=[quiz.pk])
    assert client_of(make_instructor(quiz.course)).post(address, fields).status_code == status
    assert savepoints == [0]


@pytest.mark.django_db
def test_neither_saving_its_lesson_nor_broken_links_try_a_question_again(monkeypatch):
    lesson = make().quiz.lesson
    monkeypatch.setattr(judging, "judge", lambda *asked: pytest.fail("tried again"))
    staff = client_of(make_instructor(lesson.course))
    address = reverse("admin:lessons_lesson_change", args=[lesson.pk])
    assert staff.post(address, lesson_fields(lesson, source="## New\n\nText.\n")).status_code == 302
    assert staff.get(reverse("admin:lessons_course_links", args=[lesson.course_id])).status_code == 200


# --- answering ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_file_is_written_in_the_page_and_saved_as_typed():
    cast = make()
    learner, attempt = client_of(cast.learner.user), cast.start()
    url = cast.address("question", 1, 1)
    page = learner.get(url)
    assertContains(page, "\nname: Tests</textarea>")
    assertContains(page, "Content of <code>.github/workflows/tests.yml</code>")
    assertNotContains(page, "pytest")
    learner.post(url, {"answer": "name: Tests\r\n"})
    assert attempt.answers.get().response is None  # what everybody starts from is no answer
    learner.post(url, {"answer": "on:\r\n  push:\r\n\r\n"})
    assert attempt.answers.get().response == "on:\n  push:\n\n"
    refused = learner.post(url, {"answer": "x" * 20_001})
    assert refused.status_code == 422 and "20,001 characters" in refused.content.decode()
    assert attempt.answers.get().response == "on:\n  push:\n\n"


# --- judging and the review -----------------------------------------------------------------------------------------


def submit(cast, text, callbacks):
    with callbacks(execute=False) as later:
        attempt = cast.submit(**{"tests-on-push": text})
    assert FileQuestion.wake_worker in later
    return attempt


@pytest.mark.django_db
def test_a_worker_judges_the_file_and_the_review_says_what_to_fix_first(
    django_capture_on_commit_callbacks, django_assert_num_queries
):
    cast = make()
    attempt = submit(cast, PARTLY, django_capture_on_commit_callbacks)
    assert (attempt.points, attempt.waiting_points, attempt.answers.get().waits_for) == (0, 3, "worker")
    learner, review = client_of(cast.learner.user), cast.address("attempt_review", 1)
    page = learner.get(review)
    for words in (
        "Checking your file",
        "Being checked, 3 points not known yet",
        'hx-trigger="every 2s, wake"',
        "js/poll.js",
        "Refresh",
    ):
        assertContains(page, words)
    poll = {"headers": {"HX-Request": "true"}}
    with django_assert_num_queries(3):  # session, user, and whether an answer waits
        assert learner.get(review, **poll).status_code == 204
    tasks.judge_waiting()
    assert learner.get(review, **poll).status_code == 200
    attempt.refresh_from_db()
    assert (attempt.points, attempt.waiting_points, attempt.answers.get().waits_for) == (1, 0, "")
    page = learner.get(review)
    for words in (
        "Fix this first",
        "Partly correct, 1 of 3 points",
        "css/labs.css",
        "it checks out the code",
        "Passed",
        "<h3>Where</h3>",
    ):
        assertContains(page, words)
    for words in ("hx-trigger", "git push", "git stash", "on <code>main</code>", "commit <code>"):
        assertNotContains(page, words)
    assertContains(page, SOLUTION.split("\n")[-1])  # the correct answer
    tasks.judge_waiting()
    assert attempt.answers.get().markings.count() == 1


@pytest.mark.django_db
def test_before_release_only_the_outcome_of_each_check_is_shown(django_capture_on_commit_callbacks):
    cast = make(release="deadline", attempts=3)
    submit(cast, PARTLY, django_capture_on_commit_callbacks)
    tasks.judge_waiting()
    page = client_of(cast.learner.user).get(cast.address("attempt_review", 1))
    assertContains(page, "it checks out the code, then runs the tests")
    for words in ("Fix this first", "How to fix it", "Expected", "pytest"):
        assertNotContains(page, words)


@pytest.mark.django_db
def test_a_right_file_passes_whatever_its_words(django_capture_on_commit_callbacks):
    cast = make()
    other = SOLUTION.replace(
        "on: [push]", "on:\n  push:\n    branches: [main]\n  schedule: [{cron: '0 4 * * *'}]"
    )
    attempt = submit(cast, other, django_capture_on_commit_callbacks)
    tasks.judge_waiting()
    attempt.refresh_from_db()
    assert (attempt.score, attempt.passed) == (100, True)


@pytest.mark.django_db
def test_a_fault_of_ours_is_left_to_staff_and_never_wrong(monkeypatch, django_capture_on_commit_callbacks):
    cast = make()
    attempt = submit(cast, PARTLY, django_capture_on_commit_callbacks)

    def fail(*args):
        raise ApartError("Grading took longer than 20 seconds and was stopped.")

    monkeypatch.setattr(judging, "judge", fail)
    for _ in range(4):
        assert (attempt.answers.get().waits_for, attempt.waiting_points) == ("worker", 3)
        attempt.answers.update(leased_until=None)  # the pause is over
        tasks.judge_waiting()
        attempt.refresh_from_db()
    assert (attempt.answers.get().waits_for, attempt.waiting_points) == ("staff", 3)
    staff = client_of(cast.instructor)
    assertContains(staff.get(reverse("marking", args=[cast.quiz.course.slug])), "1 answer to mark")
    url = reverse("mark_answer", args=[cast.quiz.course.slug, attempt.answers.get().pk])
    assertContains(staff.get(url), "echo done")
    staff.post(url, {"points": "2", "seen": 0})
    attempt.refresh_from_db()
    assert (attempt.points, attempt.waiting_points) == (2, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("raised", [ApartError, RuntimeError])
def test_answers_of_a_class_are_judged_together_and_a_bad_one_harms_no_other(monkeypatch, raised):
    cast, asked, here = make(), [], judging.judge
    texts = [f"{SOLUTION}\n# {number}\n" for number in range(12)] + ["# bad\n" + SOLUTION]

    def judge(checks, texts):
        asked.append(len(texts))
        if any("bad" in text for text in texts):
            raise raised("it is broken")
        return here(checks, texts)

    monkeypatch.setattr(judging, "judge", judge)
    attempts = [cast.submit(**{"tests-on-push": text}) for text in texts]
    tasks.judge_waiting()
    assert asked == [10, 3, 1, 1, 1]
    for attempt in attempts:
        attempt.refresh_from_db()
    assert [attempt.points for attempt in attempts] == [3] * 12 + [0]
    assert [attempt.waiting_points for attempt in attempts] == [0] * 12 + [3]


@pytest.mark.django_db
def test_staff_correct_the_verdict_of_the_checks(django_capture_on_commit_callbacks):
    cast = make()
    attempt = submit(cast, PARTLY, django_capture_on_commit_callbacks)
    tasks.judge_waiting()
    answer = attempt.answers.get()
    url = reverse("mark_answer", args=[cast.quiz.course.slug, answer.pk])
    client_of(cast.instructor).post(url, {"points": "3", "seen": answer.markings.get().pk, "comment": "Fine"})
    page = client_of(cast.learner.user).get(cast.address("attempt_review", 1))
    assertContains(page, "Correct, 3 of 3 points")
    assertContains(page, "Fine")


# --- limits -----------------------------------------------------------------------------------------------------------

HOSTILE = {
    "deep": "[" * 20_000,
    "bomb": "a: &a [x]\n" + "".join(f"k{n}: &k{n} [*a, *a, *a, *a]\n" for n in range(400)),
    "chain": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
    "stars": "*" * 20_000,
    "quotes": '"' * 20_000,
    "nul": "a\0b",
    "surrogate": "name: \udc80",
    "odd": "\ufeff\u2028\u200b: \x85",
    "empty": "",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_get_a_verdict(text):
    judged = QUESTION.file_checks.judge(text)
    assert (judged.report.points, judged.fault) == (0, "")
