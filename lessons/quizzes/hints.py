"""Explanations of single typed answers: an indented > below a = line, or below a != line for a wrong answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .lines import SourceLine, Syntax
from .problems import ReportProblem


@dataclass(frozen=True)
class Hint:
    """An answer with the explanation for whoever typed it, in Markdown."""

    text: str
    explanation: str
    right: bool = True


def accepted_lines(answers: Iterable[SourceLine]) -> list[SourceLine]:
    return [line for line in answers if line.syntax is Syntax.EQUALS]


def wrong_lines(answers: Iterable[SourceLine]) -> list[SourceLine]:
    return [line for line in answers if line.syntax is Syntax.WRONG]


def read_hints(answers: Iterable[SourceLine], report: ReportProblem) -> tuple[Hint, ...]:
    """Return the answers that have an explanation, in order. A wrong one without is reported."""
    found: list[tuple[SourceLine, list[str]]] = []
    for line in answers:
        if line.syntax is Syntax.NOTE:
            found[-1][1].append(line.content)
        else:
            found.append((line, []))
    hints = []
    for line, notes in found:
        explanation = "\n".join(notes).strip()
        if explanation:
            hints.append(Hint(line.content, explanation, right=line.syntax is Syntax.EQUALS))
        elif line.syntax is Syntax.WRONG:
            report(line.number, "This wrong answer has no explanation. Add one below it, indented, after >.")
    return tuple(hints)


def refuse_hints(answers: Iterable[SourceLine], report: ReportProblem) -> None:
    for line in answers:
        if line.syntax is not Syntax.EQUALS:
            report(
                line.number,
                "An answer to a blank has no explanation of its own. Move it to the end, after >.",
            )


def every_answer(accepted: Iterable[str], hints: Sequence[Hint]) -> list[Hint]:
    """Return the accepted answers, with "" for those without an explanation, then the wrong ones."""
    notes = {hint.text: hint.explanation for hint in hints if hint.right}
    right = [Hint(text, notes.get(text, "")) for text in accepted]
    return [*right, *(hint for hint in hints if not hint.right)]


def write_answers(accepted: Iterable[str], hints: Sequence[Hint]) -> list[str]:
    """Return the lines that are read as these answers and hints."""
    lines: list[str] = []
    for answer in every_answer(accepted, hints):
        lines += [f"{'=' if answer.right else '!='} {answer.text}", *_note(answer.explanation)]
    return lines


def _note(explanation: str) -> list[str]:
    return [f"  > {line}".rstrip() for line in explanation.split("\n")] if explanation else []


def find_hint(hints: Sequence[Hint], accepted: Iterable[str], fits: Callable[[str], bool]) -> str:
    """Return the explanation of the first answer that fits: an accepted one, else a wrong one."""
    fitting = [answer for answer in every_answer(accepted, hints) if fits(answer.text)]
    right = [answer for answer in fitting if answer.right]
    return next((answer.explanation for answer in right or fitting if answer.explanation), "")
