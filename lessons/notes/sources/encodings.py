"""Decode the text of a file. What is unsure is asked, never guessed in silence."""

import codecs

from charset_normalizer import from_bytes

from ..source import Candidate, EncodingUnsureError, NotesError

MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Often used, and often taken for one another. The first wins among those that give the same text.
USUAL = ("cp1252", "cp1251", "gb18030", "shift_jis", "cp1250", "euc_kr", "big5")
MAX_CANDIDATES = 5
GUESSED_BYTES = 20_000
MAX_SAMPLE = 300  # characters


def decode(data: bytes, path: str, encoding: str = "") -> tuple[str, str]:
    """Return text and encoding. Raises EncodingUnsureError, and NotesError if `encoding` does not fit."""
    if encoding:
        return _decode_as(data, path, encoding), encoding
    for mark, name in MARKS.items():
        if data.startswith(mark):
            return _decode_as(data, path, name), name
    if name := _utf16_by_zeros(data):
        return _decode_as(data, path, name), name
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise EncodingUnsureError(_candidates(data), path=path) from None
    if "\0" in text:
        raise NotesError(
            "This is a binary file, not text.", path=path, line=text[: text.index("\0")].count("\n") + 1
        )
    return text, "utf-8"


def _decode_as(data: bytes, path: str, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise NotesError(
            f"This is not {encoding} text. Choose a different encoding.", path=path, line=line
        ) from None
    except (LookupError, UnicodeError):  # the codec `undefined` has its own way to refuse
        raise NotesError(f"“{encoding[:40]}” is not a known encoding.", path=path) from None


def _utf16_by_zeros(data: bytes) -> str:
    # Text of Latin letters has a zero in every second byte; no other text has zeros.
    head = data[:4_000]
    if len(head) < 4 or len(data) % 2:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.05 else ""


def _candidates(data: bytes) -> tuple[Candidate, ...]:
    start = max(next((place for place, byte in enumerate(data) if byte > 127), 0) - 100, 0)
    window = data[start : start + GUESSED_BYTES]
    guessed = [match.encoding for match in from_bytes(window)][:2]
    found: dict[str, Candidate] = {}
    for encoding in [USUAL[0], *guessed, *USUAL]:
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        sample = _sample(text)
        if sample and all(sample != other.sample for other in found.values()):
            found.setdefault(encoding, Candidate(encoding, sample))
    return tuple(found.values())[:MAX_CANDIDATES]


def _sample(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if not line.isascii()]
    return "\n".join(lines[:5])[:MAX_SAMPLE]
