"""Questions in free text: asked, waiting for marking, marked by staff, corrected, and counted honestly."""

from decimal import Decimal

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from lessons import attempt_actions, marking
from lessons.deleting import delete
from lessons.models import Attempt, CourseStaff, Marking
from lessons.quizzes import QuizSyntaxError, parse
from lessons.quizzes.writing import write_question
from portal.accounts.models import User
from tests.factories import make_learner, make_lesson, make_quiz, make_staff
from tests.quiz_pages.conftest import Cast, client_of

pytestmark = pytest.mark.django_db

FRONT = "---\ntitle: Merging\npass_mark: {pass_mark}\nattempts: 0\nrelease: now\n---\n"
QUESTIONS = """
## Which command merges? {#merge points=2}
- [x] git merge
- [ ] git add
> It merges.

## Why do teams merge often? {#why points=4}

Write *one* paragraph.

````free-text words=5
Rubric canary: 2 points for **conflicts**.

```yaml
a: 1
```
````
> The model answer.
"""


def make(pass_mark: int = 70) -> Cast:
    lesson = make_lesson(slug="merging")
    quiz = make_quiz(FRONT.format(pass_mark=pass_mark) + QUESTIONS, lesson)
    course = lesson.course
    return Cast(quiz, make_learner(course), make_learner(course), make_staff(course), make_learner().user)


@pytest.fixture
def cast():
    return make()


def assistant_of(cast) -> object:
    staff = make_staff(cast.quiz.course)
    CourseStaff.objects.filter(user=staff).update(role=CourseStaff.Role.ASSISTANT)
    return client_of(staff)


def answer_of(attempt: Attempt):
    return attempt.answers.get(key="why")


def mark_url(attempt: Attempt) -> str:
    return reverse("mark_answer", args=[attempt.quiz.course.slug, answer_of(attempt).pk])


def give(client, attempt, points, comment="", seen=0):
    return client.post(mark_url(attempt), {"points": points, "comment": comment, "seen": seen})


# --- the Markdown ---------------------------------------------------------------------------------------------------


def test_a_question_in_free_text_is_read_and_written_again():
    question = parse(FRONT.format(pass_mark=1) + QUESTIONS).questions[1]
    assert (question.kind, question.words, question.points) == ("free-text", 5, 4)
    assert question.notes == "Rubric canary: 2 points for **conflicts**.\n\n```yaml\na: 1\n```"
    assert question.prompt == "Why do teams merge often?\n\nWrite *one* paragraph."
    [again] = parse(FRONT.format(pass_mark=1) + "\n" + write_question(question)).questions
    assert (again.notes, again.words, again.prompt, again.explanation) == (
        *(question.notes, question.words),
        *(question.prompt, question.explanation),
    )


@pytest.mark.parametrize(
    ("fence", "line", "words"),
    [
        ("```free-text words=0\nx\n```", 9, "After free-text, write nothing or a word limit"),
        ("```free-text words=2001\nx\n```", 9, "at most 2,000"),
        ("```free-text long\nx\n```", 9, "After free-text, write nothing"),
        ("```free-text\nx\n```\n```free-text\ny\n```", 12, "has one fence"),
        ("```free-text\nx", 9, "is not closed"),
        ("- [x] a\n- [ ] b\n```free-text\nx\n```", 11, "different kind of answer"),
        ("```solution\nx\n```", 9, "“solution” does not start the answer of any kind of question"),
    ],
)
def test_mistakes_are_reported_with_their_line(fence, line, words):
    source = f"{FRONT.format(pass_mark=1)}\n## Why? {{#why}}\n{fence}\n> Because.\n"
    with pytest.raises(QuizSyntaxError) as caught:
        parse(source)
    assert any(problem.line == line and words in problem.message for problem in caught.value.problems), (
        caught.value
    )


# --- the learner ----------------------------------------------------------------------------------------------------


def test_an_answer_is_saved_as_typed_and_a_long_one_is_not_lost(cast):
    learner, attempt = client_of(cast.learner.user), cast.start()
    url = cast.address("question", attempt.number, 2)
    page = learner.get(url)
    assertContains(page, "<textarea")
    assertContains(page, "at most 5 words")
    assertNotContains(page, "canary")
    saved = learner.post(url, {"answer": "  one\r\n\ttwo  \x00\r\n\r\nthree"})
    assert saved.content.decode().startswith("Saved at") and "words" not in saved.content.decode()
    assert answer_of(attempt).response == "  one\n\ttwo  \n\nthree"
    assertContains(learner.get(url), "\n  one\n\ttwo  \n\nthree</textarea>")
    saved = learner.post(url, {"answer": "one two three four five six"})
    assert "Your answer has 6 words. The limit is 5" in saved.content.decode()
    refused = learner.post(url, {"answer": "x" * 30_001})
    assert refused.status_code == 422 and "30,001 characters" in refused.content.decode()
    assert answer_of(attempt).response == "one two three four five six"


