"""Questions that were found -> quizzes of the portal: keys, Markdown, and proof that it reads as it was meant."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lessons.texts.problem import Problem

from ... import kinds
from ...blocks import cut
from ...kinds.matching import Matching
from ...kinds.numeric import Numeric
from ...kinds.ordering import Ordering
from ...kinds.short_text import ShortText
from ...lines import read_lines
from ...question import AnyQuestion
from ...writing import write_front_matter, write_question
from .escaping import escape_start
from .intake import Found, Intake
from .outcome import Imported, Part, QuizFileError
from .rules import Rules, settle_pools
from .weighing import as_pattern, is_pattern

# A quiz holds 256 KB, its check as Markdown 200 KB and 5,000 opening brackets.
MAX_PART = 180_000
MAX_BRACKETS = 4_500
MAX_TITLE = 150
MAX_NAMED = 20
LISTS = "A list or table in the question became plain lines, because here it would read as the answers."


def assemble(intake: Intake, format_name: str, fallback_title: str) -> Imported:
    """Return the quizzes. Raises QuizFileError if the file could not be read, or holds nothing to import."""
    if intake.problems:
        raise QuizFileError(intake.problems)
    keys = _Keys()
    questions: list[AnyQuestion] = []
    for found in intake.found:
        pool = found.pool or intake.rules.pool_of.get(found.path, "")
        question, losses = _settle(replace(found.question, key=keys.make(found), pool=pool))
        intake.losses += [Problem(found.question.line, _name(found), why, path=found.path) for why in losses]
        if question:
            questions.append(question)
    settled = settle_pools(intake.rules, questions, intake.losses)
    texts = [(question, write_question(question)) for question in settled]
    if not texts:
        intake.losses.insert(0, Problem(1, "", "The file holds no question that the portal can take."))
        raise QuizFileError(intake.losses)
    _report_unexplained(intake)
    title = " ".join((intake.title or fallback_title or "Imported quiz").split())[:MAX_TITLE]
    parts = tuple(_parts(title, texts, intake.rules))
    if len(parts) > 1 and intake.rules.pools:
        intake.lose(1, "", "The pools were left out, because the questions do not fit in one quiz.")
    used = "".join(part.source for part in parts)
    images = {name: data for name, data in intake.images.items() if f"(imported:{name})" in used}
    return Imported(format_name, parts, tuple(sorted(dict.fromkeys(intake.losses))), images)


def _name(found: Found) -> str:
    return (found.name or " ".join(found.question.prompt.split()))[:80]


class _Keys:
    """Makes keys from the file's own identifiers, or from a hash of the question: the same file gives the same keys."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.numbers: dict[str, int] = {}  # the last one of each key, for files that repeat a question

    def make(self, found: Found) -> str:
        content = "\n".join([found.question.prompt, *found.question.answer_lines()])
        digest = hashlib.sha256(content.encode()).hexdigest()
        key = next(filter(None, map(_slug, found.key_sources)), "") or f"q-{digest[:10]}"
        if key in self.taken:
            # By content, so that another question before it changes nothing.
            key = f"{key[:54]}-{digest[:8]}"
        plain, number = key, self.numbers.get(key, 1)
        while key in self.taken:
            number += 1
            key = f"{plain}-{number}"
        self.numbers[plain] = number
        self.taken.add(key)
        return key


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    if re.fullmatch(r"_?[a-z0-9][a-z0-9_-]{0,63}", text):
        return text.lstrip("_")  # a key, perhaps with what QTI needs in front of a digit
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].rstrip("-")


def _settle(question: AnyQuestion) -> tuple[AnyQuestion | None, list[str]]:
    """Return the question as the portal reads it, and what had to change; None if it cannot be written."""
    read, problems = _read_back(question)
    if read:
        return read, []
    for other, loss in _repairs(question):
        read, _ = _read_back(other)
        if read:
            return read, [loss]
    why = " ".join(problems) or "its text reads as something else in a quiz."
    return None, [f"Not imported: {why}"]


def _read_back(question: AnyQuestion) -> tuple[AnyQuestion | None, list[str]]:
    problems: list[str] = []

    def report(line: int, message: str, *, only_new: bool = False, warns: bool = False) -> None:
        if not warns:
            problems.append(message)

    lines, unclosed, cut_off = read_lines(write_question(question).split("\n"), 1)
    if unclosed or cut_off:
        return None, ["A code block in it is not closed."]
    blocks = cut(lines, report)
    if problems or len(blocks) != 1:
        return None, problems
    read = kinds.read(blocks[0], report)
    return (
        replace(read, line=question.line) if read and not problems and _is_same(read, question) else None
    ), problems


def _is_same(read: AnyQuestion, meant: AnyQuestion) -> bool:
    is_number = isinstance(read, Numeric) and isinstance(meant, ShortText)
    return (
        (type(read) is type(meant) or is_number)
        and (read.key, read.points, read.prompt, read.explanation)
        == (meant.key, meant.points, meant.prompt, meant.explanation)
        and read.answer_lines() == meant.answer_lines()
    )


def _repairs(question: AnyQuestion) -> Iterator[tuple[AnyQuestion, str]]:
    if isinstance(question, ShortText | Numeric):
        texts = (
            question.accepted
            if isinstance(question, ShortText)
            else [each.text for each in question.accepted]
        )
        patterns = tuple(text if is_pattern(text) else as_pattern(text) for text in texts)
        written = ShortText(
            key=question.key,
            prompt=question.prompt,
            points=question.points,
            explanation=question.explanation,
            line=question.line,
            accepted=patterns,
        )
        yield written, "The accepted texts became regular expressions, because they look like numbers."
    first, _, rest = question.prompt.partition("\n")
    if isinstance(question, Ordering | Matching) or rest:
        plain = "\n\n".join(escape_start(line) for line in rest.split("\n") if line.strip())
        yield replace(question, prompt=f"{first}\n\n{plain}".strip()), LISTS


def _report_unexplained(intake: Intake) -> None:
    names = intake.unexplained
    if names:
        more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
        said = "; ".join(name or "a question" for name in names[:MAX_NAMED]) + more
        count = f"{len(names)} question{'s have' if len(names) > 1 else ' has'}"
        intake.losses.append(
            Problem(1, "", f"{count} no explanation. Write one, for learners to read: {said}")
        )


def _parts(title: str, texts: Sequence[tuple[AnyQuestion, str]], rules: Rules) -> Iterator[Part]:
    groups: list[list[tuple[AnyQuestion, str]]] = []
    size = brackets = 0
    for question, text in texts:
        size += len(text.encode()) + 1
        brackets += text.count("[")
        if not groups or size > MAX_PART or brackets > MAX_BRACKETS:
            groups.append([])
            size, brackets = len(text.encode()) + 1, text.count("[")
        groups[-1].append((question, text))
    if len(groups) > 1:  # a pool could be cut
        rules = replace(rules, pools={})
        groups = [
            [(whole := replace(question, pool=""), write_question(whole)) for question, _ in group]
            for group in groups
        ]
    attempts = 3 if rules.attempts is None else rules.attempts
    for number, group in enumerate(groups, 1):
        own = title if len(groups) == 1 else f"{title}, part {number} of {len(groups)}"
        source = "\n".join(
            [write_front_matter(own, 70, attempts, "now", rules.front_matter()), *(text for _, text in group)]
        )
        yield Part(own, source, tuple(question for question, _ in group))
