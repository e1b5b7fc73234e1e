"""Pieces of a line, joined so that each emphasis begins and ends where CommonMark sees it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Piece(NamedTuple):
    """Inline Markdown, and the mark to put around it: **, *, ~~, == or nothing."""

    text: str
    mark: str = ""


def join_pieces(pieces: Iterable[Piece], lose: Callable[[str], None]) -> str:
    """Return one text. A mark that no Markdown can express between its neighbours is left out and reported."""
    merged = _merge(pieces)
    text = ""
    for place, piece in enumerate(merged):
        inner = piece.text.strip(" ")
        if not piece.mark or not inner or piece.mark in (inner[:1], inner[:2]):
            text += _spaced(text, piece.text)
            continue
        lead = piece.text[: len(piece.text) - len(piece.text.lstrip(" "))]
        tail = piece.text[len(piece.text.rstrip(" ")) :]
        after = tail or (merged[place + 1].text[:1] if place + 1 < len(merged) else "")
        text += _spaced(text, lead)
        if "\\\n" in inner or not _flanks(text[-1:], inner, after):
            lose("Bold, italic or other emphasis was left out where it begins or ends inside a word.")
            text += inner + tail
        else:
            text += f"{piece.mark}{inner}{piece.mark}{tail}"
    return text.strip(" ")


def _merge(pieces: Iterable[Piece]) -> list[Piece]:
    # <b>a</b><b>b</b> would be **a****b**.
    merged: list[Piece] = []
    for piece in pieces:
        if merged and merged[-1].mark == piece.mark:
            joined = merged[-1].text + _spaced(merged[-1].text, piece.text)
            merged[-1] = Piece(joined, piece.mark)
        elif piece.text:
            merged.append(piece)
    return merged


def _spaced(before: str, text: str) -> str:
    return text[1:] if before[-1:] in (" ", "\n") and text[:1] == " " else text


def _flanks(before: str, inner: str, after: str) -> bool:
    # CommonMark: a mark next to punctuation inside needs a space or punctuation outside. Marks next to each other
    # are read as one.
    opens = inner[0].isalnum() or not before.isalnum()
    closes = inner[-1].isalnum() or not after.isalnum()
    touching = before[-1:] in ("*", "~", "=") or after[:1] in ("*", "~", "=")
    return opens and closes and not touching