def test_points_are_not_known_until_staff_mark(cast):
    attempt = cast.submit(merge=[0], why="Because of conflicts")
    assert (attempt.points, attempt.score, attempt.passed, attempt.waiting_points) == (2, 33, False, 4)
    assert (answer_of(attempt).credit, answer_of(attempt).waits_for) == (None, "staff")
    learner = client_of(cast.learner.user)
    review = learner.get(cast.address("attempt_review", 1))
    assertContains(review, "Waiting for marking")
    assertContains(review, "<b>33%</b> so far, 2 of 6 points. 4 points are not known yet.")
    assertContains(review, "Waiting for marking, 4 points not known yet")
    for words in ("Needs work", "canary", "Incorrect", "The model answer."):
        assertNotContains(review, words)
    missed = learner.get(cast.address("attempt_review", 1) + "?show=missed")
    assertContains(missed, "You didn’t miss any questions.")
    assertContains(learner.get(cast.address("quiz")), "Attempt 1: 33% so far")
    course = [cast.quiz.course.slug]
    progress = learner.get(reverse("progress", args=course))
    assertContains(progress, "66.7 of these points are waiting for marking.")
    assertContains(progress, "2 so far, 4 waiting for marking")
    outline = learner.get(reverse("course", args=course))
    assertContains(outline, "2 so far, 4 waiting for marking")
    assertContains(learner.get(reverse("home")), "66.7 points are waiting for marking.")


def test_known_points_can_be_enough_to_pass_and_an_empty_answer_does_not_wait():
    cast = make(pass_mark=30)
    attempt = cast.submit(merge=[0], why="Conflicts")
    assert (attempt.passed, attempt.is_waiting) == (True, True)
    attempt = cast.submit(merge=[1])
    assert (attempt.points, attempt.passed, attempt.is_waiting) == (0, False, False)


# --- marking --------------------------------------------------------------------------------------------------------


def test_staff_mark_the_answers_to_a_question_one_after_the_other(cast):
    others = [make_learner(cast.quiz.course) for _ in range(4)]
    attempts = [cast.submit(why="A <b>text</b>")]
    for enrollment in others:
        attempt = attempt_actions.start_attempt(enrollment=enrollment, quiz=cast.quiz)
        attempt_actions.save_answer(attempt=attempt, key="why", response="Text", flagged=False)
        attempts.append(attempt_actions.submit_attempt(attempt=attempt))
    staff = assistant_of(cast)
    queue = reverse("marking", args=[cast.quiz.course.slug])
    page = staff.get(queue)
    assertContains(page, "5 answers to mark")
    assertContains(page, "Why do teams merge often?")
    first = staff.get(reverse("marking_question", args=[cast.quiz.course.slug, cast.quiz.slug, "why"]))
    seen, url = [], first.url
    while url != queue:
        page = staff.get(url)
        seen.append(url)
        assertContains(page, "Rubric canary")
        assertContains(page, "The model answer.")
        url = staff.post(url, {"points": "2,5", "comment": "Good", "seen": 0}).url
    assert sorted(seen) == sorted(map(mark_url, attempts))
    assert seen != list(map(mark_url, attempts))  # shuffled, by a fixed rule
    assertContains(staff.get(queue), "Nothing to mark")
    for attempt in attempts:
        attempt.refresh_from_db()
        assert (attempt.points, attempt.score, attempt.waiting_points) == (Decimal("2.5"), 42, 0)


def test_the_learner_sees_points_and_comment_and_a_correction_keeps_the_first(cast):
    attempt = cast.submit(merge=[0], why="Conflicts")
    staff, learner = client_of(cast.instructor), client_of(cast.learner.user)
    give(staff, attempt, "1", "Say <i>more</i>.\nMuch more.")
    review = learner.get(cast.address("attempt_review", 1))
    for words in (
        "1 of 4 points</b>, marked by",
        "Say &lt;i&gt;more&lt;/i&gt;.\nMuch more.",
        "Partly correct",
    ):
        assertContains(review, words)
    assertNotContains(review, "canary")
    first = Marking.objects.get()
    page = staff.get(mark_url(attempt))
    assertContains(page, f'name="seen" value="{first.pk}"')
    assertContains(page, "Save the correction")
    give(staff, attempt, "4", "", seen=first.pk)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.passed) == (6, True)
    assert [(each.points, each.by) for each in Marking.objects.all()] == [
        (1, cast.instructor),
        (4, cast.instructor),
    ]
    assertContains(staff.get(cast.address("attempt_of", 1, cast.learner.pk)), "Correct the marking")


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "points", ["", "-1", "4.01", "5", "1.234", "NaN", "1e400", "Infinity", "zwei", "1" * 13, "٣"]
)
def test_points_outside_the_range_are_refused_and_the_comment_stays(cast, points):
    attempt = cast.submit(why="Conflicts")
    page = give(client_of(cast.instructor), attempt, points, "My comment")
    assertContains(page, "from 0 to 4", status_code=422)
    assertContains(page, "My comment</textarea>", status_code=422)
    assert not Marking.objects.exists()


