"""Report syntax of other Markdown dialects, which is shown as typed here, and say what to write instead."""

import re
from collections.abc import Iterator

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from lessons.texts.problem import Problem

from .maths import WRITE as FORMULA
from .state import Page

TAGS = (
    "a|abbr|article|aside|audio|b|big|blockquote|button|caption|center|cite|code|col|colgroup|dd|del|details"
    "|dfn|div|dl|dt|em|embed|figcaption|figure|font|footer|form|h[1-6]|header|hr|i|iframe|img|input|ins|kbd|label|li"
    "|link|main|mark|math|meta|nav|object|ol|option|p|picture|pre|q|s|samp|script|section|select|small|source|span"
    "|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|tr|tt|u|ul|var|video"
)
IN_CODE = "To show these characters, put them in code."
NO_LINK = (
    "This is not a link. Remove the spaces before ( and in the address, "
    "or put the address in <angle brackets>."
)
LATER_LIST = "A list that does not start with 1 needs a blank line above it. In a sentence, write \\. or \\)."
# Reported anywhere in a line.
ANYWHERE: list[tuple[re.Pattern[str], str]] = [
    (
        re.compile(rf"</?(?:{TAGS})(?=[\s/>])[^<>\n]{{0,500}}>"),
        "HTML is shown as text. Write it in Markdown.",
    ),
    (re.compile(r"<!--"), "This comment is not closed. End it with -->."),
    (re.compile(r"\$\$|\$(?=`)"), FORMULA),
    (
        re.compile(r"!?\[\[[^\[\]\n]{1,300}\]\]"),
        "Write a link as [words](lesson:slug) and an image as ![words](address).",
    ),
    (re.compile(r"%%"), f"This is not a comment. Write <!-- comment -->. {IN_CODE}"),
    (
        re.compile(r"\[\^[^\]\n]{1,100}\]"),
        "This footnote has no text. Add a line that starts with it, followed by a colon.",
    ),
    (
        re.compile(r"(?<![\w\])])\[[^\[\]\n]{1,300}\]\[[^\[\]\n]{0,300}\]"),
        "This link is not defined. Write [words](address).",
    ),
    (
        re.compile(
            r"\]\([^()\n]{0,500}\)|\[[^\[\]\n]{1,300}\] \((?:https?:|[^()\s]{1,300}\.md\b)[^()\n]{0,300}\)"
        ),
        NO_LINK,
    ),
    (
        re.compile(r"(?<![~\w/])~(?=[^\s~/])[^~\n]{1,300}(?<=[^\s~])~(?![~\w])"),
        "Use ~~two tildes~~ to strike text through.",
    ),
    (
        re.compile(r"(?<=\w)~[^~\s]{1,20}~|(?<=\w)\^[^\^\s]{1,20}\^"),
        f"Superscript and subscript are not supported. {IN_CODE}",
    ),
    (re.compile(r"\+\+[\w+-]{1,40}\+\+|\^\^[^\^\n]{1,300}\^\^"), f"This is not supported. {IN_CODE}"),
    (re.compile(r"\{(?:\+\+|--|~~|==|>>)"), f"Change marks are not supported. {IN_CODE}"),
    (
        re.compile(r"(?<![\w:/.]):(?=[a-z+-])[a-z0-9_+-]{2,50}:(?![\w:/])"),
        "Emoji names are shown as text. Type the emoji itself, or put the name in code.",
    ),
    (
        re.compile(
            r"\{:?\s{0,9}(?:[.#][A-Za-z][\w-]{0,50}|[a-z][a-z-]{0,20}=[^\s{}]{1,100})"
            r"(?:\s{1,9}[.#a-z][^\s{}]{0,100}){0,9}\s{0,9}\}"
        ),
        f"Attributes in braces are not supported. {IN_CODE}",
    ),
    (
        re.compile(r"(?<!\$)\{\{[^{}\n]{1,300}\}\}|\{%[^{}\n]{1,300}%\}"),
        f"Template tags are not supported. {IN_CODE}",
    ),
    (
        re.compile(r"\*\*[ \t]+[^*\n]{1,300}\*\*|\*\*[^*\s][^*\n]{0,300}[ \t]\*\*"),
        "This is not bold. Remove the spaces next to the **asterisks**.",
    ),
    (
        re.compile(r"(?<![\w*\\])\*\*(?=[^\W_])[^*\n]{1,300}$"),
        "This is not bold: the second ** is missing. To show asterisks, put them in code.",
    ),
]
# Reported at the start of a line.
AT_START: list[tuple[re.Pattern[str], str]] = [
    (
        re.compile(r"#{1,6}(?=[^\W\d_]|[`*])"),
        "A heading needs a space after #. To show the character, write \\#.",
    ),
    (
        re.compile(r"\[(?:TOC|\[_?toc_?\])\]", re.I),
        "The page lists its headings automatically. Remove this line.",
    ),
    (re.compile(r"-{2,}8<-"), "Other files are not included. Paste the text here."),
    (re.compile(r"\*\[[^\[\]\n]{1,50}\]:"), "Abbreviations are not supported. Explain them in the text."),
    (re.compile(r"===[!+]? [\"“]"), "Tabs are not supported. Write a heading for each."),
    (re.compile(r"\[!\w+\]"), "Start each line of the note with >."),
    (
        re.compile(r"(?:!!!|\?\?\?)[+ ]?\w"),
        "A !!! note needs a blank line above it, and its text indented by four spaces.",
    ),
    (re.compile(r"#{7,} "), "A heading starts with one to six #."),
    (re.compile(r"\.\. [a-z]+::"), "reStructuredText is not supported. Write a note as ::: note."),
    (re.compile(r"[•‣◦▪●○] "), "Start a list item with - and a space."),
    (re.compile(r"\[(?:\]|[xX ]\](?=\S)|[-~/>!?*]\])"), "Write a task as - [ ] text or - [x] text."),
]
DOLLARS = re.compile(r"(?<![\\$\w])\$(?=[^\s$])([^$\n]{1,300})(?<=[^\s$\\])\$(?![\w$])")
TEX = re.compile(r"[\\^_]|^[A-Za-z]$|^[A-Za-z0-9 ]+ ?[=<>+] ?[A-Za-z0-9 ]+$")
BRACKETS = re.compile(r"\\\([^\n]{1,300}?\\\)|\\\[[^\n]{1,300}?\\\]")
LATER_ITEM = re.compile(r"(?:[2-9]|[1-9][0-9])[.)] \S")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
CODE = re.compile(r"(`+)[^`]+\1")
# Reported in the source of a paragraph, without its code, because the parser reads part of them.
LINKS: list[tuple[re.Pattern[str], str]] = [
    (
        re.compile(r"(?<!\\)\[[^\[\]\n]{1,300}\] \((?:https?:|lesson:|[^()\s]{1,300}\.md\b)[^()\n]{0,300}\)"),
        NO_LINK,
    ),
    (
        re.compile(r"(?<![!\\])\[\s*\]\([^()\s]{1,300}\)"),
        "A link without text is invisible. Write [words](address).",
    ),
    (
        re.compile(
            r"(?<!\\)\[[^\[\]\n]{1,300}\]\((?:https?:|lesson:)[^()\s]{1,300} (?![\"'])[^()\n\"']{1,300}\)"
        ),
        'Put the title of a link in quotes: [words](address "title").',
    ),
]


