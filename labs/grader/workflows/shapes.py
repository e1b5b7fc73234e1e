"""Shapes: the values that are allowed in a place of a workflow file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..formats.yaml_values import Value
from ..words import either, quoted

# A rule looks at one value that has its shape, and yields what is wrong: the value, a sentence, what to write instead.
Wrong = tuple[Value, str, str]
Rule = Callable[[Value, str], Iterator[Wrong]]


@dataclass(frozen=True)
class Shape:
    """One or more of: string, one of some words, boolean, number, null, list, mapping.

    `contexts` are available to expressions here and below. `chosen` picks the shape by the value. A rule gets the text
    of a single value, or the name of a mapping. `computed` is False for a mapping that cannot be an expression as a
    whole.
    """

    text: bool = False
    empty: bool = True
    words: tuple[str, ...] = ()
    boolean: bool = False
    number: bool = False
    null: bool = False
    items: "Shape | None" = None
    keys: Mapping[str, "Shape"] | None = None
    needed: tuple[str, ...] = ()
    others: "Shape | None" = None
    contexts: tuple[str, ...] = ()
    example: str = ""
    condition: bool = False
    computed: bool = True
    anything: bool = False
    rule: Rule | None = None
    chosen: "Callable[[Value], Shape] | None" = field(default=None, compare=False)

    def within(self, *contexts: str, **changes: Any) -> "Shape":
        return replace(self, contexts=contexts, **changes)

    @property
    def is_mapping(self) -> bool:
        return self.keys is not None or self.others is not None

    @property
    def in_words(self) -> str:
        """Describe the expected value, for a sentence."""
        scalars = [
            *([either(map(quoted, self.words), 12)] if len(self.words) > 1 else map(quoted, self.words)),
            *(["`true` or `false`"] if self.boolean else []),
            *(["a number"] if self.number else []),
            *(["a string" if self.empty else "a string that is not empty"] if self.text else []),
            *(["a list, with `- ` before each item"] if self.items else []),
            *(["a mapping of keys to values"] if self.is_mapping else []),
            *(["nothing"] if self.null else []),
        ]
        wanted = " or ".join(scalars) or "a different value"
        return f"{wanted}, such as `{self.example}`" if self.example else wanted
