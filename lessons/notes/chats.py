"""Read exports of a chat: `[20:33] Trainer: text`, or the name and the time on a line above the text."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .dates import Written, find_date
from .frames import Banner
from .source import Line

TIME = r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[AaPp]\.?[Mm]\.?)?"
DATE = r"(?:\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d{1,2}\.?\s[A-Za-z]{3,9}\.?(?:\s\d{4})?)"
WHEN = rf"(?:(?P<date>{DATE})(?:,|\s+at)?\s+)?(?P<time>{TIME})"
NAME = r"(?P<who>[^\W\d_][^:\[\]<>\t]{0,40}?)"
INLINE = re.compile(rf"[\[(]?{WHEN}[\])]?(?:\s*[-–—]\s*|\s+){NAME}:(?:\s+(?P<text>.*))?$")
SENT = re.compile(
    rf"{WHEN}\s+from\s+{NAME}(?:\s+to\s+[^:]{{1,60}})?\s*:(?:\s*(?P<text>\S.*))?$", re.IGNORECASE
)
ABOVE = re.compile(
    rf"(?:{NAME}(?:,|\s)\s*[\[(]?{WHEN}[\])]?|\[{WHEN.replace('?P<', '?P<late_')}\]\s+(?P<last>.{{2,40}}))$"
)
SYSTEM = re.compile(rf"[\[(]?{WHEN}[\])]?\s*[-–—]\s+(?P<text>[^:]{{3,200}})$")
NOISE = re.compile(
    r"<Media omitted>|<(?:attached|image|video|audio)[^<>]{0,80}>|(?:image|video|audio|sticker|GIF|document) omitted"
    r"|This message was deleted\.?|You deleted this message\.?|.{1,40} (?:joined|left|was added|reacted to .{1,80})\.?"
)
GREETING = r"(?:(?:welcome to|hi|hello|good (?:morning|afternoon|evening))[^,:.]{0,40}[,:.]\s*)?"
VERB = r"(?:start with|begin with|talk about|look at|continue with|learn|cover|do|see|discuss)"
TODAY = rf"today(?:'s topic)?(?:,? (?:we|is)(?: (?:will|are going to))?(?: {VERB})?|\s*:)"
SAID = re.compile(
    rf"(?:welcome to [^,:]{{2,30}}[,:]|{GREETING}(?:let[’']s talk about|{TODAY}))"
    r"\s+(?P<topic>\w.{2,60}?)(?:\s+today)?[.!]?$",
    re.IGNORECASE,
)
FORMS = (INLINE, SENT, ABOVE)
MIN_MESSAGES = 4


@dataclass(frozen=True)
class Message:
    """Lines `first` to `last`. `stamp` is what a lesson does not show: time and name."""

    first: int
    last: int
    who: str
    stamp: str
    date: Written | None
    minutes: int
    is_noise: bool = False


@dataclass(frozen=True)
class Chat:
    """`lines` are the notes without the stamps, as many as before. `host` wrote most of the words."""

    lines: tuple[Line, ...]
    messages: tuple[Message, ...]
    host: str


def read_chat(lines: Sequence[Line]) -> Chat | None:
    """Return the chat, None if the notes are not one."""
    for form in FORMS:
        starts = {number: found for number, line in enumerate(lines, 1) if (found := form.match(_bare(line)))}
        if _is_chat(starts, form, lines):
            return _make(lines, starts)
    return None


def _is_chat(starts: dict[int, re.Match[str]], form: re.Pattern[str], lines: Sequence[Line]) -> bool:
    if len(starts) < MIN_MESSAGES:
        return False
    names = Counter(_who(found) for found in starts.values())
    filled = sum(bool(line.text.strip()) for line in lines)
    share = 5 if form in (ABOVE, SENT) else 2
    return len(starts) * share >= filled and len(names) * 2 <= len(starts)


def _bare(line: Line) -> str:
    return line.text.strip().lstrip("\u200e\u200f")  # marks of WhatsApp for the direction of writing


def _who(found: re.Match[str]) -> str:
    parts = found.groupdict()
    return (parts.get("who") or parts.get("last") or "").strip()


def _make(lines: Sequence[Line], starts: dict[int, re.Match[str]]) -> Chat:
    shown = list(lines)
    messages: list[Message] = []
    others = {
        number: found
        for number, line in enumerate(lines, 1)
        if number not in starts and (found := SYSTEM.match(_bare(line)))
    }
    order = sorted([*starts, *others])
    words: Counter[str] = Counter()
    for place, number in enumerate(order):
        found = starts.get(number) or others[number]
        last = (order[place + 1] if place + 1 < len(order) else len(lines) + 1) - 1
        text = found.groupdict().get("text") or ""
        is_noise = number in others or bool(NOISE.fullmatch(text.strip()))
        bare = _bare(lines[number - 1])
        stamp = bare if is_noise else bare[: len(bare) - len(text)].strip()
        shown[number - 1] = replace(lines[number - 1], text="" if is_noise else text)
        who = _who(found)
        messages.append(Message(number, last, who, stamp, _date(found), _minutes(found), is_noise))
        words[who] += sum(len(line.text) for line in shown[number - 1 : last])
    return Chat(tuple(shown), tuple(messages), words.most_common(1)[0][0])


def _date(found: re.Match[str]) -> Written | None:
    parts = found.groupdict()
    return find_date(parts.get("date") or parts.get("late_date") or "")


def _minutes(found: re.Match[str]) -> int:
    parts = found.groupdict()
    text = parts.get("time") or parts.get("late_time") or "0:0"
    hours, minutes = re.split("[:.]", text)[:2]
    return int(hours) * 60 + int(minutes[:2])


def find_days(chat: Chat) -> list[Banner]:
    """Return a banner without lines for each day of the chat, with the topic that its first messages name."""
    banners: list[Banner] = []
    before: tuple[int, int] | None = None
    for message in chat.messages:
        day = (message.date.month, message.date.day) if message.date else before
        if not banners or day != before:
            first = message.first
            banners.append(Banner(first, first - 1, "", None, message.date, "", is_framed=True))
        before = day
        if not banners[-1].title and (topic := find_topic(chat, message)):
            banners[-1] = replace(banners[-1], title=topic)
    return banners


def find_topic(chat: Chat, message: Message) -> str:
    """Return `images` of `Good evening all, today we start with images`, "" if the message names no topic."""
    part = chat.lines[message.first - 1 : message.last]
    text = next((line.text.strip() for line in part if line.text.strip()), "")
    found = SAID.match(text) if message.who == chat.host and len(text) < 120 else None
    return found["topic"] if found else ""
