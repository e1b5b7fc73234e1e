"""IMS QTI 1.2, as Canvas, Blackboard, Brightspace and older platforms export it."""

from .._shared.format import Format
from .._shared.xml import root_tag
from .reading import read


def recognises(text: str) -> bool:
    return root_tag(text) in ("questestinterop", "item", "assessment", "section", "objectbank")


FORMAT = Format("qti12", "IMS QTI 1.2", recognises, read)
