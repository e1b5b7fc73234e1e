"""A stage of a Dockerfile, and the stages that it starts from."""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field

from ..findings import Place
from .instructions import Instruction

Known = MutableMapping[str, str | None]


@dataclass(frozen=True)
class Stage:
    """A stage: what it starts from, and its instructions in order.

    `base` is the image with the variables put in; `unknown` are those without a value. `before` is the earlier stage
    that it starts from, None for an image.
    """

    place: Place
    base: str
    written: str
    name: str = ""
    before: "Stage | None" = None
    unknown: tuple[str, ...] = ()
    arguments: Known = field(default_factory=dict)
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, *names: str) -> list[Instruction]:
        return [one for one in self.instructions if one.name in names]

    def chain(self) -> Iterator["Stage"]:
        """This stage, the one that it starts from, and so on down to the one that starts from an image."""
        stage: Stage | None = self
        while stage:
            yield stage
            stage = stage.before

    @property
    def image(self) -> "Stage":
        """The stage of the chain that starts from an image."""
        *_, first = self.chain()
        return first

    def last(self, *names: str) -> Instruction | None:
        """The last of these instructions here, else in the stage that this one starts from."""
        return next((own[-1] for stage in self.chain() if (own := stage.all(*names))), None)
