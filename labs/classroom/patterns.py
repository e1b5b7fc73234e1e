"""Expected output as a regular expression of Python, which `run` searches for in the output of a command."""

import re

from labs.classroom.model import Comparison

MAX_PATTERN = 2_000
MAX_EXPECTED = 20_000
_NEW_LINE = r"\r?\n"
# Parts of a JavaScript pattern that mean the same in Python, once anchors are replaced. Everything else is refused:
# named groups, back references, `\p`, `[^]`, flags and more differ, and a wrong pattern would grade wrongly.
_PART = re.compile(
    r"""(?P<escape>\\[dDwWsSbBnrtfv]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[^A-Za-z0-9\s])
    |(?P<class>\[\^?(?:\\[dDwWsSnrtfv]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[^A-Za-z0-9\s]|[^\]\[\\])+\])
    |(?P<group>\((?:\?:|\?=|\?!|(?!\?)))
    |(?P<quantifier>(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})\??)
    |(?P<anchor>[\^$])
    |(?P<plain>[^\\\[\](){}*+?^$])
    |(?P<close>\))""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {"d": "0-9", "w": "A-Za-z0-9_"}  # JavaScript's classes are of ASCII only


class NotCarriedError(Exception):
    """An expected output cannot be expressed without a change of its meaning; the message says why."""


def pattern_of(expected: str, comparison: Comparison) -> str | None:
    """Return the pattern, None if every output is right. Raises NotCarriedError.

    As on GitHub Classroom, spaces around both texts do not count, nor do carriage returns.
    """
    if len(expected) > MAX_EXPECTED:
        raise NotCarriedError(f"Its expected output has more than {MAX_EXPECTED:,} characters")
    if comparison == "regex":
        return _from_javascript(expected)
    text = expected.replace("\r\n", "\n").strip()
    literal = _NEW_LINE.join(re.escape(line) for line in text.split("\n"))
    if comparison == "exact":
        return rf"\A\s*{literal}\s*\Z"
    return literal or None


def _from_javascript(pattern: str) -> str:
    if len(pattern) > MAX_PATTERN:
        raise NotCarriedError(f"Its regular expression has more than {MAX_PATTERN:,} characters")
    if _has_nested_repetition(pattern):
        raise NotCarriedError(
            "Its regular expression repeats a group that repeats itself, which can take forever"
        )
    place, made, before = 0, list[str](), ""
    while place < len(pattern):
        part = _PART.match(pattern, place)
        if part is None or part.lastgroup == before == "quantifier":
            sign = pattern[place : place + 4]
            raise NotCarriedError(
                f"Its regular expression has “{sign}”, which is invalid or differs in Python"
            )
        made.append(_in_python(part))
        place, before = part.end(), part.lastgroup or ""
    return _compiled("".join(made))


def _in_python(part: re.Match[str]) -> str:
    text, kind = part[0], part.lastgroup
    if kind == "anchor":  # `run` lets them match at each line, JavaScript only at the ends
        return r"(?:\A\s*)" if text == "^" else r"(?:\s*\Z)"
    if kind == "plain" and text == "\n":
        return _NEW_LINE
    if kind == "escape" and text == r"\n":
        return _NEW_LINE
    if kind == "escape" and text[1] in "dwDW":
        negated = "^" if text[1].isupper() else ""
        return f"[{negated}{_WORDS[text[1].lower()]}]"
    if kind == "escape" and text[1] in "bB":
        return f"(?a:{text})"
    if kind == "class":
        return re.sub(r"\\([dwDW])", _class_in_class, text)
    return text


def _class_in_class(found: re.Match[str]) -> str:
    if found[1].isupper():
        raise NotCarriedError(
            f"Its regular expression has “\\{found[1]}” in brackets, which differs in Python"
        )
    return _WORDS[found[1]]


def _has_nested_repetition(pattern: str) -> bool:
    # `(a+)+`: harmless for a machine that gives up, but the grader's would not
    return bool(re.search(r"[*+}]\??\)(?:[*+]|\{[0-9]+,)", re.sub(r"\\.|\[[^\]]*\]", "x", pattern)))


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise NotCarriedError(f"Its regular expression is not valid in Python: {error}") from error
    return pattern
