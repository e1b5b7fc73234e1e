"""Publish drafts that notes gave, by the same rules as the form of a lesson."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lessons.actions import save_lesson, save_quiz
from lessons.gate import judge_lesson, judge_quiz
from lessons.links import Links, links_within
from lessons.models import Course, Lesson, Quiz
from lessons.notes.questions import BLANK, RIGHT_BLANK
from lessons.texts.problem import Problem
from portal.accounts.models import User


@dataclass
class Published:
    """`refused` has the problems of each lesson that stays a draft, and if they are in its quiz."""

    lessons: list[Lesson] = field(default_factory=list)
    refused: list[tuple[Lesson, bool, list[Problem]]] = field(default_factory=list)


def publish(course: Course, lessons: Iterable[Lesson], by: User) -> Published:
    """Publish lessons with their quizzes; a lesson with an error, or with one in its quiz, stays a draft."""
    links = links_within(course)
    quizzes = {quiz.lesson_id: quiz for quiz in course.quizzes.all()}
    done = Published()
    for lesson in lessons:
        quiz = quizzes.get(lesson.pk)
        if problems := judge_lesson(lesson.source, links).errors:
            done.refused.append((lesson, False, problems))
        elif quiz and (problems := _problems_of_quiz(quiz, links)):
            done.refused.append((lesson, True, problems))
        else:
            lesson.status = Lesson.Status.PUBLISHED
            lesson._history_user = by  # type: ignore[attr-defined]  # simple-history's way
            save_lesson(lesson=lesson, links=links)
            done.lessons.append(lesson)
            if quiz and quiz.is_draft:
                quiz.status = Quiz.Status.PUBLISHED
                quiz._history_user = by  # type: ignore[attr-defined]  # as above
                save_quiz(quiz=quiz)
    return done


def _problems_of_quiz(quiz: Quiz, links: Links) -> list[Problem]:
    unfinished = [
        Problem(number, "", "Write an answer in place of these words, or delete the question.")
        for number, line in enumerate(quiz.source.split("\n"), start=1)
        if BLANK in line or RIGHT_BLANK in line
    ]
    return judge_quiz(quiz.source, links).errors + unfinished
