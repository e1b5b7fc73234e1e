"""The question kinds: one file each, all of the same shape.

To add one, copy a file, list its class in `KINDS`, and run `python -m lessons.quizzes.reference docs`. Its
answers must use one of the notations in `lines.ANSWERS`.
"""

from ..question import AnyQuestion
from .cloze import Cloze
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
)
