"""The last page of an import: its lessons, with links to edit, and questions that wait."""

from dataclasses import dataclass, field

from django.urls import reverse

from lessons.models import Lesson, Notes, NotesLesson, Quiz, Session
from lessons.notes import Import, Question
from lessons.notes_import.questions import waiting_questions
from lessons.pages.context import Context


@dataclass
class LessonRow:
    known: NotesLesson
    quiz: Quiz | None
    waiting: list[Question] = field(default_factory=list)

    @property
    def lesson(self) -> Lesson:
        return self.known.lesson

    @property
    def edit(self) -> str:
        return reverse("admin:lessons_lesson_change", args=[self.lesson.pk])

    @property
    def edit_quiz(self) -> str:
        return reverse("admin:lessons_quiz_change", args=[self.quiz.pk]) if self.quiz else ""


@dataclass
class SessionRows:
    session: Session
    rows: list[LessonRow] = field(default_factory=list)

    @property
    def drafts(self) -> int:
        return sum(row.lesson.status == Lesson.Status.DRAFT for row in self.rows)


def results_of(notes: Notes, imported: Import) -> Context:
    known = notes.lessons.filter(lesson__deletion=None).select_related("lesson__session", "lesson__course")
    known = known.order_by("lesson__session__position", "lesson__position", "lesson__pk")
    questions = {draft.key: draft.questions for draft in imported.lessons}
    quizzes = {quiz.lesson_id: quiz for quiz in notes.course.quizzes.defer("source")}
    sessions: dict[int, SessionRows] = {}
    for row in known:
        session = row.lesson.session
        found = sessions.setdefault(session.pk, SessionRows(session))
        quiz = quizzes.get(row.lesson_id)
        is_seen = quiz is not None and not quiz.is_draft and not row.lesson.is_draft
        waiting = waiting_questions(row, questions.get(row.key, ())) if is_seen else []
        found.rows.append(LessonRow(row, quiz, waiting))
    return {"sessions": list(sessions.values())}