def test_the_second_of_two_markers_is_told_and_nothing_is_overwritten(cast):
    attempt = cast.submit(why="Conflicts")
    one, two = client_of(cast.instructor), assistant_of(cast)
    one.get(mark_url(attempt))
    assertContains(two.get(mark_url(attempt)), "This answer is being marked by")
    give(one, attempt, "1")
    late = give(two, attempt, "3", "Mine")
    assertContains(late, "marked this answer in the meantime, with 1 point.", status_code=409)
    assertContains(late, "Mine</textarea>", status_code=409)
    assert Marking.objects.get().points == 1
    assert give(two, attempt, "3", "Mine", seen=Marking.objects.get().pk).status_code == 302
    assert [row.points for row in Marking.objects.all()] == [1, 3]


def test_sent_twice_is_saved_once(cast):
    attempt = cast.submit(why="Conflicts")
    values = {"answer": answer_of(attempt), "by": cast.instructor, "points": Decimal(2), "comment": ""}
    first = marking.mark_answer(**values, seen=0)
    assert marking.mark_answer(**values, seen=first.pk) == first
    assert Marking.objects.count() == 1


def test_answers_that_others_have_open_come_last(cast):
    attempts = [cast.submit(why=f"Conflicts {number}") for number in range(3)]
    one, two = client_of(cast.instructor), assistant_of(cast)
    start = reverse("marking_question", args=[cast.quiz.course.slug, cast.quiz.slug, "why"])
    opened = one.get(start).url
    one.get(opened)
    second = next(mark_url(each) for each in attempts if mark_url(each) != opened)
    following = two.get(second).context["following"]
    assert not opened.endswith(f"/{following}/")


def test_only_staff_of_the_course_mark(cast):
    attempt = cast.submit(why="Conflicts")
    visiting = client_of(make_staff(make_lesson(slug="elsewhere").course))
    for client, status in ((client_of(cast.learner.user), 404), (visiting, 404)):
        assert client.get(mark_url(attempt)).status_code == status
        assert give(client, attempt, "4").status_code == status
    assert not Marking.objects.exists()


def test_an_attempt_in_progress_cannot_be_marked(cast):
    attempt = cast.start()
    cast.answer(attempt, why="Conflicts")
    assert give(client_of(cast.instructor), attempt, "4").status_code == 404


def test_the_start_page_of_staff_says_how_many_answers_wait(cast):
    staff = make_staff(cast.quiz.course)
    staff.is_staff = True
    staff.save()
    client, link = client_of(staff), reverse("marking", args=[cast.quiz.course.slug])
    assertNotContains(client.get(reverse("admin:index")), link)
    cast.submit(why="Conflicts")
    cast.submit(why="More conflicts")
    for page in (reverse("admin:index"), reverse("teach", args=[cast.quiz.course.slug])):
        assertContains(client.get(page), f'href="{link}">Mark 2 answers</a>')
    delete(row=cast.quiz, by=staff)
    assertNotContains(client.get(reverse("admin:index")), link)
    assertContains(client.get(link), "Nothing to mark")
    assert client.get(mark_url(cast.learner.attempts.first())).status_code == 404


def test_the_item_analysis_counts_a_new_mark_at_once(cast):
    attempt, staff = cast.submit(why="Conflicts"), client_of(cast.instructor)
    User.objects.filter(pk=cast.instructor.pk).update(is_staff=True)

    def counts() -> tuple[int, int]:
        found = staff.get(cast.address("item_analysis")).context["found"].items[1]
        return found.marked, found.right

    assert counts() == (0, 0)
    give(staff, attempt, "0")  # the totals stay the same
    assert counts() == (1, 0)


@pytest.mark.parametrize("count", [2, 6])
def test_the_number_of_queries_is_fixed(cast, count, django_assert_num_queries):
    attempts = [cast.submit(why=f"Text {number}") for number in range(count)]
    staff = client_of(cast.instructor)
    staff.get(mark_url(attempts[0]))
    with django_assert_num_queries(QUEUE_QUERIES):
        staff.get(reverse("marking", args=[cast.quiz.course.slug]))
    with django_assert_num_queries(MARK_QUERIES):
        staff.get(mark_url(attempts[0]))


QUEUE_QUERIES = 6
MARK_QUERIES = 14
