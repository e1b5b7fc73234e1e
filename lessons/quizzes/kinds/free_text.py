"""Free text: a ```free-text fence with notes for the staff who mark it, such as a model answer and a rubric."""

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from ..blocks import Block
from ..fences import read_fences, write_fence
from ..lines import Syntax
from ..problems import ReportProblem
from ..question import FIELD, FormData, MarkedBy, Question, QuestionLayout, common, last
from ..text import clean_lines

WORDS = 300
MAX_WORDS = 2000
MAX_CHARACTERS = 30_000  # 2,000 words of any usual language
_WORDS = re.compile(r"words=([1-9][0-9]{0,3})")


@dataclass(frozen=True, kw_only=True)
class FreeText(Question[str]):
    """A response is the text as typed. Staff mark it; `notes` are Markdown that only they see."""

    kind: ClassVar[str] = "free-text"
    template: ClassVar[str] = "lessons/controls/area.html"
    hint: ClassVar[str] = "Answer in your own words. Your instructors mark it."
    example: ClassVar[str] = """\
## Why do teams merge small changes often? {#often points=4}
```free-text words=150
Only staff see these lines. 2 points: says that late merges conflict. 2 points: gives an example.
```
> The explanation is shown with the marks, for example a model answer.
"""
    answers_are_markdown: ClassVar[bool] = False
    answers_are_long: ClassVar[bool] = True
    marked_by: ClassVar[MarkedBy] = MarkedBy.STAFF
    words: int
    notes: str

    @classmethod
    def recognises(cls, block: Block) -> bool:
        return block.syntax is Syntax.PART and block.answers[0].content.split()[0] == "free-text"

    @classmethod
    def parse(cls, block: Block, report: ReportProblem) -> Self:
        fence, *others = read_fences(block.answers)
        for other in others:
            report(other.line, "A free-text question has one fence. Delete this one.")
        found = _WORDS.fullmatch(fence.rest)
        words = int(found[1]) if found else WORDS
        if words > MAX_WORDS or (fence.rest and not found):
            report(
                fence.line,
                f"After free-text, write nothing or a word limit such as words=150, at most {MAX_WORDS:,}.",
            )
        if not fence.text.strip():
            report(
                fence.line,
                "Write below this line how to mark the answer. Only staff see it.",
                warns=True,
            )
        return cls(**common(block), words=words, notes=fence.text)

    @property
    def notes_for_staff(self) -> str:
        return self.notes

    @property
    def max_words(self) -> int:
        return self.words

    def answer_lines(self) -> list[str]:
        return write_fence(
            "free-text" if self.words == WORDS else f"free-text words={self.words}", self.notes
        )

    def read_response(self, layout: QuestionLayout, data: FormData) -> str | None:
        return clean_lines(last(data, FIELD)).rstrip() or None

    def form_fields(self, layout: QuestionLayout, response: str) -> dict[str, list[str]]:
        return {FIELD: [response]}

    def right_answer(self) -> list[str]:
        return []

    def given_answer(self, response: str) -> list[str]:
        return [response]

    def refusal(self, response: str) -> str:
        if len(response) <= MAX_CHARACTERS:
            return ""
        return f"Your answer has {len(response):,} characters. The limit is {MAX_CHARACTERS:,}. Shorten it."

    def explain_reading(self, response: str) -> str:
        # Saved all the same: nobody loses a text because it is too long.
        count = len(response.split())
        if count <= self.words:
            return ""
        return (
            f"Your answer has {count:,} words. The limit is {self.words:,}: whoever marks it may stop there."
        )
