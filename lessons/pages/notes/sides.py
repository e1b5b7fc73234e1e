"""The second step of an import: the notes beside the drafts, a page at a time."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from lessons.links import Links
from lessons.models import Notes
from lessons.notes import Block, Day, Import, LessonDraft, Suggestion
from lessons.notes.audience import may_be_for_staff
from lessons.notes.merging import MAX_LINES
from lessons.notes_import.pictures import with_stored_pictures
from lessons.notes_import.planning import Change, State
from lessons.pages.notes.by_model import DraftedByModel
from lessons.rendering import TooComplexError, render_for_staff

MAX_PAGE = 1_000  # lines of notes on a page, unless a lesson is longer
MAX_SHOWN = 2_000  # lines of one lesson
TABLE = 'role="region" aria-label="Table"'
SAYS_NOTHING = {
    "head": "The head of the notes: course, dates and times. Learners don’t see it.",
    "banner": "The banner of the day. Learners don’t see it.",
    "topic": "The title of the lesson.",
    "section": "The title of the lesson.",
    "title": "The title of the list below. Learners see it there.",
    "fold": "Folded: an earlier list has the same lines.",
}
KIND_WORDS = {
    "split": "Start a lesson here",
    "code": "Keep as code",
    "table": "Make a table",
    "flow": "Draw a flow",
    "checklist": "Make a checklist",
    "fold": "Fold the repetition",
    "question": "Ask in the quiz",
    "objectives": "Show as objectives",
    "keypoints": "Show as key points",
}


@dataclass(frozen=True)
class Part:
    """Some lessons of one evening: what one page shows. `number` counts from 1."""

    number: int
    day: Day | None
    lessons: tuple[LessonDraft, ...]

    @property
    def first(self) -> int:
        return self.lessons[0].first

    @property
    def last(self) -> int:
        return self.lessons[-1].last


@dataclass(frozen=True)
class Asked:
    """A suggestion on the page. `answer` is the trainer's, None without one."""

    made: Suggestion
    answer: bool | None
    place: int

    @property
    def title(self) -> str:
        return KIND_WORDS.get(self.made.kind, self.made.kind)

    @property
    def question(self) -> list[str]:
        """The question and its answers, as lines without the key."""
        if self.made.question is None:
            return []
        heading, _, rest = self.made.question.markdown.partition("\n")
        return [heading.rpartition(" {#")[0].removeprefix("## "), *rest.split("\n")]


@dataclass
class Shown:
    """A block beside its lines. `is_mine`: it was edited in the portal, and shows what the lesson has."""

    sign: str
    block: Block
    html: SafeString
    is_mine: bool
    hidden: str = ""
    asked: list[Asked] = field(default_factory=list)

    @property
    def may_be_for_staff(self) -> bool:
        return may_be_for_staff(self.block)


@dataclass
class Draft:
    letter: str
    lesson: LessonDraft
    title: str
    state: State
    blocks: list[Shown]
    by_model: list[DraftedByModel] = field(default_factory=list)


def parts_of(imported: Import) -> list[Part]:
    """Cut the lessons into pages: never two evenings on one, and never more lines than fit."""
    days = {day.session: day for day in imported.days}
    groups: list[list[LessonDraft]] = []
    for lesson in imported.lessons:
        begun = groups[-1] if groups else None
        if begun and begun[0].session == lesson.session and lesson.last - begun[0].first < MAX_PAGE:
            begun.append(lesson)
        else:
            groups.append([lesson])
    return [
        Part(number, days.get(group[0].session), tuple(group)) for number, group in enumerate(groups, start=1)
    ]


