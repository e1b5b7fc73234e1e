"""Change the key of a quiz from its item analysis: accept another answer, or drop a question."""

from django.db import transaction

from lessons.actions import save_quiz
from lessons.models import Quiz, QuizVersion
from lessons.quizzes import QuizSyntaxError, parse_once
from lessons.quizzes.editing import CannotEditError, accept_option, accept_text, drop_question
from portal.accounts import audit


class CannotChangeKeyError(Exception):
    """The key was not changed; the message says why and what to do."""


def change_key(*, quiz: Quiz, seen: int, key: str, do: str, answer: int | str) -> QuizVersion | None:
    """Save the quiz with a changed key as a new version, and return the one before.

    `do` is "accept" or "drop", `answer` the position of an option or a text, `seen` the key of the version that the
    person saw. Raises CannotChangeKeyError.
    """
    with parse_once():
        # Before the transaction: to try the questions of a quiz may take seconds.
        current = Quiz.objects.select_related("current").get(pk=quiz.pk)
        _check_unchanged(current, seen)
        edited = _edit(current.source, key, do, answer)
        return _save(quiz, seen, current.source, edited, f"{do} {key}: {quiz.title}")


@transaction.atomic
def _save(quiz: Quiz, seen: int, read: str, edited: str, what: str) -> QuizVersion | None:
    locked = (
        Quiz.objects.select_for_update(of=("self",))
        .select_related("current", "lesson__course")
        .get(pk=quiz.pk)
    )
    if locked.source != read:
        raise CannotChangeKeyError("Somebody changed the quiz in the meantime. Look at it again.")
    before, locked.source = locked.current, edited
    save_quiz(quiz=locked)
    quiz.current = locked.current
    audit.record(audit.Event.GRADE, f"key changed: {what}")
    return before


def _check_unchanged(quiz: Quiz, seen: int) -> None:
    if quiz.current is None or quiz.current_id != seen:
        raise CannotChangeKeyError(
            "There is a newer version of the quiz. Look at it before you change its key."
        )
    if _plain(quiz.source) != _plain(quiz.current.source):
        raise CannotChangeKeyError(
            "The quiz has changes that are not valid yet. Edit it in the staff site first."
        )


def _plain(source: str) -> str:
    return source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _edit(source: str, key: str, do: str, answer: int | str) -> str:
    try:
        if do == "drop":
            return drop_question(source, key)
        if do == "accept" and isinstance(answer, int):
            return accept_option(source, key, answer)
        if do == "accept":
            return accept_text(source, key, str(answer))
    except CannotEditError as error:
        raise CannotChangeKeyError(str(error)) from None
    except QuizSyntaxError as error:
        problem = error.problems[0]
        raise CannotChangeKeyError(f"Not saved: line {problem.line}: {problem.message}") from None
    raise CannotChangeKeyError("Choose an answer to accept, or drop the question.")
