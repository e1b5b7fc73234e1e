"""IMS QTI 2.1 and 2.2: an item for each question, and a test that lists them."""

from .._shared.format import Format
from .._shared.xml import root_tag
from .documents import read
from .writing import write_package


def recognises(text: str) -> bool:
    return root_tag(text) in ("assessmentitem", "assessmenttest")


FORMAT = Format("qti21", "IMS QTI 2.1", recognises, read, write_package, "zip", carries_images=True)
