"""Turn the messages of a chat into pieces: the words of the host are the text, those of others are quotes."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from .chats import Chat, Message
from .evening import read_items
from .forms import Former
from .inline import escape, hide
from .levels import Item
from .pieces import Piece
from .regions import Region, find_regions
from .rows import Row
from .signs import NEXT, STRONG, clean, heading_sign, is_plain_title, words_of
from .source import Line

SILENCE = 5  # minutes
NAMED = re.compile(
    r"(?P<label>(?:next|new|today's)?\s*topics?|today|now|next|heute|thema|hoy)\s*[:–-]\s*(?P<topic>[^\W_].{1,60})$",
    re.IGNORECASE,
)
MAX_TITLE_WORDS = 5


def find_chat_regions(chat: Chat) -> list[Region]:
    """Return the regions of each message; none goes on in the next."""
    found = find_regions(chat.lines[: chat.messages[0].first - 1])
    for message in chat.messages:
        above = message.first - 1
        part = chat.lines[above : message.last]
        found += [
            replace(each, first=each.first + above, last=each.last + above) for each in find_regions(part)
        ]
    return found


def make_chat_pieces(
    chat: Chat, regions: Sequence[Region], former: Former, first: int, last: int
) -> list[Piece]:
    """Return the pieces of lines `first` to `last`; each message starts with its stamp, which readers don't see."""
    pieces: list[Piece] = []
    title = ""
    before = 0
    start, end = (bisect_left(chat.messages, line, key=attrgetter("first")) for line in (first, last + 1))
    for message in chat.messages[start:end]:
        items, _ = read_items(chat.lines, regions, [(message.first, min(message.last, last))])
        is_late = message.minutes - before >= SILENCE
        before = message.minutes
        heading = _heading(chat, message, items, is_late=is_late)
        if heading:
            title = heading.title
            pieces.append(heading)
            items = items[1:]
        made = former.make(items, title) if items else []
        if message.who != chat.host and made:
            made = [_quoted(message, made)]
        pieces += made if heading else _stamped(message, made)
    return pieces


def _heading(chat: Chat, message: Message, items: Sequence[Item], *, is_late: bool) -> Piece | None:
    row = items[0] if items and message.who == chat.host else None
    if not isinstance(row, Row) or row.mark:
        return None
    named = NAMED.match(row.text)
    label, words = (row.text[: named.start("topic")], named["topic"]) if named else ("", row.text)
    is_alone = len(items) == 1 and len(words_of(words)) <= MAX_TITLE_WORDS and words[-1] not in ".!,;"
    is_title = is_alone and (is_late or _is_after_blank(chat.lines, message)) and is_plain_title(row)
    if not (named or is_title or NEXT.match(words) or heading_sign(row) in STRONG):
        return None
    title = clean(words)
    title = title[:1].upper() + title[1:]
    number = f"{message.stamp} {label}".strip()
    return Piece("topic", message.first, row.number, escape(title), title=title, level=1, number=number)


def _is_after_blank(lines: Sequence[Line], message: Message) -> bool:
    return message.first > 1 and not lines[message.first - 2].text.strip()


def _stamped(message: Message, made: Sequence[Piece]) -> list[Piece]:
    stamp = hide(message.stamp)
    if not made:
        return [Piece("paragraph", message.first, message.first, stamp)]
    text = f"{stamp}\n\n{made[0].text}"
    return [replace(made[0], first=message.first, text=text), *made[1:]]


def _quoted(message: Message, made: Sequence[Piece]) -> Piece:
    body = "\n\n".join(piece.text for piece in made if piece.text)
    gap = " " if made[0].kind == "paragraph" else "\n\n"
    words = f"**{escape(message.who, starts_line=False)}:**{gap}{body}"
    text = "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
    return Piece("quote", message.first, made[-1].last, text)
