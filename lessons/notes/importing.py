"""The whole way from a source to drafts of lessons."""

from collections.abc import Mapping, Sequence

from lessons.texts.problem import Problem

from .banners import find_banners
from .chat_pieces import find_chat_regions, make_chat_pieces
from .chats import Chat, find_days, read_chat
from .days import make_days
from .decisions import Decisions, fingerprint
from .evening import make_pieces, read_items
from .forms import Former
from .habits import PARAGRAPH, Habits
from .heads import read_head
from .inline import hide
from .lessons import cut_lessons
from .model import Block, Day, Import
from .pictures import missing_pictures
from .pieces import EveningBlocks, Piece
from .regions import Region, find_regions
from .signs import words_of
from .source import Line, Source
from .titles import lower_case_words

MAX_FOLDED_WORDS = 100
COMMENTED = ("head", "banner")


def import_notes(
    source: Source, habits: Habits | None = None, decisions: Mapping[str, bool] | None = None
) -> Import:
    """Return drafts. `decisions` are the trainer's answers by Suggestion.id; what has none takes its default."""
    habits = habits or Habits()
    chat = read_chat(source.lines)
    lines = chat.lines if chat else source.lines
    problems: list[Problem] = [*source.problems, *missing_pictures(source)]
    made = Decisions(lines, decisions or {})
    regions = _accepted(find_chat_regions(chat) if chat else find_regions(lines), made)
    banners = find_days(chat) if chat else find_banners(lines, regions)
    head = read_head(lines, banners[0].first if banners else None)
    days = make_days(banners, head, len(lines), problems, head.title if _is_page(lines) else "")
    evenings = [
        _evening(lines, regions, day, place, head.last, habits, made, chat) for place, day in enumerate(days)
    ]
    lessons = cut_lessons(source.lines, evenings, habits, made, lower_case_words(line.text for line in lines))
    suggestions = sorted(made.made, key=lambda made: (made.first, made.last))
    return Import(source, head, days, tuple(lessons), tuple(suggestions), tuple(sorted(problems)))


def _is_page(lines: Sequence[Line]) -> bool:
    # With front matter, a file is a page of its own: its title is not that of a course.
    return bool(lines) and lines[0].is_markdown and lines[0].text.strip() == "---"


def _accepted(regions: Sequence[Region], decisions: Decisions) -> list[Region]:
    kept = []
    for region in regions:
        name = {"drawing": "drawing", "command": "commands"}.get(region.kind, "code")
        if region.is_fenced or decisions.offer(
            "code", region.first, region.last, f"Keep these lines as {name}, exactly as typed?", default=True
        ):
            kept.append(region)
    return kept


def _evening(
    lines: Sequence[Line],
    regions: Sequence[Region],
    day: Day,
    place: int,
    head_last: int,
    habits: Habits,
    decisions: Decisions,
    chat: Chat | None,
) -> EveningBlocks:
    former = Former(lines, habits.with_form("indent", PARAGRAPH) if chat else habits, decisions)
    spans = [(day.body, day.last)]
    first = day.first
    pieces: list[Piece] = []
    if place == 0:
        first = 1
        if head_last:
            pieces.append(_comment("head", lines, 1, head_last))
        if day.first > head_last + 1:
            spans.insert(0, (head_last + 1, day.first - 1))
    for start, end in spans:
        if start == day.body and day.body > day.first:
            pieces.append(_comment("banner", lines, day.first, day.body - 1))
        if chat and start == day.body:
            pieces += make_chat_pieces(chat, regions, former, start, end)
            continue
        items, framed = read_items(lines, regions, [(start, end)])
        pieces += make_pieces(items, framed, former, habits)
    return EveningBlocks(day, _blocks(lines, pieces, first, day.last))


def _count_words(lines: Sequence[Line], piece: Piece) -> int:
    # What is folded is not read from beginning to end.
    count = sum(len(words_of(line.text)) for line in lines[piece.first - 1 : piece.last])
    return (
        min(count, MAX_FOLDED_WORDS) if piece.text.startswith("<details>") and piece.kind == "code" else count
    )


def _comment(kind: str, lines: Sequence[Line], first: int, last: int) -> Piece:
    words = " | ".join(" ".join(line.text.split()) for line in lines[first - 1 : last] if words_of(line.text))
    return Piece(kind, first, last, hide(words) if words else "")


def _blocks(
    lines: Sequence[Line], pieces: Sequence[Piece], first: int, last: int
) -> list[tuple[Block, Piece]]:
    """Give each piece the lines up to the next one, so that every line of the evening has its block."""
    if not pieces:
        pieces = [Piece("banner", first, last, "")]
    found = []
    for place, piece in enumerate(pieces):
        start = first if place == 0 else piece.first
        end = pieces[place + 1].first - 1 if place + 1 < len(pieces) else last
        name = f"{piece.kind}-{fingerprint(lines, piece.first, piece.last)}"
        words = 0 if piece.kind in COMMENTED else _count_words(lines, piece)
        shown = (piece.kind, start, end, piece.text, piece.title, piece.level, piece.language)
        block = Block(name, *shown, words, piece.number)
        found.append((block, piece))
    return found
