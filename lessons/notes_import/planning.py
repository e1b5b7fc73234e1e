"""Compare the drafts made from notes with the lessons that were made from them before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from lessons.models import Notes, NotesLesson
from lessons.notes import Habits, Import, LessonDraft, import_notes, read_source
from lessons.notes.merging import Merged, merge
from lessons.notes_import.pictures import with_stored_pictures

MIN_SHARED = 0.5  # of the lines of the shorter text: less is a different lesson


class State(Enum):
    NEW = "new"
    SAME = "unchanged"
    UPDATED = "updated from the notes"
    KEPT = "kept as changed in the portal"
    CONFLICT = "changed in the portal and in the notes"
    GONE = "no longer in the notes"
    DELETED = "deleted in the portal"


@dataclass(frozen=True)
class Change:
    """`markdown` is the draft as the lesson would store it; `known` is None if there is no lesson yet.

    `merged` is set for UPDATED and CONFLICT. For GONE, `draft` is None. A DELETED lesson stays as it was deleted.
    """

    state: State
    draft: LessonDraft | None
    known: NotesLesson | None = None
    markdown: str = ""
    merged: Merged | None = None

    @property
    def key(self) -> str:
        return self.draft.key if self.draft else self.known.key if self.known else ""

    @property
    def title(self) -> str:
        return self.known.lesson.title if self.known else self.draft.title if self.draft else ""


def habits_of(stored: Mapping[str, object]) -> Habits:
    """Return a course's habits, with defaults for those that are not stored or no longer exist."""
    habits = Habits()
    forms = stored.get("forms")
    for sign, form in forms.items() if isinstance(forms, dict) else ():
        try:
            habits = habits.with_form(sign, form)
        except ValueError:
            continue  # a sign or form of an earlier release
    small = "alone" if stored.get("small_topics") == "alone" else habits.small_topics
    return Habits(habits.forms, small, habits.least_words, habits.most_words)


def read_notes(notes: Notes) -> Import:
    """Return the drafts made from stored notes. Raises NotesError, EncodingUnsureError if several encodings fit."""
    source = read_source(notes.name, bytes(notes.data), encoding=notes.encoding)
    return import_notes(source, habits_of(notes.course.notes_habits), notes.decisions)


def plan(notes: Notes, imported: Import) -> list[Change]:
    """Return the changes of an import: one for each draft, in order, then the lessons that the notes no longer have."""
    known = list(notes.lessons.select_related("lesson__session")) if notes.pk else []
    pairs = _pair(imported.lessons, known)
    changes = [_change(notes, draft, pairs.get(draft.key)) for draft in imported.lessons]
    paired = {row.pk for row in pairs.values()}
    gone = [row for row in known if row.pk not in paired and not row.lesson.is_deleted]
    return [*changes, *(Change(State.GONE, None, row) for row in gone)]


def _change(notes: Notes, draft: LessonDraft, known: NotesLesson | None) -> Change:
    markdown = with_stored_pictures(draft.markdown, notes.pictures)
    if known is None:
        return Change(State.NEW, draft, None, markdown)
    lesson = known.lesson
    if lesson.is_deleted:
        return Change(State.DELETED, draft, known, markdown)
    has_new_notes = known.markdown != markdown
    has_new_title = draft.title not in (known.title, lesson.title) and lesson.title == known.title
    if not has_new_notes and not has_new_title:
        is_edited = lesson.source != known.markdown or lesson.title != known.title
        return Change(State.KEPT if is_edited else State.SAME, draft, known, markdown)
    merged = merge(known.markdown, lesson.source, markdown)
    state = State.CONFLICT if merged.conflicts else State.UPDATED
    return Change(state, draft, known, markdown, merged)


def _pair(drafts: Sequence[LessonDraft], known: Sequence[NotesLesson]) -> dict[str, NotesLesson]:
    """Map the key of each draft to its lesson: by key, then the remaining ones by the lines that they share."""
    by_key = {row.key: row for row in known}
    pairs = {draft.key: by_key[draft.key] for draft in drafts if draft.key in by_key}
    paired = {row.pk for row in pairs.values()}
    rest = {row.pk: (row, _texts(row.markdown)) for row in known if row.pk not in paired}
    holders: dict[str, list[int]] = {}  # of each line, so that a draft is compared with few lessons
    for row, lines in rest.values():
        for line in lines:
            holders.setdefault(line, []).append(row.pk)
    for draft in drafts:
        if draft.key in pairs or not rest:
            continue
        lines = _texts(draft.markdown)
        shared = Counter(key for line in lines for key in holders.get(line, ()) if key in rest)
        # in the order of `known`, so that the first of equals is taken
        shares = {key: shared[key] / min(len(lines), len(rest[key][1])) for key in rest if key in shared}
        best = max(shares, key=shares.__getitem__, default=None)
        if best is not None and shares[best] >= MIN_SHARED:
            pairs[draft.key] = rest.pop(best)[0]
    return pairs


def _texts(markdown: str) -> set[str]:
    return {line.strip() for line in markdown.split("\n") if line.strip()}