def letter_of(number: int) -> str:
    """Return A to Z, then AA, AB and so on; `number` counts from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def suggestions_of(imported: Import, part: Part) -> list[Suggestion]:
    made = imported.suggestions  # sorted by line
    start = bisect_right(made, part.first - 1, key=lambda each: each.first)
    end = bisect_right(made, part.last, key=lambda each: each.first)
    return list(made[start:end])


def source_lines(imported: Import, part: Part, drafts: Sequence[Draft]) -> SafeString:
    """Return the lines of the notes with their numbers, and the sign of the block that has each."""
    signs: dict[int, str] = {}
    blocks: dict[int, str] = {}
    for draft in drafts:
        for shown in draft.blocks:
            first, last = shown.block.first, min(shown.block.last, draft.lesson.first + MAX_SHOWN)
            for number in range(first, last + 1):
                signs[number] = "↪" if shown.block.kind == "fold" else "│"
                blocks[number] = shown.sign
            signs[first] = shown.sign
    lines = imported.source.lines
    width = len(str(part.last))
    rows = (
        (number, blocks[number], str(number).rjust(width), signs[number], lines[number - 1].text)
        for number in sorted(blocks)
        if part.first <= number <= part.last
    )
    return format_html_join(
        "", '<span class="rl" id="L{}" data-of="{}"><span class="no">{} <b>{}</b></span>{}\n</span>', rows
    )


def drafts_of(
    notes: Notes, imported: Import, part: Part, changes: Mapping[str, Change], links: Links
) -> list[Draft]:
    before = imported.lessons.index(part.lessons[0])
    waiting = [
        Asked(made, notes.decisions.get(made.id), place)
        for place, made in enumerate(suggestions_of(imported, part))
    ]
    drafts = []
    for number, lesson in enumerate(part.lessons, start=before):
        change = changes.get(lesson.key)
        letter = letter_of(number)
        blocks = _blocks(notes, lesson, change, letter, links)
        for asked in waiting:
            home = next(
                (shown for shown in blocks if shown.block.first <= asked.made.first <= shown.block.last), None
            )
            if home is not None:
                home.asked.append(asked)
        title = change.title if change else lesson.title
        drafts.append(Draft(letter, lesson, title, change.state if change else State.NEW, blocks))
    return drafts


def _blocks(
    notes: Notes, lesson: LessonDraft, change: Change | None, letter: str, links: Links
) -> list[Shown]:
    markdown = change.markdown if change else with_stored_pictures(lesson.markdown, notes.pictures)
    texts = _texts(lesson, markdown, _outcome(change) or markdown)
    shown = []
    for number, (place, (text, is_mine)) in enumerate(zip(lesson.places, texts, strict=True), start=1):
        block = place.block
        html = _render(text, links) if block.first <= lesson.first + MAX_SHOWN else ""
        html = html.replace(
            TABLE, f'{TABLE[:-1]} {letter}{number}"'
        )  # each table of the page has its own name
        hidden = "" if html.strip() else SAYS_NOTHING.get(block.kind, "Nothing to show.")
        if block.first > lesson.first + MAX_SHOWN:
            hidden = "Too far down to show here. It is in the lesson."
        shown.append(Shown(f"{letter}{number}", block, mark_safe(html), is_mine, hidden))  # noqa: S308 - sanitised
        if hidden.startswith("Too far"):
            break
    return shown


def _outcome(change: Change | None) -> str | None:
    """Return what the lesson will have; None if that is the draft."""
    if change is None or change.known is None:
        return None
    if change.state is State.UPDATED and change.merged:
        return change.merged.text
    return change.known.lesson.source


def _texts(lesson: LessonDraft, draft: str, outcome: str) -> list[tuple[str, bool]]:
    """Return for each place its text in the outcome, and if that differs from the draft."""
    old, new = draft.split("\n"), outcome.split("\n")
    if old == new:
        return [
            ("\n".join(old[place.first - 1 : place.last]) if place.first else "", False)
            for place in lesson.places
        ]
    if max(len(old), len(new)) > MAX_LINES:  # too long to compare: all of it counts as edited
        starts = [0, *([len(new)] * len(lesson.places))]
    else:
        starts = _starts(lesson, old, new)
    found = []
    for number, place in enumerate(lesson.places):
        text = "\n".join(new[starts[number] : starts[number + 1]]).strip("\n")
        own = "\n".join(old[place.first - 1 : place.last]) if place.first else ""
        found.append((text, text.strip() != own.strip()))
    return found


def _starts(lesson: LessonDraft, old: list[str], new: list[str]) -> list[int]:
    """Return where each place starts in the outcome: its first line that is still there, or where that was."""
    matches = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    at_old = [match.a for match in matches]
    starts, at = [], 0
    for place in lesson.places:
        if place.first > 1:
            match = matches[max(bisect_right(at_old, place.first - 1) - 1, 0)]
            if match.a <= place.first - 1:
                at = max(at, match.b + min(place.first - 1 - match.a, match.size))
        starts.append(at)
    # A place without text starts where the next one does, and so has none here either.
    following = len(new)
    for number in range(len(starts) - 1, 0, -1):
        if lesson.places[number].first:
            following = starts[number]
        else:
            starts[number] = following
    return [*starts, len(new)]


def _render(text: str, links: Links) -> str:
    try:
        return render_for_staff(text, link=links)
    except TooComplexError as error:
        return str(format_html_join("", "<p><b>{}</b></p>", [(str(error),)]))