def habits(state: StateCore) -> None:
    """Core rule; runs before escaped characters become text, because those are intended."""
    page: Page = state.env["page"]
    _report_front_matter(state, page)
    _report_control_characters(state, page)
    for token in state.tokens:
        if token.type == "inline" and token.children:
            page.problems += dict.fromkeys(_problems_in(token))


def _report_front_matter(state: StateCore, page: Page) -> None:
    lines = state.src.split("\n", 60)
    is_fenced = lines[0].rstrip() == "---" and "---" in (line.rstrip() for line in lines[2:60])
    if page.whole and is_fenced and re.match(r"[A-Za-z_-]+:(?: |$)", lines[1]):
        problem = "Front matter is not read here. Use the fields for title, summary and status."
        page.report(1, problem)


def _report_control_characters(state: StateCore, page: Page) -> None:
    if CONTROL.search(state.src):
        for number, line in enumerate(state.src.split("\n"), start=1):
            if found := CONTROL.search(line):
                page.report(
                    number, f"This line contains the control character U+{ord(found[0]):04X}. Delete it."
                )


def _problems_in(inline: Token) -> Iterator[Problem]:
    line = first = inline.map[0] + 1 if inline.map else 1
    at_start = True
    for child in inline.children or ():
        if child.type in ("softbreak", "hardbreak"):
            line, at_start = line + 1, True
            continue
        if child.type == "text" and child.content:
            for text, advice in _in_text(child.content, at_start):
                yield _problem(line, text, advice)
            if at_start and line > first and LATER_ITEM.match(child.content):
                yield _problem(line, child.content, LATER_LIST)
            at_start = False
        elif child.type not in ("em_open", "strong_open", "link_open"):
            at_start = False
    source = inline.content
    for start, end, advice in _in_source(source):
        yield _problem(first + source.count("\n", 0, start), source[start:end], advice)


def _problem(line: int, text: str, advice: str) -> Problem:
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    return Problem(line, "", f"“{shown}”: {advice}")


def _in_source(source: str) -> Iterator[tuple[int, int, str]]:
    # Start, end and advice. Code counts as words, whatever it contains, and positions do not change.
    without_code = CODE.sub(lambda found: "\ufffc" * len(found[0]), source)
    for found in BRACKETS.finditer(without_code):
        if re.search(r"\\[A-Za-z]|[\^_]", found[0]):
            yield *found.span(), FORMULA
    for pattern, advice in LINKS:
        for found in pattern.finditer(without_code):
            yield *found.span(), advice


def _in_text(text: str, at_start: bool) -> Iterator[tuple[str, str]]:
    for pattern, advice in ANYWHERE:
        if found := pattern.search(text):
            yield found[0], advice
    for found in DOLLARS.finditer(text):
        if TEX.search(found[1]):
            yield found[0], FORMULA
    if at_start:
        for pattern, advice in AT_START:
            if pattern.match(text):
                yield text, advice
