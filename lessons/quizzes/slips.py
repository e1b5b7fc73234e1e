"""Recognise misspelt answer lines and suggest the correct line."""

import re

from .lines import PATTERNS, SourceLine, Syntax

RIGHT = "xXхХ×✓✔☑✅*vVyY"  # the second pair is Cyrillic
WRONG = " ✗✘☐☒❌nN_.-"
BULLET = r"(?:[-*+–—−•·‣◦▪]|[0-9]{1,9}[.)]|[A-Za-z][.)])"
SQUARE = re.compile(
    rf"\s*(?:{BULLET}\s*)?\\?[\[［]\s*(?P<mark>[{RIGHT}{re.escape(WRONG)}]?)\s*\\?[\]］](?P<text>.*)"
)
ROUND = re.compile(rf"\s*{BULLET}\s*[(（]\s*(?P<mark>[xX✓✔]?)\s*[)）](?P<text>\s.*)")
DRAWN = re.compile(rf"\s*(?:{BULLET}\s*)?(?P<mark>[☐☑☒✅❌])\s*(?P<text>.*)")
# Brackets that are not boxes: link text, references and their definitions, footnotes.
LINK = re.compile(r"[(\[:^]")
NOT_IN_OPTIONS = re.compile(r"\s*(?:(?:[-*+]|[0-9]{1,9}[.)])\s|#{1,6}\s|\||:::|!!!)")


# Marks accepted as a guess only if the question has no answer at all.
LOOSE_RIGHT = {"x", "yes", "y", "1", "true", "t", "right", "correct", "ok", "o", "✓", "✔"}
LOOSE_WRONG = {"", "no", "n", "0", "false", "f", "wrong", "incorrect", "-"}
LOOSE_BOX = re.compile(
    rf"\s*(?:>\s*)?(?:(?:--|{BULLET})\s*)?[\[({{［（]\s*(?P<mark>[^\[\](){{}}]{{0,9}}?)\s*[\])}}］）]\s*:?\s*(?P<text>\S.*)"
)
IN_A_LIST = re.compile(rf"\s*(?:>\s*)?{BULLET}\s+(?P<text>\S.*)")
TYPED = re.compile(r"\s*=(?P<text>[^=\s].*)")


def guess_answers(lines: list[SourceLine]) -> list[tuple[int, str]]:
    """Return (line number, suggestion) for each likely answer in a question without any."""
    typed = [
        (line.number, f"= {found['text'].strip()}") for line in lines if (found := TYPED.fullmatch(line.text))
    ]
    boxes = [
        (line.number, f"- [{'x' if found['mark'].lower() in LOOSE_RIGHT else ' '}] {found['text'].strip()}")
        for line in lines
        if (found := LOOSE_BOX.fullmatch(line.text)) and found["mark"].lower() in LOOSE_RIGHT | LOOSE_WRONG
    ]
    if typed or len(boxes) > 1:
        return [(number, f"This is not an answer. Write: {wanted}") for number, wanted in typed or boxes]
    items = [
        (line.number, found["text"].strip()) for line in lines if (found := IN_A_LIST.fullmatch(line.text))
    ]
    if len(items) < 2:
        return []
    number, text = items[0]
    return [
        (
            number,
            f"An option needs a box. Write - [x] {text} if it is correct, or - [ ] {text} if it is not.",
        )
    ]


def as_option(text: str) -> str | None:
    """Return the option that a line was meant to be, None if it is already one or was not meant as one."""
    if PATTERNS[Syntax.OPTION].fullmatch(text):
        return None
    found = SQUARE.fullmatch(text) or ROUND.fullmatch(text) or DRAWN.fullmatch(text)
    if not found or LINK.match(found["text"]):
        return None
    mark = "x" if found["mark"] and found["mark"] in RIGHT else " "
    return f"- [{mark}] {found['text'].strip()}".rstrip()


def cause(text: str) -> str:
    """Explain why a line that looks like an option is not one, and show how to write it."""
    wanted = as_option(text)
    stripped = text.strip()
    if text[:1] in " \t" and PATTERNS[Syntax.OPTION].fullmatch(stripped):
        why = "Do not indent an option."
    elif re.match(r"-\S", stripped):
        why = "There is no space between - and the box."
    elif not stripped.startswith("-"):
        why = "Start an option with a hyphen and a space."
    elif re.match(r"-\s*\[\]", stripped):
        why = "Put a space in the box of an incorrect option."
    elif re.match(r"- \[[ xX]\]\S", stripped):
        why = "There is no space after the box."
    elif re.match(r"-\s{2,}|-\t", stripped):
        why = "Put one space between - and the box."
    else:
        why = "The box is [x] for a correct option and [ ] for an incorrect one."
    return f"{why} Write: {wanted}"


def advice(line: SourceLine, kind: Syntax) -> str:
    """Suggest a fix for a line that does not fit a question with answers of this kind."""
    if as_option(line.text):
        return f" {cause(line.text)}"
    if kind is not Syntax.OPTION:
        return " Each answer of this kind must be a single line." if line.syntax is not Syntax.FENCE else ""
    if line.syntax is Syntax.FENCE:
        return " Indent the code of an option by two spaces, like all its other lines."
    return f" To continue the option above, indent this line by two spaces. Write:   {line.text.strip()}"


def fault_in_option(line: SourceLine) -> str:
    """Explain why a continuation line cannot be shown in an option; "" if it can."""
    text = line.content.lstrip()
    if wanted := as_option(text) or (text if PATTERNS[Syntax.OPTION].fullmatch(text) else None):
        return f"Options can’t be nested. Write: {wanted}"
    if NOT_IN_OPTIONS.match(text):
        return "An option can contain only text and code. Write this as text or code."
    return ""
