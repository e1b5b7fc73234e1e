"""Read GIFT. A backslash before ~ = # { } : n and itself takes their meaning away, as in Moodle."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ...kinds.ordering import Ordering
from .._shared.decimals import range_answer
from .._shared.escaping import plain_line, plain_text
from .._shared.html_text import looks_like_html, words_of
from .._shared.intake import Intake, Item
from .._shared.pairing import add_pairs
from .._shared.weighing import (
    FULL,
    Answer,
    add_choice,
    add_free_text,
    add_numeric,
    add_true_false,
    add_typed,
    percent,
)

# Escaped signs become control characters, which no text that was decoded contains.
ESCAPES = {
    "\\\\": "\x01",
    "\\~": "\x02",
    "\\=": "\x03",
    "\\#": "\x04",
    "\\{": "\x05",
    "\\}": "\x06",
    "\\:": "\x07",
}
ESCAPED = re.compile(r"\\[\\~=#{}:n]")
PLAIN = str.maketrans({code: sign[1] for sign, code in ESCAPES.items()} | {"\x08": "\n"})
TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
FORMAT_NAME = re.compile(r"\s*\[(html|moodle|plain|markdown)\]\s?", re.IGNORECASE)
IDENT, TAG = re.compile(r"\[id:([^\]]{1,100})\]"), re.compile(r"\[tag:([^\]]{1,100})\]")
WEIGHT = re.compile(r"\s*%(-?[0-9.,]{1,20})%")
RANGE = re.compile(r"(\S+?)\s?\.\.\s?(\S+)")
TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}
ORDERED = "ordering"  # our tag on a matching of places and items
ORDERING = re.compile(r">\s*(?:[0-9]{1,3})?[^\n]*\n(.*)", re.DOTALL)
MISSING_WORD = "_____"


@dataclass(frozen=True)
class Block:
    """The lines of one question, with the comments above it. `end` is the line of the last one."""

    line: int
    text: str
    ident: str
    tags: tuple[str, ...]


def read(text: str, intake: Intake) -> None:
    for block in _blocks(text, intake):
        _Question(intake, block).read()


def _blocks(text: str, intake: Intake) -> Iterator[Block]:
    lines: list[str] = []
    comments: list[str] = []
    start, is_open = 0, False
    for number, line in enumerate([*text.split("\n"), ""], 1):
        bare = line.strip()
        # A new title in open braces shows that they were never closed.
        new = bare.startswith(("::", "$CATEGORY:")) and not (lines and lines[-1].strip())
        if (not bare and not is_open) or (new and is_open and lines):
            yield from _block(start, lines, comments)
            lines, comments, is_open = [], comments if not lines else [], False
            if not bare:
                continue
        if bare.startswith("//"):
            comments.append(bare)
            lines += [""] if lines else []  # the lines below keep their numbers
        elif bare.startswith("$CATEGORY:") and not lines:
            _take_category(bare.removeprefix("$CATEGORY:").strip(), number, intake)
        else:
            start = start if lines else number
            lines.append(ESCAPED.sub(lambda found: ESCAPES.get(found[0], "\x08"), line))
            is_open = _is_open(lines[-1], is_open)
    yield from _block(start, lines, comments)


def _block(start: int, lines: list[str], comments: list[str]) -> Iterator[Block]:
    if any(line.strip() for line in lines):
        said = " ".join(comments)
        ident = IDENT.search(said)
        yield Block(start, "\n".join(lines).rstrip(), ident[1] if ident else "", tuple(TAG.findall(said)))


def _is_open(line: str, before: bool) -> bool:
    last_open, last_close = line.rfind("{"), line.rfind("}")
    return before if last_open == last_close else last_open > last_close


def _take_category(name: str, line: int, intake: Intake) -> None:
    name = re.sub(r"^\$(?:course|module|system|cat\w*)\$/?", "", name).removeprefix("top/").strip("/ ")
    intake.take_category(line, name, name.rpartition("/")[2].strip())


class _Question:
    def __init__(self, intake: Intake, block: Block) -> None:
        self.intake, self.block = intake, block
        text = block.text
        title = TITLE.match(text)
        self.title = " ".join(_plain(title[1]).split()) if title else ""
        text = text[title.end() :] if title else text
        self.format, self.text = _take_format(text, "moodle")
        self.before, brace, rest = self.text.partition("{")
        self.answers, closed, self.after = rest.partition("}")
        self.has_answers, self.is_closed = bool(brace), bool(closed)
        words = self.title or words_of(_plain(self.before))
        self.item = Item(intake, block.line, words, block.ident, self.title)

    def read(self) -> None:
        if fault := self._fault():
            self.intake.fail(self.block.line, fault)
            return
        for tag in self.block.tags:
            if tag != ORDERED:
                self.item.lose(f"The tag “{tag}” was left out.")
        before, after = self.before.rstrip(), self.after.lstrip()
        gap = f" {MISSING_WORD} " if re.search(r"\w", after) else ""
        ends = not gap and before.endswith((".", "?", "!"))  # … places? {#3}.
        self.item.prompt = self._markdown(before if ends else f"{before}{gap}{after}")
        self._take_explanation()
        self._add(self.answers.strip())

    def _fault(self) -> str:
        if self.text.count("{") > 1:
            return "This question has a second {. Put an empty line between questions, or write \\{ to show a brace."
        if self.has_answers and not self.is_closed:
            return "The { of this question is not closed. Add }. Is the file cut off?"
        if "}" in self.before + self.after:
            return "This question has a } without a {. Write \\} to show a brace."
        if not (self.before + self.after).strip():
            return "This question has no text."
        return ""

    def _take_explanation(self) -> None:
        self.answers, _, general = self.answers.partition("####")
        self.item.explain(self._markdown(general))

    def _add(self, text: str) -> None:
        head = text.partition("#")[0].strip().upper()
        if not self.has_answers:
            self.item.skip("it is a description, which asks nothing. Put its text into the lesson.")
        elif not text:
            add_free_text(self.item)
        elif text.startswith("#"):
            self._add_numeric(text[1:])
        elif head in TRUTH:
            _, *feedback = text.split("#")
            wrong, right = (*map(self._markdown, feedback), "", "")[:2]
            add_true_false(self.item, is_true=TRUTH[head], if_right=right, if_wrong=wrong)
        elif text.startswith(">"):
            self._add_ordering(text)
        elif "~" in text:
            self._add_choice(text)
        elif "=" in text and "->" in text:
            self._add_matching(text)
        elif "=" in text or "%" in text:
            add_typed(self.item, [self._typed(part) for part in _split(text)])
        else:
            message = "The answers in {} begin with = or ~, are T or F, or begin with # for a number."
            self.intake.fail(self.block.line, message)

    def _add_choice(self, text: str) -> None:
        answers = [self._weighed(part) for part in _split(text)]
        add_choice(self.item, answers, single="=" in text)

    def _weighed(self, part: str) -> Answer:
        weight, text, feedback = self._parts(part)
        return Answer(self._option(text), weight, self._markdown(feedback))

    def _typed(self, part: str) -> Answer:
        weight, text, feedback = self._parts(part)
        _, text = _take_format(text, "")
        return Answer(" ".join(_plain(text).split()), weight, self._markdown(feedback))

    def _parts(self, part: str) -> tuple[Fraction, str, str]:
        weight: Fraction = FULL if part.startswith("=") else Fraction(0)
        text = part[1:] if part[:1] in ("=", "~") else part
        found = WEIGHT.match(text)
        if found:
            given = percent(found[1])
            if given is None:
                self.intake.fail(
                    self.block.line, f"The weight %{found[1]}% is not a number from -100 to 100."
                )
            weight, text = given or Fraction(0), text[found.end() :]
        text, _, feedback = text.partition("#")
        return weight, text.strip(), feedback.strip()

    def _add_numeric(self, text: str) -> None:
        head = text.lstrip()
        answers = [
            self._range(part) for part in _split(text if head.startswith(("=", "~", "%")) else f"={text}")
        ]
        add_numeric(self.item, answers)

    def _range(self, part: str) -> Answer:
        weight, given, comment = self._parts(part)
        text, feedback = _plain(given).strip(), self._markdown(comment)
        if found := RANGE.fullmatch(text):
            if answer := range_answer(found[1], found[2], weight, feedback):
                return answer
            self.intake.fail(self.block.line, f"{text} is not a range of numbers, such as 1..5.")
            return Answer("*", Fraction(0))
        number, _, tolerance = text.partition("\x07" if "\x07" in text else ":")
        return Answer(number.strip() or "*", weight, feedback, tolerance.strip())

    def _add_matching(self, text: str) -> None:
        pairs = []
        for part in _split(text):
            _, left_right, feedback = self._parts(part)
            left, arrow, right = left_right.partition("->")
            if not arrow:
                self.intake.fail(self.block.line, f"The pair “{_plain(part)[:40]}” has no ->.")
                return
            if feedback:
                right = f"{right}#{feedback}"
            pairs.append((self._line(left), self._line(right)))
        add_pairs(self.item, pairs, is_ordered=ORDERED in self.block.tags)

    def _add_ordering(self, text: str) -> None:
        found = ORDERING.fullmatch(text)
        items = [self._line(line) for line in (found[1] if found else "").split("\n") if line.strip()]
        self.item.add(Ordering, items=tuple(items))

    # --- texts ---

    def _markdown(self, text: str) -> str:
        name, text = _take_format(text, self.format)
        if name in ("moodle", "plain"):
            # A line of the file is no line of the text; \n is.
            text = re.sub(r"(?<!\n)\n(?![ \t]*\n)", " ", text)
        plain = _plain(text).strip()
        if name == "markdown":
            return plain
        return self.item.mixed(plain) if name == "moodle" else self._of_format(plain, name)

    def _of_format(self, plain: str, name: str) -> str:
        return self.item.reader.blocks(plain) if name == "html" else plain_text(plain)

    def _option(self, text: str) -> str:
        name, text = _take_format(text, self.format)
        plain = _plain(text).strip()
        if name == "markdown":
            return plain if plain.startswith("\n") or not plain.startswith("```") else f"\n{plain}"
        html = name == "html" or (name == "moodle" and looks_like_html(plain))
        return self.item.reader.option(plain) if html else plain_line(plain)

    def _line(self, text: str) -> str:
        name, text = _take_format(text, self.format)
        plain = " ".join(_plain(text).split())
        if name == "markdown":
            return plain
        html = name == "html" or (name == "moodle" and looks_like_html(plain))
        return self.item.reader.line(plain) if html else plain_line(plain)


def _split(text: str) -> list[str]:
    # At each = and ~, which stay in front; what is before the first is an answer too if there is any.
    return [part for part in re.split(r"(?=[=~])", text) if part.strip()]


def _take_format(text: str, default: str) -> tuple[str, str]:
    found = FORMAT_NAME.match(text)
    return (found[1].lower(), text[found.end() :]) if found else (default, text)


def _plain(text: str) -> str:
    return text.translate(PLAIN)
