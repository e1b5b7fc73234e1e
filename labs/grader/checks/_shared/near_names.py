"""Find the path that was most likely meant: different case, extension or folder, or a typo."""

import posixpath
import re
import unicodedata
from collections.abc import Iterable

_SAME_ENDINGS = (
    {".yml", ".yaml"},
    {".md", ".markdown", ".mdown", ".rst", ".txt", ""},
    {".htm", ".html"},
    {".jpg", ".jpeg"},
)
_MIN_LETTERS = 4  # a shorter name that differs in one letter is rarely a typo


def near_path(path: str, others: Iterable[str]) -> str | None:
    """Return the best of `others`, None if no name is near. Names that cannot be printed are skipped."""
    names = [other for other in others if other != path and other.isprintable()]
    wanted, name = _bare(path), posixpath.basename(_bare(path))
    for is_near in (
        lambda other: _bare(other) == wanted,
        lambda other: _has_other_ending(wanted, _bare(other)),
        lambda other: _is_one_slip(wanted, _bare(other)),
        lambda other: posixpath.basename(_bare(other)) == name,
    ):
        if near := next(filter(is_near, names), None):
            return near
    return None


def _bare(path: str) -> str:
    # removes differences that are easy to miss: case, composed letters, backslashes, spaces, hyphens, underscores
    composed = unicodedata.normalize("NFC", path).casefold().replace("\\", "/")
    return "/".join(re.sub(r"[\s_-]+", "-", part.strip()) for part in composed.split("/"))


def _has_other_ending(wanted: str, other: str) -> bool:
    # `ci.yaml` for `ci.yml`, or an extension that an editor added: `Dockerfile.txt`, `app.py.txt`, `a.md.md`
    stem, ending = posixpath.splitext(wanted)
    if other in (f"{wanted}.txt", f"{wanted}{ending or '.txt'}"):
        return True
    other_stem, other_ending = posixpath.splitext(other)
    return stem == other_stem and any({ending, other_ending} <= same for same in _SAME_ENDINGS)


def _is_one_slip(wanted: str, other: str) -> bool:
    # one part of the path is a letter off, such as `workflow` for `workflows`, or lacks its dot
    parts = list(zip(wanted.split("/"), other.split("/"), strict=False))
    different = [pair for pair in parts if pair[0] != pair[1]]
    if wanted.count("/") != other.count("/") or len(different) != 1:
        return False
    one, two = different[0]
    if one.lstrip(".") == two.lstrip("."):
        return True
    return len(posixpath.splitext(one)[0]) >= _MIN_LETTERS and _is_letter_off(one, two)


def _is_letter_off(one: str, two: str) -> bool:
    # letters only: `data1` and `data2` are different names
    start = len(posixpath.commonprefix([one, two]))
    end = len(posixpath.commonprefix([one[start:][::-1], two[start:][::-1]]))
    left, right = one[start : len(one) - end], two[start : len(two) - end]
    if not (left + right).isalpha():
        return False
    return max(len(left), len(right)) == 1 or (len(left) == 2 and left == right[::-1])
