"""Cut evenings at their topics into lessons of a size to read, and write each as Markdown."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .audience import STAFF, mark_for_staff, offer_outcomes
from .decisions import Decisions
from .folds import fold_repeats
from .habits import Habits
from .joining import naming_block, write_lesson
from .model import Block, Day, LessonDraft
from .pieces import EveningBlocks, Piece
from .questions import offer_questions
from .rows import BADGE
from .signs import CHAT, NEXT, words_of
from .source import Line
from .titles import make_title
from .writing import make_key

# Topics that say when, not what: the next one gives the title.
ABOUT_THE_EVENING = re.compile(
    r"(?:opening|welcome)(?: and (?:recap|agenda|welcome))?(?: \(.{1,20}\))?|what we (?:covered|did|will cover)"
    r"|agenda|recap|revision|topics?(?: covered)?(?: today)?|today(?:'s)?(?: (?:topics|agenda))?|doubts?|announcements?"
    r"|wiederholung|repaso|notes (?:of|by|from) .{1,40}|spec|status|outputs?|syntax|commands?|code|steps?|results?"
    r"|notes?|misc|done|q\s?(?:&|and)\s?a|questions(?: and answers)?|abend \d{1,2}",
    re.IGNORECASE,
)
CONTINUED = re.compile(r"(?:continued?|contd?|part \d+|fortsetzung)\b", re.IGNORECASE)
OUTLINED = re.compile(r"(?:[-*]|\d{1,2}\.) [^\n]{1,200}\n {2,}\S")
MAX_OUTLINED = 60  # characters
MIN_OFFERED = 120  # words below a section that may be a lesson of its own


@dataclass
class Unit:
    """Blocks that stay together: a topic, or a part of one that is too long."""

    blocks: list[tuple[Block, Piece]]
    words: int
    offered: int = 0  # the line of the heading, 0 if no trainer would cut here


def cut_lessons(
    lines: Sequence[Line],
    evenings: Sequence[EveningBlocks],
    habits: Habits,
    decisions: Decisions,
    lower_words: frozenset[str],
) -> list[LessonDraft]:
    """Return lessons in the order of the notes. Together they have every line once."""
    evenings = _with_ids(lines, fold_repeats(evenings, decisions), decisions)
    lessons: list[LessonDraft] = []
    titles: Counter[tuple[int, str]] = Counter()
    keys: dict[str, int] = {}
    waiting: list[tuple[Block, Piece]] = []  # a banner without an evening goes to the next lesson
    for evening in evenings:
        if not any(block.words for block, _ in evening.blocks):
            waiting += evening.blocks
            continue
        groups = _groups(evening, habits, decisions)
        name = f"Session {evening.day.session}"
        for group in groups:
            blocks = waiting + [pair for unit in group for pair in unit.blocks]
            waiting = []
            # A part without a title of its own goes on with the topic of the part before.
            name = _title(blocks, evening.day, lower_words, is_whole_evening=len(groups) == 1) or name
            titles[evening.day.session, name.lower()] += 1
            count = titles[evening.day.session, name.lower()]
            title = f"{name}, part {count}" if count > 1 else name
            key = make_key(f"day-{evening.day.session}-{title}"[:46], keys)
            for_learners = [pair for pair in blocks if not pair[0].for_staff]
            questions = offer_questions(lines, for_learners, decisions)
            shown = [block for block, _ in blocks]
            shown = offer_outcomes(lines, shown, naming_block(shown, title), decisions)
            day = evening.day
            lessons.append(write_lesson(key, day.session, day.date, title, shown, questions))
    if waiting and lessons:
        last = lessons.pop()
        rest = [*(place.block for place in last.places), *(block for block, _ in waiting)]
        lessons.append(write_lesson(last.key, last.session, last.date, last.title, rest, last.questions))
    return lessons


def _with_ids(
    lines: Sequence[Line], evenings: Sequence[EveningBlocks], decisions: Decisions
) -> list[EveningBlocks]:
    # The same words again are another block.
    seen: Counter[str] = Counter()
    for_staff = any(name.startswith(STAFF) for name in decisions.given)
    found = []
    for evening in evenings:
        blocks = []
        for block, piece in evening.blocks:
            seen[block.id] += 1
            name = block.id if seen[block.id] == 1 else f"{block.id}-{seen[block.id]}"
            named = replace(block, id=name)
            blocks.append((mark_for_staff(lines, named, decisions.given) if for_staff else named, piece))
        found.append(EveningBlocks(evening.day, blocks))
    return found


def _groups(evening: EveningBlocks, habits: Habits, decisions: Decisions) -> list[list[Unit]]:
    units = [part for unit in _units(evening.blocks) for part in _split_long(unit, habits.most_words)]
    cuts = _default_cuts(units, habits)
    groups: list[list[Unit]] = []
    for place, unit in enumerate(units):
        is_cut = place in cuts
        if place and unit.offered:
            says = "Start a new lesson here?"
            is_cut = decisions.offer("split", unit.offered, unit.offered, says, default=is_cut)
        if is_cut or not groups:
            groups.append([unit])
        else:
            groups[-1].append(unit)
    return groups


def _units(blocks: Sequence[tuple[Block, Piece]]) -> list[Unit]:
    """Split at topics and at the larger sections; only what stands before the first has no heading."""
    units: list[Unit] = []
    for at, (block, piece) in enumerate(blocks):
        is_start = block.kind == "topic" or (
            block.kind == "section" and block.level == 2 and _words_below(blocks, at) >= MIN_OFFERED
        )
        has_text = bool(units) and units[-1].words > 0
        if not units or (is_start and has_text):
            units.append(Unit([], 0, piece.first if is_start else 0))
        elif is_start and not units[-1].offered:
            units[-1].offered = piece.first
        units[-1].blocks.append((block, piece))
        units[-1].words += block.words
    return units


def _words_below(blocks: Sequence[tuple[Block, Piece]], at: int) -> int:
    words, level = 0, blocks[at][0].level
    for block, _ in blocks[at + 1 : at + 200]:
        if block.level and block.level <= level:
            break
        words += block.words
    return words


def _split_long(unit: Unit, limit: int) -> list[Unit]:
    """Split what is too long for a page at its sections, or between blocks where it has none."""
    if unit.words <= limit:
        return [unit]
    parts: list[Unit] = []
    for block, piece in unit.blocks:
        full = bool(parts) and parts[-1].words + block.words > limit
        is_section = block.level in (2, 3) and bool(parts) and parts[-1].words * 2 > limit
        if not parts or full or is_section:
            if parts and full and (moved := _last_heading(parts[-1])):
                parts.append(Unit(moved, sum(other.words for other, _ in moved), moved[0][1].first))
            else:
                parts.append(Unit([], 0, piece.first if parts else unit.offered))
        parts[-1].blocks.append((block, piece))
        parts[-1].words += block.words
    return parts


def _last_heading(unit: Unit) -> list[tuple[Block, Piece]]:
    # A heading goes to the part that has its text.
    moved: list[tuple[Block, Piece]] = []
    while len(unit.blocks) > 1 and unit.blocks[-1][0].kind in ("section", "label", "topic"):
        moved.insert(0, unit.blocks.pop())
        unit.words -= moved[0][0].words
    return moved


def _default_cuts(units: Sequence[Unit], habits: Habits) -> set[int]:
    """Return the units that start a lesson: whole topics, joined until a page is worth opening."""
    cuts: set[int] = set()
    words = units[0].words if units else 0
    least = habits.least_words if habits.small_topics == "join" else 1
    for place in range(1, len(units)):
        unit = units[place]
        is_topic = unit.blocks[0][0].kind == "topic" and not NEXT.match(unit.blocks[0][0].title.strip(" :?"))
        too_long = words + unit.words > habits.most_words
        if too_long or (
            words >= least and (is_topic or (words >= least * 2 and habits.small_topics == "join"))
        ):
            cuts.add(place)
            words = 0
        words += unit.words
    if cuts and words < least:
        last = max(cuts)
        before = max((cut for cut in cuts if cut < last), default=0)
        if sum(unit.words for unit in units[before:]) <= habits.most_words:
            cuts.discard(last)
    return cuts


def _title(
    blocks: Sequence[tuple[Block, Piece]], day: Day, lower_words: frozenset[str], *, is_whole_evening: bool
) -> str:
    """Return the title of the banner for a whole evening, else the first topic that is about something; "" if none."""
    named = day.title if words_of(day.title) and not CONTINUED.match(day.title) else ""
    if named and is_whole_evening:
        return make_title(named, lower_words)
    for kinds in (("topic",), ("section",), ("label",)):
        titles = [block.title for block, _ in blocks if block.kind in kinds and words_of(block.title)]
        if titles and (kinds != ("label",) or not named):
            bare = {title: BADGE.sub("", title, count=1).strip(" :?") for title in titles}
            telling = [
                title
                for title in titles
                if not ABOUT_THE_EVENING.fullmatch(bare[title]) and not NEXT.match(bare[title])
            ]
            telling = telling or _outlined(blocks) or _opening(blocks)
            if not telling and all(NEXT.match(title) for title in bare.values()):
                continue
            return make_title((telling or titles)[0], lower_words) or titles[0][:100]
    if named or (outlined := _outlined(blocks)):
        return make_title(named or outlined[0], lower_words)
    return ""


def _opening(blocks: Sequence[tuple[Block, Piece]]) -> list[str]:
    # Where the only heading is Homework: the first words of the evening, if they are short.
    first = next(
        (pair for pair in blocks if pair[0].markdown and pair[0].kind not in ("head", "banner")), None
    )
    words = first[1].rows[0] if first and first[1].kind == "list" and first[1].rows else ""
    is_title = words[:1].isupper() and 1 < len(words_of(words)) < 7 and words[-1] not in ".:;,!?"
    return [words] if is_title else []


def _outlined(blocks: Sequence[tuple[Block, Piece]]) -> list[str]:
    # Without a heading: the first item of a list that has more below it.
    for block, piece in blocks:
        if (
            piece.kind == "list"
            and not block.for_staff
            and piece.rows
            and (len(piece.rows) == 1 or OUTLINED.match(piece.text))
        ):
            words = piece.rows[0]
            is_title = len(words) <= MAX_OUTLINED and words_of(words) and not CHAT.match(words)
            return [words] if is_title else []
    return []
