"""Turn an evening's raw notes into drafts of lessons. Imports no Django.

    source = read_source("mlops-edu.txt", data)             # NotesError; EncodingUnsureError has candidates: ask,
    source = read_source(name, data, encoding="cp1251")     # and read again
    notes = import_notes(source)                            # Import: head, days, lessons, suggestions, problems
    notes = import_notes(source, habits, {"flow-1f3a…": False})   # decisions by Suggestion.id; True accepts

- `Import.lessons` are in the order of the notes. Each `LessonDraft` has session, date, title, Markdown, its line range,
  and `places`: every `Block` with its source lines and its lines in the Markdown, for a page that shows both sides.
- Every source line belongs to exactly one block, or to `Block.folded` of one. Nothing is reworded. Words of the head,
  of banners and of numbers before titles are kept in a Markdown comment, where no learner sees them.
- The same source, habits and decisions always give the same result: store only these three, and import again.
- `Block.id`, `Suggestion.id` and `LessonDraft.key` depend on words and not on line numbers, so they survive a file
  that grows. `Question.markdown` is a draft for a quiz: the trainer completes it.
- `Habits` (signs and forms: `HABITS`) are kept per course; `Habits.forms` is a plain dict, ready for JSON.
"""

from .answering import with_answers
from .habits import HABITS, Habit, Habits
from .importing import import_notes
from .keeping import Kept, count_kept
from .model import Block, Day, Head, Import, LessonDraft, Place, Question, Suggestion
from .source import Candidate, EncodingUnsureError, Line, NotesError, Source
from .sources import ENDINGS, FORMATS, read_source

__all__ = [
    "ENDINGS",
    "FORMATS",
    "HABITS",
    "Block",
    "Candidate",
    "Day",
    "EncodingUnsureError",
    "Habit",
    "Habits",
    "Head",
    "Import",
    "Kept",
    "LessonDraft",
    "Line",
    "NotesError",
    "Place",
    "Question",
    "Source",
    "Suggestion",
    "count_kept",
    "import_notes",
    "read_source",
    "with_answers",
]
