"""Take answers that change no text without reading the notes again, which takes seconds for a long file."""

from collections.abc import Mapping
from dataclasses import replace

from .model import Import, LessonDraft, Suggestion


def with_answers(
    imported: Import, before: Mapping[str, bool], decisions: Mapping[str, bool]
) -> Import | None:
    """Return what `import_notes` gives for `decisions`, out of what it gave for those `before`.

    None if an answer changes more than the questions of a quiz: then the notes have to be read again.
    """
    known = {made.id for made in imported.suggestions}
    if _others(before, known) != _others(decisions, known):
        return None
    made = tuple(_answered(each, decisions) for each in imported.suggestions)
    changed = [new for new, old in zip(made, imported.suggestions, strict=True) if new is not old]
    if not changed:
        return imported
    if any(each.question is None for each in changed):
        return None
    lines = [each.first for each in changed]
    lessons = (
        _with_questions(lesson, made)
        if any(lesson.first <= line <= lesson.last for line in lines)
        else lesson
        for lesson in imported.lessons
    )
    return replace(imported, suggestions=made, lessons=tuple(lessons))


def _others(decisions: Mapping[str, bool], known: set[str]) -> dict[str, bool]:
    return {name: value for name, value in decisions.items() if name not in known}


def _answered(made: Suggestion, decisions: Mapping[str, bool]) -> Suggestion:
    accepted = decisions.get(made.id, made.default)
    return made if accepted == made.accepted else replace(made, accepted=accepted)


def _with_questions(lesson: LessonDraft, made: tuple[Suggestion, ...]) -> LessonDraft:
    questions = (
        each.question
        for each in made
        if each.question and each.accepted and lesson.first <= each.first <= lesson.last
    )
    return replace(lesson, questions=tuple(questions))
