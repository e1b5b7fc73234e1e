"""A stage of a Dockerfile, and the stages that it is based on."""

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field

from ..findings import Place
from .instructions import Instruction

Known = MutableMapping[str, str | None]


@dataclass(frozen=True)
class Stage:
    """A stage with its base and its instructions in order.

    `base` is the image with variables expanded; `unknown` are those without a value. `before` is the earlier stage that
    it is based on, None for an image.
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
        """Yield this stage and those that it is based on, down to the one based on an image."""
        stage: Stage | None = self
        while stage:
            yield stage
            stage = stage.before

    @property
    def image(self) -> "Stage":
        # the stage of the chain that is based on an image
        *_, first = self.chain()
        return first

    def last(self, *names: str) -> Instruction | None:
        # here or in a stage that this one is based on
        return next((own[-1] for stage in self.chain() if (own := stage.all(*names))), None)
