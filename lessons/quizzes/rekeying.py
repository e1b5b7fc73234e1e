"""Mark the questions of one version of a quiz by the key of another: an attempt keeps what it asked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .question import AnyQuestion, MarkedBy
from .quiz import Quiz


@dataclass(frozen=True)
class Rekeyed:
    """`quiz` has the questions as they were asked, with the new key, and without those that were `dropped`.

    `corrected` are the questions with another key. `left` are those that ask something else now, or that people or
    workers mark: they keep their old key.
    """

    quiz: Quiz
    corrected: tuple[AnyQuestion, ...] = ()
    dropped: tuple[AnyQuestion, ...] = ()
    left: tuple[AnyQuestion, ...] = ()

    @property
    def changes(self) -> bool:
        return bool(self.corrected or self.dropped)


def rekey(asked: Quiz, key: Quiz) -> Rekeyed:
    """Return `asked` with the key of another version. Points and pass mark stay as the learner saw them."""
    kept, corrected, dropped, left = [], [], [], []
    for question in asked.questions:
        new = key.find(question.key)
        if new is None:
            dropped.append(question)
            continue
        marked = question if _asks_else(question, new) else _with_key(question, new)
        kept.append(marked)
        if marked is question and _content(question) != _content(new):
            left.append(question)
        elif _content(marked) != _content(question):
            corrected.append(marked)
    quiz = replace(asked, questions=tuple(kept))
    return Rekeyed(quiz, tuple(corrected), tuple(dropped), tuple(left))


def added(asked: Iterable[AnyQuestion], key: Quiz) -> list[AnyQuestion]:
    """Return the questions of the key that were never asked."""
    known = {question.key for question in asked}
    return [question for question in key.questions if question.key not in known]


def _asks_else(question: AnyQuestion, new: AnyQuestion) -> bool:
    return question.marked_by is not MarkedBy.PORTAL or new.asked != question.asked


def _with_key(question: AnyQuestion, new: AnyQuestion) -> AnyQuestion:
    return replace(new, points=question.points, pool=question.pool, line=question.line)


def _content(question: AnyQuestion) -> AnyQuestion:
    return replace(question, line=0, pool="")
