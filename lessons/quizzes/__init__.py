"""Quizzes written in Markdown: read, lay out, answer, mark. Pure Python, imports no Django."""

from .drawing import count, draw, max_points, restrict
from .markdown import markdown_of
from .marking import Marked, QuestionMark, credit, mark
from .parsing import parse, parse_once, prove_in_worker
from .problems import CannotJudgeError, QuizSyntaxError
from .question import FormData, Layout, PublicQuestion, Question, QuestionLayout, Response, Shown
from .quiz import (
    Quiz,
    explain_reading,
    form_fields,
    given_answer,
    lay_out,
    question_view,
    read_response,
    refusal,
    right_answer,
)

__all__ = [
    "CannotJudgeError",
    "FormData",
    "Layout",
    "Marked",
    "PublicQuestion",
    "Question",
    "QuestionLayout",
    "QuestionMark",
    "Quiz",
    "QuizSyntaxError",
    "Response",
    "Shown",
    "count",
    "credit",
    "draw",
    "explain_reading",
    "form_fields",
    "given_answer",
    "lay_out",
    "mark",
    "markdown_of",
    "max_points",
    "parse",
    "parse_once",
    "prove_in_worker",
    "question_view",
    "read_response",
    "refusal",
    "restrict",
    "right_answer",
]
