"""A file being read: its questions, what is lost, and what makes it unreadable."""

import base64
import binascii
import hashlib
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote

from lessons.texts.problem import Problem

from ...question import AnyQuestion
from .escaping import escape_address, escape_text, plain_text
from .html_text import Reader, looks_like_html, words_of, words_only
from .rules import Rules

MAX_IMAGE = 5_000_000
MAX_NAME = 80
NO_EXPLANATION = "The imported question has no explanation yet."
IMAGE_ENDINGS = ("png", "jpg", "jpeg", "webp", "gif", "svg", "bmp")
BASES = re.compile(r"^(?:@@PLUGINFILE@@|\$IMS-CC-FILEBASE\$|%24IMS-CC-FILEBASE%24)/+(?:\.\./)*")
MARKDOWN_IMAGE = re.compile(
    r"!\[([^\[\]]{0,500})\]\((@@PLUGINFILE@@/[^()\s]{1,500}|data:image/[^()\s]{1,7000000})\)"
)
UNESCAPED = re.compile(r"\\([^\w\s])")
DATA_URI = re.compile(r"data:image/([a-z]{3,4})[a-z+]*;base64,(.*)", re.DOTALL)


@dataclass(frozen=True)
class Found:
    """A question without its key, and what the key is made of, best first."""

    question: AnyQuestion
    name: str
    key_sources: tuple[str, ...]
    path: str
    pool: str = ""


