"""IMS QTI 2.1 and 2.2: an item for each question, and a test that lists them."""

from ...quiz import Quiz
from .._shared.format import Format, Losses
from .._shared.xml import root_tag
from .documents import read
from .writing import write_package


def recognises(text: str) -> bool:
    return root_tag(text) in ("assessmentitem", "assessmenttest")


def write(quiz: Quiz, losses: Losses) -> bytes:
    return write_package(quiz, losses)


FORMAT = Format("qti21", "IMS QTI 2.1", recognises, read, write, "zip", carries_images=True)
