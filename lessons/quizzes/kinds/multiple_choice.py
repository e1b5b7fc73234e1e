"""Multiple choice: more than one box has an x."""

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from ..blocks import Block
from ..options import Choice


@dataclass(frozen=True, kw_only=True)
class MultipleChoice(Choice):
    kind: ClassVar[str] = "multiple-choice"
    template: ClassVar[str] = "lessons/controls/checkbox.html"
    hint: ClassVar[str] = "Choose all correct answers."
    example: ClassVar[str] = """\
## Which of these are distributed? {#vcs}
- [x] Git
- [x] Mercurial
- [ ] Subversion
> More than one [x] makes a question with several correct answers.
"""

    @classmethod
    def recognises(cls, block: Block) -> bool:
        return sum(line.text.startswith(("- [x]", "- [X]")) for line in block.answers) > 1

    def credit(self, response: list[int]) -> Fraction:
        # max(0, right − wrong) / number of right options
        right = len(set(response) & set(self.right))
        return Fraction(max(0, right - (len(set(response)) - right)), len(self.right))
