"""Cut the lines of a quiz into questions, and each question into its parts."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import dropwhile, pairwise, takewhile

from .front_matter import POOL
from .lines import ANSWERS, OF_OPTION, OF_TYPED, SourceLine, Syntax
from .problems import ReportProblem
from .slips import advice, as_option, cause, fault_in_option, guess_answers
from .text import words_of

KEY = re.compile(r"#[a-z0-9][a-z0-9_-]{0,63}")
NEITHER = "This line is neither an answer nor an explanation. Start an explanation with >."
POINTS = re.compile(r"points=([0-9]{1,4}(?:\.[0-9]{1,2})?)")
SKILL = re.compile(r"skill=([a-z0-9][a-z0-9_-]{0,63})")
IN_POOL = re.compile(rf"pool=({POOL.pattern})")


@dataclass(frozen=True)
class Block:
    """One question, cut into parts that are not parsed yet.

    `answers` are lines of one syntax, interleaved with the notes of options; `line` is the line number of the
    heading.
    """

    key: str
    points: Decimal
    prompt: str
    answers: tuple[SourceLine, ...]
    explanation: str
    line: int
    pool: str = ""
    skills: tuple[str, ...] = ()

    @property
    def syntax(self) -> Syntax:
        return self.answers[0].syntax


def cut(lines: Sequence[SourceLine], report: ReportProblem) -> list[Block]:
    """Return the questions whose parts are in order. Everything else is reported."""
    starts = [i for i, line in enumerate(lines) if line.syntax is Syntax.HEADING]
    outside = [line for line in lines[: starts[0] if starts else None] if line.syntax is not Syntax.BLANK]
    if outside:
        report(
            outside[0].number, "This text is not part of a question. Start a question with ## and a space."
        )
    blocks = [_block(lines[start:end], report) for start, end in pairwise([*starts, len(lines)])]
    return [block for block in blocks if block]


def _block(lines: Sequence[SourceLine], report: ReportProblem) -> Block | None:
    heading, body = lines[0], lines[1:]
    words, key, points, pool, skills = _heading(heading, report)
    start = _first_answer(body)
    slips = _slips(body[:start], body[start:] if start is not None else [])
    for line in slips:
        report(line.number, cause(line.text), only_new=start is not None)
    if start is None:
        if not slips:
            guesses = guess_answers(list(body)) or [(heading.number, "This question has no answers.")]
            for number, message in guesses:
                report(number, message)
        return None
    answers, quotes = _answers(body[start:], report)
    prompt = f"{words}\n\n{_join(line.text for line in body[:start])}".strip()
    explanation = _join(line.content for line in quotes)
    if not explanation:
        report(
            heading.number, "This question has no explanation. Add lines starting with > after the answers."
        )
    if len({line.syntax for line in answers} - OF_OPTION - OF_TYPED - {Syntax.PART_TEXT}) > 1:
        return None
    return Block(key, points, prompt, tuple(answers), explanation, heading.number, pool, skills)


def _slips(prompt: Sequence[SourceLine], answers: Sequence[SourceLine]) -> list[SourceLine]:
    kind = answers[0].syntax if answers else None
    looked_at = list(prompt) if kind in (None, Syntax.OPTION, Syntax.ITEM) else []
    if kind is Syntax.ITEM:
        looked_at += [line for line in answers if line.syntax is Syntax.ITEM]
    return [line for line in looked_at if line.syntax is not Syntax.CODE and as_option(line.text)]


def _heading(heading: SourceLine, report: ReportProblem) -> tuple[str, str, Decimal, str, tuple[str, ...]]:
    words, brace, attributes = heading.content.removesuffix("}").rpartition("{")
    if not (heading.content.endswith("}") and brace):
        words, attributes = heading.content, ""
    key, points, pool, line = "", None, "", heading.number
    skills: list[str] = []
    for attribute in attributes.split():
        if KEY.fullmatch(attribute) and not key:
            key = attribute[1:]
        elif attribute.startswith("#"):
            report(line, f"{attribute} is not a key. Use up to 64 characters: a-z, 0-9, - and _.")
        elif attribute.startswith("points=") and points is None:
            points = _points(attribute, line, report)
        elif (found := IN_POOL.fullmatch(attribute)) and not pool:
            pool = found[1]
        elif (found := SKILL.fullmatch(attribute)) and found[1] not in skills:
            skills.append(found[1])
        else:
            can = "A question can have #key, points=2, pool=name and skill=name"
            report(line, f"Unknown attribute {attribute}. {can}.")
    if "#" not in attributes:
        report(line, "This question has no key. End its heading with one, such as {#branches}.")
    if not words.strip():
        report(line, "This question is empty. Write the question after ##.")
    elif not words_of(words):
        report(line, "This question has no words. Write the question after ##.", only_new=True)
    return words.strip(), key, points or Decimal(1), pool, tuple(skills)


def _points(attribute: str, line: int, report: ReportProblem) -> Decimal:
    match = POINTS.fullmatch(attribute)
    points = Decimal(match[1]) if match else Decimal(0)
    if not points:
        report(line, f"{attribute} is not a number above 0 and below 10,000, such as points=2 or points=0.5.")
    return points


def _first_answer(body: Sequence[SourceLine]) -> int | None:
    # Boxes and = lines always start the answers. A numbered list or a table starts them only in a question
    # that has neither, or directly above them without a blank line, so that a prompt may contain a table.
    certain = (Syntax.OPTION, Syntax.EQUALS, Syntax.PART)
    start = next((i for i, line in enumerate(body) if line.syntax in certain), None)
    if start is None:
        return next((i for i, line in enumerate(body) if line.syntax in ANSWERS), None)
    if body[start].syntax is Syntax.PART:
        return start
    return start - len(list(takewhile(lambda line: line.syntax in ANSWERS, reversed(body[:start]))))


def _answers(lines: Sequence[SourceLine], report: ReportProblem) -> tuple[list[SourceLine], list[SourceLine]]:
    # Lines that are neither answer nor explanation are reported.
    answers: list[SourceLine] = []
    quotes: list[SourceLine] = []
    for line in lines:
        if line.syntax is Syntax.QUOTE or (line.syntax is Syntax.BLANK and quotes):
            quotes.append(line)
        elif quotes and line.syntax not in (Syntax.CODE, Syntax.PART_TEXT):
            report(
                line.number,
                "The explanation ends the question. Move this line above it, or delete it.",
            )
        elif line.syntax in OF_OPTION and lines[0].syntax is Syntax.OPTION:
            _check_option(line, answers[-1], report)
            answers.append(line)
        elif line.syntax is Syntax.PART_TEXT or (
            line.syntax in OF_TYPED and lines[0].syntax is Syntax.EQUALS
        ):
            answers.append(line)
        elif line.syntax in ANSWERS:
            answers.append(line)
            if line.syntax is not lines[0].syntax:
                fixed = f" {cause(line.text)}" if as_option(line.text) else ""
                report(line.number, f"This line has a different kind of answer than the lines above.{fixed}")
        elif line.syntax not in (Syntax.BLANK, Syntax.CODE):
            report(line.number, NEITHER + advice(line, lines[0].syntax))
    return answers, quotes


def _check_option(line: SourceLine, before: SourceLine, report: ReportProblem) -> None:
    if line.syntax is Syntax.MORE and (fault := fault_in_option(line)):
        report(line.number, fault)
    elif line.syntax is not Syntax.NOTE and before.syntax is Syntax.NOTE and line.content:
        report(
            line.number,
            "All lines of an option come before its explanation. Move this line up, or start it with >.",
        )


def _join(texts: Iterable[str]) -> str:
    # The first line keeps its indent, which may make it code.
    return "\n".join(dropwhile(lambda text: not text.strip(), texts)).rstrip()
