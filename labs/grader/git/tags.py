"""Tags and the objects that they point to."""

import re
from dataclasses import dataclass

from ..words import quoted
from .objects import ObjectReader
from .processes import RepositoryDamagedError, TooLargeError

MAX_BYTES = 1 << 20
_TAGGED = re.compile(rb"object ([0-9a-f]{40}(?:[0-9a-f]{24})?)(?:\n|\Z)")


@dataclass(frozen=True)
class Tag:
    """A peeled tag. `kind` is the type of the object that it points to (commit, tree or blob), `id` its ID.

    `message` is None for a lightweight tag.
    """

    ref: str
    id: str
    kind: str
    message: str | None = None

    @property
    def annotated(self) -> bool:
        return self.message is not None


def peel(objects: ObjectReader, ref: str, object_id: str) -> Tag:
    """Follow a tag to the object that it points to. Raises TooLargeError, RepositoryDamagedError."""
    message = None
    for _ in range(10):
        found = objects.read(object_id, MAX_BYTES)
        if found.kind != "tag":
            return Tag(ref, object_id, found.kind, message)
        if found.data is None:
            raise TooLargeError(f"the tag {quoted(ref)} is larger than 1 MB")
        head, _, body = found.data.partition(b"\n\n")
        named = _TAGGED.match(head)
        if named is None:
            raise RepositoryDamagedError(f"the tag {quoted(ref)} does not point to an object")
        object_id = named[1].decode("ascii")
        if message is None:
            message = body.decode("utf-8", "replace").strip()
    raise TooLargeError(f"the tag {quoted(ref)} points to a chain of more than ten tags")
