from typing import Any, TypedDict

# Any: a template takes values of every type.
Context = dict[str, Any]


class HeadingItem(TypedDict):
    """A heading on the rail of a lesson; `level` is 2 or 3, `state` a key of `templatetags.status.WORDS`."""

    id: str
    title: str
    level: int
    state: str
