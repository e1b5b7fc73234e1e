"""Change the key in the source of a quiz: drop a question, accept another answer. Every other line stays as it is."""

import re
from itertools import takewhile

from .lines import Syntax, read_lines
from .numbers import read as read_number
from .options import ACCEPT, Choice
from .parsing import parse
from .question import AnyQuestion
from .quiz import Quiz
from .text import clean

MAX_ANSWER = 200


class CannotEditError(Exception):
    """The change cannot be made; the message says what to do."""


def drop_question(source: str, key: str) -> str:
    """Return the source without a question. Raises CannotEditError, QuizSyntaxError."""
    quiz, question = _find(source, key)
    if len(quiz.questions) == 1:
        raise CannotEditError("A quiz needs at least one question. Edit this one instead.")
    texts = _texts(source)
    start, end = _lines(quiz, question, texts)
    edited = "\n".join(texts[:start] + texts[end:])
    parse(edited)
    return edited


def accept_option(source: str, key: str, place: int) -> str:
    """Accept one more option of a single choice. Raises CannotEditError, QuizSyntaxError."""
    _, question = _find(source, key)
    if not isinstance(question, Choice) or not 0 <= place < len(question.options):
        raise CannotEditError("This question has no such option. Reload the page.")
    if question.options[place].gets_credit:
        raise CannotEditError("This option is correct already.")
    if len(question.right) > 1:
        raise CannotEditError("This question has several correct options. Edit it instead.")
    texts = _texts(source)
    line = question.options[place].line - 1
    texts[line] = f"{texts[line].rstrip()} {ACCEPT}"
    edited = "\n".join(texts)
    parse(edited)
    return edited


def accept_text(source: str, key: str, text: str) -> str:
    """Accept one more typed answer. Raises CannotEditError, QuizSyntaxError."""
    quiz, question = _find(source, key)
    text = " ".join(clean(text).split())
    _check_text(question, text)
    texts = _texts(source)
    start, end = _lines(quiz, question, texts)
    place = start + _after_accepted(texts[start:end])
    edited = "\n".join([*texts[:place], f"= {_written(text)}", *texts[place:]])
    new = parse(edited).find(key)
    if new is None or new.kind != question.kind or new.credit(text) != 1:
        raise CannotEditError("This text cannot be accepted as it is. Edit the question instead.")
    return edited


def may_accept(question: AnyQuestion) -> bool:
    """Return True if `accept_option` or `accept_text` can change the question."""
    if isinstance(question, Choice):
        return len(question.right) == 1
    return question.tallied == "typed"


def _check_text(question: AnyQuestion, text: str) -> None:
    if question.tallied != "typed":
        raise CannotEditError("This question has no typed answer. Edit it instead.")
    if not text:
        raise CannotEditError("Type the answer to accept.")
    if len(text) > MAX_ANSWER:
        raise CannotEditError(f"The answer has {len(text)} characters. The limit is {MAX_ANSWER}.")
    if question.kind == "numeric" and not read_number(text):
        raise CannotEditError("This question accepts numbers only. Type one, such as 3 or 0.5.")
    if question.credit(text) == 1:
        raise CannotEditError("This answer is accepted already.")


def _written(text: str) -> str:
    # Between slashes it would be a regular expression.
    if len(text) > 1 and text[0] == text[-1] == "/":
        return "/" + re.sub(r"([.*+?^${}()|\[\]\\/])", r"\\\1", text) + "/"
    return text


def _after_accepted(texts: list[str]) -> int:
    # Behind the last accepted answer and its explanation.
    lines, _, _ = read_lines(texts, 0)
    last = max(line.number for line in lines if line.syntax is Syntax.EQUALS)
    notes = takewhile(lambda line: line.syntax is Syntax.NOTE, lines[last + 1 :])
    return last + 1 + sum(1 for _ in notes)


def _find(source: str, key: str) -> tuple[Quiz, AnyQuestion]:
    quiz = parse(source)
    question = quiz.find(key)
    if question is None:
        raise CannotEditError("This question is not in the quiz any more. Reload the page.")
    return quiz, question


def _texts(source: str) -> list[str]:
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _lines(quiz: Quiz, question: AnyQuestion, texts: list[str]) -> tuple[int, int]:
    # From 0, the end excluded. Questions are in the order of the source.
    later = [each.line - 1 for each in quiz.questions if each.line > question.line]
    return question.line - 1, min(later, default=len(texts))