@dataclass
class Intake:
    """`files` are those beside the one at `path`, by path. `problems` makes the import fail as a whole."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    path: str = ""
    title: str = ""
    found: list[Found] = field(default_factory=list)
    losses: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    unexplained: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)  # paths, as a test lists them
    rules: Rules = field(default_factory=Rules)
    pool: str = ""  # of the questions that are being read

    def take_category(self, line: int, path: str, title: str) -> None:
        """Make the first category the title, and report others, whose questions are in the same quiz."""
        if title and not self.title:
            self.title = title
        elif title and title != self.title:
            self.lose(line, "", f"The category “{path}” is not kept: its questions are in the same quiz.")

    def lose(self, line: int, name: str, message: str) -> None:
        self.losses.append(Problem(line, name[:MAX_NAME], message, path=self.path))

    def fail(self, line: int, message: str) -> None:
        self.problems.append(Problem(line, "", message, path=self.path))


@dataclass
class Item:
    """One question being read. Texts become Markdown by `blocks`, `option` and `line`; what is lost is reported."""

    intake: Intake
    line: int
    name: str = ""
    ident: str = ""
    title: str = ""
    prompt: str = ""
    explanation: str = ""
    points: Decimal = Decimal(1)
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = " ".join(self.name.split())
        self.reader = Reader(self.lose, self._image)

    def lose(self, message: str) -> None:
        self.intake.lose(self.line, self.name or words_of(self.prompt)[:MAX_NAME], message)

    def skip(self, why: str) -> None:
        """Report that the question as a whole is not imported."""
        self.lose(f"Not imported: {why}")

    # These take HTML.

    def blocks(self, text: str) -> str:
        words = words_only(text)
        return self.reader.blocks(text) if words is None else words

    def option(self, text: str) -> str:
        words = words_only(text)
        return self.reader.option(text) if words is None else words

    def line_of(self, text: str) -> str:
        words = words_only(text)
        return self.reader.line(text) if words is None else words

    def markdown(self, text: str) -> str:
        """Return a text that is Markdown already, with the images of the file."""
        return MARKDOWN_IMAGE.sub(
            lambda found: self._image(unquote(found[2]), UNESCAPED.sub(r"\1", found[1])), text
        )

    def mixed(self, text: str) -> str:
        """Return block Markdown of a text that may be HTML or plain."""
        if looks_like_html(text):
            return self.reader.blocks(text.replace("\n", "<br>") if "<p" not in text else text)
        return plain_text(text)

    def explain(self, text: str, about: str = "") -> None:
        """Add a paragraph to the explanation."""
        text = f"{about}: {text}" if about and text else text
        if text:
            self.explanation = f"{self.explanation}\n\n{text}".strip()

    def set_points(self, text: str) -> None:
        try:
            points = Decimal(text.strip())
        except InvalidOperation:
            points = Decimal(0)
        rounded = (
            points.quantize(Decimal("0.01")) if points.is_finite() and 0 < points < 10_000 else Decimal(0)
        )
        if not rounded:
            self.lose(f"The points “{text[:20]}” became 1: they must be above 0 and below 10,000.")
            return
        if rounded != points:
            self.lose(f"The points {text[:20]} were rounded to {rounded.normalize():f}.")
        self.points = rounded.normalize()

    # Any: fields of the kind of question
    def add(self, kind: type[AnyQuestion], **answers: Any) -> None:
        """Add the question, with a prompt that the heading of a question can hold."""
        explanation = "\n".join(line.rstrip() for line in _hard_breaks(self.explanation).strip().split("\n"))
        if not explanation:
            self.intake.unexplained.append(self.name or words_of(self.prompt)[:MAX_NAME])
        question = kind(
            key="",
            prompt=_as_prompt(self.prompt, self.name or self.title),
            points=self.points,
            explanation=explanation or NO_EXPLANATION,
            line=self.line,
            **answers,
        )
        sources = (self.ident, self.title, words_of(self.prompt))
        found = Found(question, self.name, sources, self.intake.path, self.intake.pool)
        self.intake.found.append(found)

    def _image(self, address: str, words: str) -> str:
        alternative = escape_text(words)
        if re.match(r"https?://", address):
            self.lose(
                f"The image {address[:120]} became a link, because it is elsewhere. Upload it in the editor."
            )
            return f"[{alternative or 'Image'}]({escape_address(address)})"
        data, ending = self._image_data(address)
        if not data or ending not in IMAGE_ENDINGS:
            self.lose(f"The image {address[:120]} was left out, because it is not in the file.")
            return alternative
        if len(data) > MAX_IMAGE:
            self.lose(f"The image {address[:120]} was left out: it is larger than 5 MB.")
            return alternative
        if not words:
            self.lose(f"The image {address[:120]} has no alternative text. Write it in the editor.")
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.{ending}"
        self.intake.images[name] = data
        return f"![{alternative}](imported:{name})"

    def _image_data(self, address: str) -> tuple[bytes, str]:
        if inline := DATA_URI.match(address):
            try:
                return base64.b64decode(inline[2], validate=True), inline[1]
            except binascii.Error:
                return b"", ""
        bare = BASES.sub("", address.partition("?")[0])
        ending = bare.rpartition(".")[2].lower()
        if bare in self.files:
            return self.files[bare], ending
        folder = posixpath.dirname(self.intake.path)
        wanted = [posixpath.normpath(posixpath.join(folder, bare)), posixpath.normpath(bare)]
        wanted += [f"web_resources/{bare}"]
        for path in wanted:
            if path in self.intake.files:
                self.intake.used.add(path)
                return self.intake.files[path], ending
        return b"", ""


def _hard_breaks(text: str) -> str:
    # The lines of a quiz lose the two spaces that break a line.
    return text if "```" in text else re.sub(r" {2,}\n", "\\\\\n", text)


def _as_prompt(text: str, name: str) -> str:
    # The first line is a heading, so it must be words.
    text = _hard_breaks(text).strip()
    first, _, rest = text.partition("\n")
    if re.match(r"(?:```|~~~|[-*+] |[0-9]{1,9}[.)] |\||> |\* \* \*|:::|$)", first):
        first, rest = escape_text(name) or "Question", text
    first = re.sub(r"^#{1,6} ", "", first).strip().removesuffix("\\").rstrip()
    rest = "\n".join(line.rstrip() for line in rest.strip("\n").split("\n"))
    return f"{first}\n\n{rest}".strip()
