"""Drafts of a language model: requested on the page of the notes, made by a worker, accepted by a person."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from lessons import leases
from lessons.models import ModelDraft, Notes
from lessons.notes import Import, LessonDraft, Question
from lessons.notes_import.model_answers import (
    QUESTIONS,
    SUMMARY,
    NothingUsableError,
    read_questions,
    read_summary,
    text_to_send,
)
from lessons.notes_import.model_client import ModelError, complete, is_on
from lessons.rendering import TooComplexError
from portal.accounts.models import User

Kind, State = ModelDraft.Kind, ModelDraft.State
LEASE = timedelta(minutes=4)  # more than the time limit of the task
MAX_TRIES = 2
MAX_WAITING = 10  # of a course
MIN_SENT = 80  # characters
ITEM = re.compile(r"drafted-(\d{1,18})-(\d{1,3})")
GIVEN_UP = "The request did not end in time. Try again."
NO_WORKER = "No worker can be reached at the moment. Try again in a minute."


# --- the page's side ------------------------------------------------------------------------------------------------


def ask(
    *, notes: Notes, imported: Import, key: str, kind: str, by: User, wake: Callable[[ModelDraft], bool]
) -> None:
    """Queue a draft for a lesson. A refusal is the `problem` of its row; what was accepted before stays."""
    lesson = next((draft for draft in imported.lessons if draft.key == key), None)
    if lesson is None or kind not in Kind.values or not is_on():
        return
    text, problem = _text(notes, lesson)
    with transaction.atomic():
        row, is_new = ModelDraft.objects.select_for_update().get_or_create(notes=notes, key=key, kind=kind)
        if row.state == State.QUEUED and not is_new:
            return
        of_course = ModelDraft.objects.filter(notes__course=notes.course_id, state=State.QUEUED)
        if of_course.exclude(pk=row.pk).count() >= MAX_WAITING:
            problem = (
                f"{MAX_WAITING} drafts of this course are already waiting. Try again when they are done."
            )
        row.state, row.problem = (State.FAILED, problem) if problem else (State.QUEUED, "")
        row.text, row.dropped, row.asked_by = "" if problem else text, [], by
        row.items = [item for item in row.items if item["answer"]]
        row.tries, row.leased_until = 0, None
        row.save()
    if not problem and not wake(row):
        ModelDraft.objects.filter(pk=row.pk, tries=0).update(state=State.FAILED, problem=NO_WORKER, text="")


def _text(notes: Notes, draft: LessonDraft) -> tuple[str, str]:
    """Return what may be sent of a lesson, as the portal has it if it does, and why nothing can be."""
    known = notes.lessons.select_related("lesson").filter(lesson__deletion=None, key=draft.key).first()
    is_edited = known is not None and known.lesson.source != known.markdown
    try:
        text = text_to_send(known.lesson.source if known and is_edited else draft.markdown)
    except TooComplexError as error:
        return "", str(error)
    too_short = "This lesson is too short to draft from. Add to its notes, then try again."
    return text, "" if len(text) >= MIN_SENT else too_short


def answer_items(*, notes: Notes, answers: Mapping[str, bool | None]) -> None:
    """Store a person's answers to items by their name, `drafted-<row>-<number>`; None takes one back."""
    with transaction.atomic():
        for name, answer in answers.items():
            found = ITEM.fullmatch(name)
            row = notes.model_drafts.select_for_update().filter(pk=int(found[1])).first() if found else None
            if row is not None and found is not None and int(found[2]) < len(row.items):
                row.items[int(found[2])]["answer"] = answer
                row.save(update_fields=["items"])


def with_accepted(notes: Notes, imported: Import) -> Import:
    """Return the drafts with the questions of the model that a person accepted."""
    accepted: dict[str, list[Question]] = {}
    for row in notes.model_drafts.filter(kind=Kind.QUESTIONS):
        accepted[row.key] = [
            Question(item["key"], item["text"], 0, 0) for item in row.items if item["answer"]
        ]
    if not any(accepted.values()):
        return imported
    lessons = (
        replace(draft, questions=(*draft.questions, *accepted.get(draft.key, ())))
        for draft in imported.lessons
    )
    return replace(imported, lessons=tuple(lessons))


def accepted_summaries(notes: Notes) -> dict[str, str]:
    """Return the summaries that a person accepted, by the key of their lesson."""
    rows = notes.model_drafts.filter(kind=Kind.SUMMARY)
    return {row.key: item["text"] for row in rows for item in row.items if item["answer"]}


# --- a worker's side ------------------------------------------------------------------------------------------------


def waiting() -> QuerySet[ModelDraft]:
    return leases.free(ModelDraft.objects.filter(state=State.QUEUED))


def run(pk: int) -> None:
    """Ask the model for one draft, unless another worker does. Anything that goes wrong is in the row."""
    row = waiting().filter(pk=pk).first()
    if row is None:
        return
    if row.tries >= MAX_TRIES:
        _finish(row, State.FAILED, problem=GIVEN_UP)
        return
    if not leases.take(ModelDraft.objects.filter(state=State.QUEUED), pk=pk, tries=row.tries, lease=LEASE):
        return
    row.tries += 1
    is_quiz = row.kind == Kind.QUESTIONS
    try:
        words = complete(QUESTIONS if is_quiz else SUMMARY, row.text)
        answer = read_questions(words) if is_quiz else read_summary(words)
    except ModelError as error:
        _finish(row, State.FAILED, problem=str(error))
    except NothingUsableError as error:
        _finish(row, State.FAILED, problem=str(error), dropped=error.dropped)
    else:
        with transaction.atomic():
            row.refresh_from_db(fields=["items"], from_queryset=ModelDraft.objects.select_for_update())
            had = [item for item in row.items if item["answer"]]
            _finish(row, State.DONE, items=[*had, *_new(answer.items, had)], dropped=answer.dropped)


def give_up(pk: int) -> None:
    """Say that a draft took too long."""
    ModelDraft.objects.filter(pk=pk, state=State.QUEUED).update(state=State.FAILED, problem=GIVEN_UP, text="")


def _new(items: Iterable[dict[str, Any]], had: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {item["key"] for item in had if item["key"]}
    return [item for item in items if item["key"] not in known]


# Any: values of fields
def _finish(row: ModelDraft, state: str, **values: Any) -> None:
    own = ModelDraft.objects.filter(pk=row.pk, state=State.QUEUED, tries=row.tries)
    own.update(state=state, text="", leased_until=None, **values)
