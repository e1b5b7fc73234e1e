"""The question kinds: one file each, all of the same shape.

To add one, copy a file, list its class in `KINDS`, and run `python -m lessons.quizzes.reference docs`. Its
answers must use one of the notations in `lines.ANSWERS`. An app above lessons registers its kinds with `register`.
Set `tallied` if the answers of many fit in a chart: then the item analysis counts them, and they can be asked live.
"""

from ..blocks import Block
from ..problems import ReportProblem
from ..question import AnyQuestion
from .cloze import Cloze
from .free_text import FreeText
from .matching import Matching
from .multiple_choice import MultipleChoice
from .numeric import Numeric
from .ordering import Ordering
from .short_text import ShortText
from .single_choice import SingleChoice

# The first kind that recognises a question takes it, so the narrower ones come first.
KINDS: tuple[type[AnyQuestion], ...] = (
    MultipleChoice,
    SingleChoice,
    Ordering,
    Matching,
    Cloze,
    Numeric,
    ShortText,
    FreeText,
)
_REGISTERED: list[type[AnyQuestion]] = []


def register(kind: type[AnyQuestion]) -> None:
    if kind not in _REGISTERED:
        _REGISTERED.append(kind)


def all_kinds() -> tuple[type[AnyQuestion], ...]:
    return (*KINDS, *_REGISTERED)


def read(block: Block, report: ReportProblem) -> AnyQuestion | None:
    """Return the question of a block, None if this portal has no such kind, which is reported."""
    kind = next((kind for kind in all_kinds() if kind.recognises(block)), None)
    if kind is None:
        word = block.answers[0].content.split()[0]
        report(
            block.answers[0].number,
            f"“{word}” does not start the answer of any kind of question here. Free text starts with"
            " ```free-text. A file starts with ```file and its path, and needs a portal with labs.",
        )
        return None
    return kind.parse(block, report)
