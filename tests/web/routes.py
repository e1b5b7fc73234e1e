"""Every address of the portal, found by walking the resolver."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
NAMED_GROUP = re.compile(r"\(\?P<(\w+)>[^)]*\)")
OF_A_MODEL = re.compile(r"staff/([a-z]+/[a-z]+)/(.*)")


@dataclass(frozen=True)
class Route:
    """One URL pattern; `name` is the pattern itself if it has no name."""

    name: str
    text: str
    view: Any

    @property
    def model(self) -> str:
        """`lessons.lesson` for the admin's pages of a model, else ""."""
        found = OF_A_MODEL.fullmatch(self.text)
        return found[1].replace("/", ".") if found else ""

    @property
    def page(self) -> str:
        """The part after the model, such as `<path:object_id>/change/`; "" for other routes."""
        found = OF_A_MODEL.fullmatch(self.text)
        return found[2] if found else ""

    def address(self, values: Mapping[str, Any]) -> str:
        """A parameter that is not in `values` becomes 0, which matches nothing."""
        text = NAMED_GROUP.sub(lambda found: f"<{found[1]}>", self.text).replace("^", "").replace("$", "")
        return "/" + PARAMETER.sub(lambda found: str(values.get(found[1], 0)), text)


def routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns))


def _walk(patterns: list[Any], before: str = "", names: tuple[str, ...] = ()) -> Iterator[Route]:
    for pattern in patterns:
        text = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = ":".join([*names, pattern.name]) if pattern.name else text
            yield Route(name, text, pattern.callback)
        else:
            inner = (*names, pattern.namespace) if pattern.namespace else names
            yield from _walk(pattern.url_patterns, text, inner)
