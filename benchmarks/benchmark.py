"""What a benchmark is, and how its two sides take turns."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Goal:
    """A bound on `ratio` (product to limit), `product`, `difference` (product less limit), or a fact by its name."""

    of: str
    at_most: float | None = None
    at_least: float | None = None

    def is_met(self, value: float) -> bool:
        return (self.at_most is None or value <= self.at_most) and (
            self.at_least is None or value >= self.at_least
        )

    def __str__(self) -> str:
        bound = f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"
        return bound if self.of == "product" else f"{self.of} {bound}"


class Benchmark:
    """One piece of work. `target` is its number in the table of targets; all times and rates are in `unit`.

    What is made in `__init__` costs nothing; `limit` and `product` each do the work once and say what it took.
    """

    target: int
    work: str
    unit: str
    goals: Sequence[Goal]

    def limit(self) -> float | None:
        return None

    def product(self) -> float:
        raise NotImplementedError

    def facts(self) -> dict[str, float]:
        """What is counted rather than timed: queries, peak memory in MB."""
        return {}


@dataclass
class Measured:
    """Every round of both sides. `load` is the machine's load average of a minute, before and after."""

    name: str
    target: int
    work: str
    unit: str
    goals: Sequence[Goal]
    limits: list[float] = field(default_factory=list)
    products: list[float] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)
    load: list[float] = field(default_factory=list)

    @property
    def product(self) -> float:
        return median(self.products)

    @property
    def limit(self) -> float | None:
        return median(self.limits) if self.limits else None

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' own ratios: what disturbs a round disturbs both of its sides."""
        if not self.limits:
            return None
        return median(mine / least for mine, least in zip(self.products, self.limits, strict=True))

    def value(self, of: str) -> float:
        if of == "difference":
            return self.product - (self.limit or 0)
        found = {"product": self.product, "ratio": self.ratio, **self.facts}[of]
        return 0 if found is None else found

    @property
    def met(self) -> list[bool]:
        return [goal.is_met(self.value(goal.of)) for goal in self.goals]


def measure(name: str, benchmark: Benchmark, rounds: int) -> Measured:
    """Limit, product, limit, product, after one turn each that does not count."""
    found = Measured(name, benchmark.target, benchmark.work, benchmark.unit, benchmark.goals)
    found.load.append(round(os.getloadavg()[0], 2))
    for number in range(rounds + 1):
        least, mine = benchmark.limit(), benchmark.product()
        if number:
            found.products.append(mine)
            if least is not None:
                found.limits.append(least)
    found.facts = benchmark.facts()
    found.load.append(round(os.getloadavg()[0], 2))
    return found
