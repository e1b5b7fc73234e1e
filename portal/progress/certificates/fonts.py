"""Text of any script in a PDF: which font has its letters, and how they join.

ReportLab draws letters one after another. HarfBuzz shapes them first, which Devanagari, Arabic and Thai need.
The fonts come from a package; those of the machine are searched for the scripts that it lacks.
"""

import io
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import pymupdf_fonts
import uharfbuzz
from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont, shapeStr
from reportlab.pdfgen.canvas import Canvas

MAX_FONTS = 3_000  # files that are searched for a script
MAX_FONT_BYTES = 40 << 20
PACKAGED = {"regular": "figo", "bold": "figbo"}  # FiraGO


class NoFontError(Exception):
    """No font of this machine has all letters of a text; the message names the letter."""


@lru_cache(maxsize=len(PACKAGED))
def _packaged(weight: str) -> tuple[str, frozenset[int]]:
    data = pymupdf_fonts.myfont(PACKAGED[weight])
    name = f"packaged-{weight}"
    pdfmetrics.registerFont(TTFont(name, io.BytesIO(data)))
    return name, _letters(data)


def _letters(data: bytes) -> frozenset[int]:
    return frozenset(uharfbuzz.Face(uharfbuzz.Blob(data)).unicodes)


def _files() -> Iterator[Path]:
    # Noto first: its files are named by script, and a text needs only one.
    found = [
        path for root in settings.CERTIFICATE_FONTS for path in sorted(Path(root).rglob("*.ttf"))[:MAX_FONTS]
    ]
    yield from sorted(found, key=lambda path: (not path.name.startswith("NotoSans"), path.name))


@lru_cache(maxsize=256)
def _font_of(letters: frozenset[int], weight: str) -> str:
    name, covered = _packaged(weight)
    if letters <= covered:
        return name
    wanted = ("-Bold.", "-Regular.") if weight == "bold" else ("-Regular.", "-Bold.")
    others: list[Path] = []
    for path in _files():
        if path.stat().st_size > MAX_FONT_BYTES:
            continue
        if wanted[0] not in path.name:
            others.append(path)
        elif name := _register(path, letters):
            return name
    for path in others:
        if name := _register(path, letters):
            return name
    missing = next(chr(letter) for letter in sorted(letters - covered))
    raise NoFontError(
        f"No font on this server has the letter {missing} ({unicodedata.name(missing, 'unnamed')})."
    )


def _register(path: Path, letters: frozenset[int]) -> str:
    try:
        data = path.read_bytes()
        if not letters <= _letters(data):
            return ""
        name = f"file-{path}"
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(data)))
    except (
        OSError,
        TTFError,
        uharfbuzz.HarfBuzzError,
    ):  # a damaged font, or one with outlines of another kind
        return ""
    return name


def _runs(text: str, weight: str) -> list[tuple[str, str]]:
    # Words with their fonts, in the order in which they are drawn from left to right.
    words = text.split()
    groups = [(is_rtl, list(group)) for is_rtl, group in groupby(words, _is_right_to_left)]
    ordered = [list(reversed(group)) if is_rtl else group for is_rtl, group in groups]
    if groups and groups[0][0]:
        ordered.reverse()
    return [(word, _font_of(frozenset(map(ord, word)), weight)) for group in ordered for word in group]


def _is_right_to_left(word: str) -> bool:
    strong = (unicodedata.bidirectional(letter) for letter in word)
    return next((kind in ("R", "AL") for kind in strong if kind in ("L", "R", "AL")), False)


def _shape(word: str, font: str, size: float) -> str:
    # Without ligatures in an address, which is copied from the PDF.
    return word if word.isascii() else shapeStr(word, font, size)


def _width(word: str, font: str, size: float) -> float:
    shaped = _shape(word, font, size)
    advances = getattr(shaped, "__shapeData__", None)
    if advances is None:
        return float(pdfmetrics.stringWidth(word, font, size))
    return float(sum(each.x_advance for each in advances) * size / 1000)


def text_width(text: str, size: float, weight: str = "regular") -> float:
    """Return the width of a line in points. Raises NoFontError."""
    runs = _runs(text, weight)
    space = _width(" ", _packaged(weight)[0], size)
    return sum(_width(word, font, size) for word, font in runs) + space * max(0, len(runs) - 1)


def draw_text(canvas: Canvas, x: float, y: float, text: str, size: float, weight: str = "regular") -> float:
    """Draw a line, and return where it ends. Raises NoFontError before anything is drawn."""
    space = _width(" ", _packaged(weight)[0], size)
    end = x
    for word, font in _runs(text, weight):
        canvas.setFont(font, size)
        canvas.drawString(x, y, _shape(word, font, size))
        end = x + _width(word, font, size)
        x = end + space
    return end


def wrap(text: str, size: float, limit: float, weight: str = "regular") -> list[str]:
    """Split a text into lines of at most `limit` points; a longer word has its own line. Raises NoFontError."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= limit:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
