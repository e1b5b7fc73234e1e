"""Write the lessons made from notes, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from lessons.actions import save_lesson, save_session
from lessons.authoring import next_position, order_course
from lessons.gate import judge_lesson
from lessons.links import links_within
from lessons.models import Cohort, Lesson, Meeting, Notes, NotesDay, NotesLesson, Quiz, Session
from lessons.models.course import MAX_TITLE, RESERVED_SLUGS
from lessons.notes import LessonDraft
from lessons.notes_import.meetings import add_meetings
from lessons.notes_import.model_drafts import accepted_summaries, with_accepted
from lessons.notes_import.planning import Change, State, plan
from lessons.notes_import.questions import add_questions
from lessons.notes_import.reading import read_once
from lessons.slugs import free_slug, slug_of
from lessons.texts.problem import Problem
from portal.accounts.models import User

MINE, NOTES = "mine", "notes"


class NotesChangedError(Exception):
    """Somebody imported these notes, or answered their suggestions, after the page was opened."""


@dataclass(frozen=True)
class Choices:
    """A trainer's answers to a plan.

    `sessions`: the session of a day by its number; a day that is not named gets the one it had, or a new one.
    `conflicts`: MINE, NOTES or the merged Markdown by Change.key; a conflict without an answer stays as it is.
    `new_sessions`: days that get a new session though they had one; `titles` of the new ones, by the same number.
    `cohort`: gets a meeting for each dated day that has none.
    """

    sessions: Mapping[int, Session] = field(default_factory=dict)
    new_sessions: frozenset[int] = frozenset()
    titles: Mapping[int, str] = field(default_factory=dict)
    conflicts: Mapping[str, str] = field(default_factory=dict)
    cohort: Cohort | None = None


@dataclass
class Stored:
    """The result of an import. `gone` lessons are unchanged: the notes no longer have them.

    `deleted` ones stay deleted.

    `asked`: quizzes with new questions. `refused`: lessons that are no drafts, which cannot have the new text, and why.
    """

    created: list[Lesson] = field(default_factory=list)
    updated: list[Lesson] = field(default_factory=list)
    kept: list[Lesson] = field(default_factory=list)
    conflicts: list[Lesson] = field(default_factory=list)
    refused: list[tuple[Lesson, str]] = field(default_factory=list)
    gone: list[Lesson] = field(default_factory=list)
    deleted: list[Lesson] = field(default_factory=list)
    asked: list[Quiz] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def apply_notes(
    *, notes: Notes, by: User | None = None, choices: Choices | None = None, version: int | None = None
) -> Stored:
    """Apply the changes of `plan`. New lessons are drafts; edits in the portal are kept unless a choice drops them.

    Raises NotesChangedError unless the notes still have `version`, and NotesError if they cannot be read.
    """
    choices = choices or Choices()
    with transaction.atomic():
        notes = Notes.objects.select_for_update().get(pk=notes.pk)
        if version is not None and notes.version != version:
            raise NotesChangedError
        imported = with_accepted(notes, read_once(notes).imported)
        changes = plan(notes, imported)
        done = Stored(problems=list(imported.problems))
        writer = _Writer(notes, changes, choices, by, done)
        for change in changes:
            writer.write(change)
        writer.put_in_order()
        done.meetings = add_meetings(imported, writer.sessions, choices.cohort)
    return done


class _Writer:
    def __init__(
        self, notes: Notes, changes: Sequence[Change], choices: Choices, by: User | None, done: Stored
    ) -> None:
        self.notes, self.course, self.by, self.done = notes, notes.course, by, done
        self.choices = choices
        self.links = links_within(self.course)  # once: notes link to no lesson of their own
        self.sessions: dict[int, Session] = {
            row.number: row.session
            for row in notes.days.select_related("session")
            if row.number not in choices.new_sessions and not row.session.is_deleted
        }
        for number, session in choices.sessions.items():
            self._use(number, session)
        self.taken = set(RESERVED_SLUGS) | set(self.course.lessons.values_list("slug", flat=True))
        self.in_order: list[Lesson] = []
        self.changes = changes
        self.summaries = accepted_summaries(notes)

    def write(self, change: Change) -> None:
        if change.draft is None:
            self.done.gone += [change.known.lesson] if change.known else []
            return
        if change.state is State.DELETED:
            self.done.deleted += [change.known.lesson] if change.known else []
            return
        if change.known is None:
            lesson = self._create(change.draft, change.markdown)
        else:
            lesson = self._update(change, change.draft, change.known)
        self.in_order.append(lesson)
        self._summarise(lesson, self.summaries.get(change.draft.key, ""))
        if change.draft.questions:
            quiz = add_questions(lesson=lesson, questions=change.draft.questions, by=self.by)
            self.done.asked += [quiz] if quiz else []

    def _create(self, draft: LessonDraft, markdown: str) -> Lesson:
        session = self._session(draft)
        slug = free_slug(slug_of(draft.title, "lesson"), self.taken)
        self.taken.add(slug)
        lesson = Lesson(
            course=self.course,
            session=session,
            slug=slug,
            title=draft.title[:200],
            source=markdown,
        )
        lesson.position = next_position(lesson)
        self._save(lesson)
        NotesLesson.objects.create(
            notes=self.notes,
            lesson=lesson,
            key=draft.key,
            title=lesson.title,
            date=draft.date,
            markdown=markdown,
        )
        self.done.created.append(lesson)
        return lesson

    def _update(self, change: Change, draft: LessonDraft, known: NotesLesson) -> Lesson:
        lesson = known.lesson
        answer = self.choices.conflicts.get(change.key)
        if change.state is State.CONFLICT and answer is None:
            self.done.conflicts.append(lesson)
            return lesson
        if change.merged is None:
            self.done.kept += [lesson] if change.state is State.KEPT else []
        else:
            given = {None: change.merged.text, MINE: lesson.source, NOTES: change.markdown}
            text = given.get(answer, answer or "")
            if errors := self._errors(lesson, text):
                self.done.refused.append((lesson, str(errors[0])))
                return lesson
            self._rewrite(lesson, text, draft, known)
        known.key, known.title, known.date, known.markdown = (
            *(draft.key, draft.title[:200], draft.date),
            change.markdown,
        )
        known.save()
        return lesson

    def _errors(self, lesson: Lesson, text: str) -> Sequence[Problem]:
        # what learners see, or will see by themselves, passes the publish gate
        if lesson.status == Lesson.Status.DRAFT or text == lesson.source:
            return ()
        return judge_lesson(text, self.links).errors

    def _rewrite(self, lesson: Lesson, text: str, draft: LessonDraft, known: NotesLesson) -> None:
        title = draft.title[:200] if lesson.title == known.title else lesson.title
        if (text, title) != (lesson.source, lesson.title):
            lesson.source, lesson.title = text, title
            self._save(lesson)
            self.done.updated.append(lesson)

    def _summarise(self, lesson: Lesson, summary: str) -> None:
        # one that somebody wrote stays
        if summary and not lesson.summary:
            lesson.summary = summary
            self._save(lesson)

    def _save(self, lesson: Lesson) -> None:
        lesson._history_user = self.by  # type: ignore[attr-defined]  # simple-history's way
        save_lesson(lesson=lesson, links=self.links)

    def _session(self, draft: LessonDraft) -> Session:
        session = self.sessions.get(draft.session)
        if session is None:
            default = draft.title if draft.session == 0 else f"Session {draft.session}"
            title = (self.choices.titles.get(draft.session) or default)[:MAX_TITLE]
            taken = set(self.course.sessions.values_list("slug", flat=True))
            slug = free_slug(slug_of(title, "session"), taken)
            session = Session(course=self.course, title=title, slug=slug)
            session.position = next_position(session)
            save_session(session=session)
            self._use(draft.session, session)
        return session

    def _use(self, number: int, session: Session) -> None:
        self.sessions[number] = session
        NotesDay.objects.update_or_create(notes=self.notes, number=number, defaults={"session": session})

    def put_in_order(self) -> None:
        """Move each new lesson after the one before it in the notes, or to the end of its session."""
        new = {lesson.pk for lesson in self.done.created}
        if not new:
            return
        rows = list(self.course.lessons.order_by("session__position", "position", "pk"))
        by_session: dict[int, list[int]] = {session.pk: [] for session in self.course.sessions.all()}
        for row in rows:
            if row.pk not in new:
                by_session[row.session_id].append(row.pk)
        for before, lesson in zip([None, *self.in_order], self.in_order, strict=False):
            if lesson.pk not in new:
                continue
            order = by_session[lesson.session_id]
            at = order.index(before.pk) + 1 if before and before.pk in order else len(order)
            order.insert(at, lesson.pk)
        wanted = [
            place
            for session, lessons in by_session.items()
            for place in [("session", session), *(("lesson", pk) for pk in lessons)]
        ]
        order_course(course=self.course, order=wanted, by=self.by)
