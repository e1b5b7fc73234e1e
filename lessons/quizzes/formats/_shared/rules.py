"""Rules of a test that a quiz can hold: time limit, attempts, order, and pools of questions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from lessons.texts.problem import Problem

from ...front_matter import MAX_MINUTES, POOL
from ...question import AnyQuestion

DURATION = re.compile(r"P(?:T(?=[0-9]))?(?:([0-9]{1,3})H)?(?:([0-9]{1,4})M)?(?:([0-9]{1,5})(?:\.0*)?S)?")
MAX_ATTEMPTS = 100


@dataclass
class Rules:
    """`pools` has how many questions each pool draws, `pool_of` the pool of a question by the path of its file.

    `points` has the points of each question of a pool, where the file says them for the whole pool.
    """

    attempts: int | None = None
    time_limit: int = 0
    shuffle: bool = False
    pools: dict[str, int] = field(default_factory=dict)
    pool_of: dict[str, str] = field(default_factory=dict)
    points: dict[str, Decimal] = field(default_factory=dict)

    def add_pool(self, name: str, draw: int) -> str:
        """Return a name for a pool that is like `name` and not taken."""
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:48].rstrip("-") or "pool"
        found, number = plain, len(self.pools)
        while found in self.pools:
            number += 1
            found = f"{plain}-{number}"
        self.pools[found] = draw
        return found

    def set_seconds(self, seconds: float) -> str:
        """Set the time limit, and return what changed, "" if it is as it was."""
        minutes = -int(-seconds // 60)
        if not 1 <= minutes <= MAX_MINUTES:
            return f"The time limit of {seconds:g} seconds was left out: it must be from a minute to a day."
        self.time_limit = minutes
        return "" if minutes * 60 == seconds else f"The time limit was rounded up to {minutes} minutes."

    def set_attempts(self, text: str) -> str:
        """Set the attempts from a number, or from a word for no limit; return what was lost."""
        if re.fullmatch("[0-9]{1,3}", text) and int(text) <= MAX_ATTEMPTS:
            self.attempts = int(text)
        elif text.lower() in ("unlimited", "-1"):
            self.attempts = 0
        else:
            return f"The attempts allowed, “{text[:20]}”, were left out."
        return ""

    def front_matter(self) -> str:
        """Return the lines of a quiz for what differs from its defaults."""
        pools = ", ".join(f"{name}: {draw}" for name, draw in self.pools.items())
        lines = [f"time_limit: {self.time_limit}"] if self.time_limit else []
        lines += ["shuffle: true"] if self.shuffle else []
        lines += [f"pools: {{{pools}}}"] if pools else []
        return "".join(f"{line}\n" for line in lines)


def seconds_of(text: str) -> int | None:
    """Return the seconds of a duration such as PT1H30M, None for another text."""
    found = DURATION.fullmatch(text.strip().upper())
    if not found or not any(found.groups()):
        return None
    hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def settle_pools(rules: Rules, questions: Sequence[AnyQuestion], losses: list[Problem]) -> list[AnyQuestion]:
    """Return the questions, without pools that a quiz cannot hold, which become losses."""
    questions = [replace(each, points=rules.points.get(each.pool, each.points)) for each in questions]
    refused: set[str] = set()
    for name, draw in rules.pools.items():
        members = [each for each in questions if each.pool == name]
        if why := _fault(name, draw, members):
            refused.add(name)
        if why and members:
            losses.append(Problem(members[0].line, "", f"The pool {name} was left out: {why} All are asked."))
    for name in refused:
        del rules.pools[name]
    return [replace(each, pool="") if each.pool not in rules.pools else each for each in questions]


def _fault(name: str, draw: int, members: Sequence[AnyQuestion]) -> str:
    if not members or not POOL.fullmatch(name):
        return "none of its questions could be imported."
    if not 1 <= draw <= len(members):
        return f"it draws {draw} of its questions, and {len(members)} could be imported."
    if draw < len(members) and len({each.points for each in members}) > 1:
        return "its questions have different points."
    return ""
