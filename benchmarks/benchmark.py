"""The benchmark protocol, and the alternation of its two sides."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.course import Course


@dataclass(frozen=True)
class Goal:
    """A bound on `ratio` (product to limit), `product`, `difference` (product minus limit), or a fact by its name."""

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
    """One task. `target` is its number in the table of targets; all times and rates are in `unit`.

    `__init__` is not measured; `limit` and `product` each do the task once and return the time or rate.
    `max_rounds` is for a task that takes minutes. `course` is set by one whose queues are drawn over time.
    """

    target: int
    work: str
    unit: str
    goals: Sequence[Goal]
    max_rounds = 100
    course: Course | None = None

    def limit(self) -> float | None:
        return None

    def product(self) -> float:
        raise NotImplementedError

    def facts(self) -> dict[str, float]:
        """Return values that are counted, not timed: queries, peak memory in MB."""
        return {}


@dataclass
class Measured:
    """Every round of both sides. `load` is the one-minute load average before and after."""

    name: str
    target: int
    work: str
    unit: str
    goals: Sequence[Goal]
    limits: list[float] = field(default_factory=list)
    products: list[float] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)
    load: list[float] = field(default_factory=list)
    course: Course | None = None

    @property
    def product(self) -> float:
        return median(self.products)

    @property
    def limit(self) -> float | None:
        return median(self.limits) if self.limits else None

    @property
    def ratio(self) -> float | None:
        """The median of the ratios of the rounds: a disturbance in a round affects both of its sides."""
        if not self.limits:
            return None
        return median(mine / least for mine, least in zip(self.products, self.limits, strict=True))

    def value(self, of: str) -> float:
        if of == "difference":
            return self.product - (self.limit or 0)
        found = {"product": self.product, "ratio": self.ratio, **self.facts}[of]
        if found is None:
            raise ValueError(f"{self.name} has a goal of its {of}, but no limit")
        return found

    @property
    def met(self) -> list[bool]:
        return [goal.is_met(self.value(goal.of)) for goal in self.goals]


def measure(name: str, benchmark: Benchmark, rounds: int) -> Measured:
    """Alternate limit and product, after one warm-up turn each."""
    found = Measured(name, benchmark.target, benchmark.work, benchmark.unit, benchmark.goals)
    found.load.append(round(os.getloadavg()[0], 2))
    for number in range(min(rounds, benchmark.max_rounds) + 1):
        least, mine = benchmark.limit(), benchmark.product()
        if number:
            found.products.append(mine)
            if least is not None:
                found.limits.append(least)
    found.facts = benchmark.facts()
    found.course = benchmark.course
    found.load.append(round(os.getloadavg()[0], 2))
    return found
