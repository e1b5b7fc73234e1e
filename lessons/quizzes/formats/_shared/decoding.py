"""Bytes -> text. An encoding that is not certain is asked for, never guessed."""

import codecs
import re

from .outcome import fail

MAX_FILE = 32 * 1024 * 1024
# What a page or command offers, by the name that Python has for it.
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (Western European)",
    "iso8859-15": "ISO 8859-15 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1256": "Windows-1256 (Arabic)",
    "shift_jis": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
}
MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9._-]{1,40})[\"'][^>]{0,100}\?>"
)
# Neither PostgreSQL nor XML takes these; the bytes of a picture or of a wrong encoding have them.
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
ABOUT = "Save the file as UTF-8, or choose the encoding that it has."


def decode(data: bytes, encoding: str = "", path: str = "") -> str:
    """Return the text with \\n line endings. Raises QuizFileError with the line of the first bad byte."""
    if len(data) > MAX_FILE:
        raise fail(f"The file is larger than {MAX_FILE >> 20} MB. Split it.", path=path)
    wanted = _encoding(data, encoding, path)
    try:
        text = data.decode(wanted)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = wanted.removesuffix("-sig").upper()
        raise fail(f"The byte {data[error.start]:#04x} is not {shown}. {ABOUT}", line, path) from error
    except UnicodeError as error:
        raise fail(f"The file is not {wanted}. {ABOUT}", path=path) from error
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        message = f"This line contains the control character U+{ord(found[0]):04X}. Is this the right file?"
        raise fail(f"{message} {ABOUT}", line, path)
    return text.replace("\x85", "\n").replace("\u2028", "\n").replace("\u2029", "\n")


def _encoding(data: bytes, chosen: str, path: str) -> str:
    for mark, name in MARKS:
        if data.startswith(mark):
            return name
    if chosen:
        return _known(chosen, path)
    if (declared := DECLARED.match(data[:400].lstrip())) and b"\x00" not in data[:4]:
        return _known(declared[1].decode("ascii"), path)
    # Without a mark, UTF-16 has a zero beside each ASCII letter.
    head = data[:200]
    if len(head) > 3 and head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    return "utf-16-be" if len(head) > 3 and head[::2].count(0) > len(head) // 4 else "utf-8"


def _known(name: str, path: str) -> str:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise fail(f"The encoding {name} is not known. {ABOUT}", path=path) from error
    if not getattr(found, "_is_text_encoding", True):
        raise fail(f"{name} is not an encoding of text. {ABOUT}", path=path)
    return found.name
