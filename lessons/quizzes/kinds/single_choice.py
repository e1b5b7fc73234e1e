"""Single choice: exactly one box has an x."""

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from ..blocks import Block
from ..lines import Syntax
from ..options import Choice
from ..question import FormData, QuestionLayout


@dataclass(frozen=True, kw_only=True)
class SingleChoice(Choice):
    kind: ClassVar[str] = "single-choice"
    template: ClassVar[str] = "lessons/controls/radio.html"
    hint: ClassVar[str] = "Choose one answer."
    example: ClassVar[str] = """\
## Which of these records a change? {#record points=2}
- [x] This one:

  ```bash
  git commit -m "Describe the project"
  ```

- [ ] `git add`
  > An explanation of one option.
- [ ] None of the above {pin}
> The explanation of the question. Each question needs one.
"""

    @classmethod
    def recognises(cls, block: Block) -> bool:
        return block.syntax is Syntax.OPTION

    def read_response(self, layout: QuestionLayout, data: FormData) -> list[int] | None:
        response = super().read_response(layout, data)
        # A radio button posts one value. More than one is forged and counts as no choice.
        return response if response and len(response) == 1 else None

    def credit(self, response: list[int]) -> Fraction:
        accepted = [[place] for place, option in enumerate(self.options) if option.gets_credit]
        return Fraction(response in accepted)
