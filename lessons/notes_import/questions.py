"""Questions that a trainer accepted in notes, given to the quiz of their lesson."""

from collections.abc import Sequence

from django.db import transaction

from lessons.actions import save_quiz
from lessons.authoring import free_quiz_slug
from lessons.models import Lesson, NotesLesson, Quiz
from lessons.notes import Question
from lessons.quizzes.writing import write_front_matter
from portal.accounts.models import User

PASS_MARK = 70


def waiting_questions(known: NotesLesson, questions: Sequence[Question]) -> list[Question]:
    """Return the questions that the quiz was never given; one that was deleted there does not come back."""
    return [question for question in questions if question.key not in known.questions]


@transaction.atomic
def add_questions(
    *, lesson: Lesson, questions: Sequence[Question], by: User | None = None, is_live: bool = False
) -> Quiz | None:
    """Append questions to the quiz of a lesson, or make one. Return it, None if there was nothing to add.

    A new quiz is a draft. One that learners see, now or later, gets no question unless `is_live` says so.
    """
    known = NotesLesson.objects.select_for_update().get(lesson=lesson)
    new = waiting_questions(known, questions)
    quiz = Quiz.objects.filter(lesson=lesson).first() or _new_quiz(lesson)
    is_seen = not (quiz.is_draft or lesson.is_draft)
    if not new or (is_seen and not is_live):
        return None
    texts = [question.markdown for question in new if f"{{#{question.key}}}" not in quiz.source]
    quiz.source = "\n\n".join([quiz.source.rstrip("\n"), *(text.strip("\n") for text in texts)]) + "\n"
    quiz._history_user = by  # type: ignore[attr-defined]  # simple-history's way
    save_quiz(quiz=quiz)
    known.questions = [*known.questions, *(question.key for question in new)]
    known.save(update_fields=["questions"])
    return quiz


def _new_quiz(lesson: Lesson) -> Quiz:
    source = write_front_matter(lesson.title, PASS_MARK, 0, "now")
    return Quiz(
        course=lesson.course,
        lesson=lesson,
        slug=free_quiz_slug(lesson),
        source=source,
        status=Quiz.Status.DRAFT,
    )
