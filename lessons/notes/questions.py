"""Draft quiz questions out of definitions, phases, and what can and cannot be done."""

from collections.abc import Sequence

from .decisions import Decisions
from .model import Block, Question
from .pieces import Piece
from .source import Line


def offer_questions(
    lines: Sequence[Line], blocks: Sequence[tuple[Block, Piece]], decisions: Decisions
) -> tuple[Question, ...]:
    return ()
