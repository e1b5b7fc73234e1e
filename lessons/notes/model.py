"""Parts of notes, as dataclasses. All line numbers count from 1 in `Source.lines`, and both ends are included."""

from dataclasses import dataclass, field
from datetime import date, time

from lessons.texts.problem import Problem

from .source import Source


@dataclass(frozen=True)
class Head:
    """The first lines of the notes. `zone` is an IANA name, "" if it is unclear; weekdays count from 0, Monday."""

    title: str = ""
    start: date | None = None
    begins: time | None = None
    ends: time | None = None
    zone: str = ""
    weekdays: tuple[int, ...] = ()
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Day:
    """An evening. `written` is the number in its banner, None without one; `session` is unique and counts.

    `first` is the first line of the banner, `body` the first line below it.
    """

    session: int
    written: int | None
    date: date | None
    title: str
    first: int
    body: int
    last: int


@dataclass(frozen=True)
class Block:
    """A piece of an evening. `id` is stable while its lines stay the same, wherever they are.

    `kind`: head, banner, topic, section, label, paragraph, list, definition, example, note, quote, code, command,
    drawing, table, flow, checklist, address, picture, fold or title (of objectives).
    `markdown` has no blank line at either end, and is "" for a block that shows nothing.
    `title` and `level` (2 or 3, 0 for the topic that names a lesson) are set on topics, sections and labels.
    `folded`: further line ranges that this block stands for, see the suggestion `fold`. `for_staff`: learners don't
    see it.
    """

    id: str
    kind: str
    first: int
    last: int
    markdown: str
    title: str = ""
    level: int = 0
    language: str = ""
    words: int = 0
    number: str = ""  # of a heading, as typed; no reader sees it
    folded: tuple[tuple[int, int], ...] = ()
    for_staff: bool = False


@dataclass(frozen=True)
class Place:
    """Lines of a lesson's Markdown, from 1, that come from a block; both are 0 if it shows nothing."""

    block: Block
    first: int
    last: int


@dataclass(frozen=True)
class Question:
    """A draft of a quiz question in the portal's own Markdown, with a stable key and its lines."""

    key: str
    markdown: str
    first: int
    last: int


@dataclass(frozen=True)
class Suggestion:
    """Something that may be done with lines. `default` is what happens without a decision, `accepted` what did.

    `kind`: split, code, table, flow, checklist, fold, question, objectives or keypoints. `says` is for the page.
    `others`: the other line ranges of a fold. `question` is set for a question.
    """

    id: str
    kind: str
    first: int
    last: int
    says: str
    default: bool
    accepted: bool
    others: tuple[tuple[int, int], ...] = ()
    question: Question | None = None


@dataclass(frozen=True)
class LessonDraft:
    """A lesson. `key` is stable while its first topic keeps its words: `day-2-mlops-lifecycle`.

    `first` and `last` of all lessons together cover every line of the notes once, in order.
    """

    key: str
    session: int
    date: date | None
    title: str
    first: int
    last: int
    markdown: str
    words: int
    places: tuple[Place, ...]
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Import:
    """All that notes give. `problems` are warnings with a line, such as a year that cannot be right."""

    source: Source
    head: Head
    days: tuple[Day, ...]
    lessons: tuple[LessonDraft, ...]
    suggestions: tuple[Suggestion, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
