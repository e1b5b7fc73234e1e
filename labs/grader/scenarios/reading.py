"""Read `scenarios:` of a lab.yaml and try each on the model, so that every mistake has its line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..checks import Learner
from ..formats.yaml_values import Value
from ..parameters import did_you_mean, keys_of, read_fields
from ..problem import Problem
from ..words import count, listed, quoted
from .changes import Step
from .objects import StepError
from .steps import STEPS
from .world import COURSE, LEARNER, Author, World

MAX_SCENARIOS = 100
MAX_STEPS = 500
OTHERS = "others"
Expected = Literal["passed", "needs work", "not run"]


@dataclass(frozen=True)
class _Scenario:
    """A scenario as written. Its first steps are those of the scenario named by `after`."""

    name: str
    steps: tuple[Value, ...]
    expect: dict[str, Expected]
    after: str | None = None
    learner: Author | None = None


@dataclass(frozen=True)
class Scenario:
    """A repository and the expected outcomes of checks. `steps` includes inherited ones, each with its line.

    `expect` is by check ID, for those that the author names or includes by `others`. The first `given` steps make the
    lab's starter, with the course as author.
    """

    name: str
    line: int
    steps: tuple[tuple[int, Step], ...]
    expect: dict[str, Expected]
    author: Author | None = None
    given: int = 0

    @property
    def learner(self) -> Learner | None:
        return Learner((self.author.name,), (self.author.email,)) if self.author else None

    @property
    def is_complete(self) -> bool:
        return all(step.is_complete for _, step in self.steps)

    def build(self, folder: Path) -> World:
        """Write the repository into an empty folder. The scenario was tried when it was read."""
        world = self.play()
        world.write(folder)
        return world

    def play(self) -> World:
        """Return the model after all steps. Raises StepError, with the line as second argument."""
        author = self.author or LEARNER
        world = World(COURSE if self.given else author)
        for number, (line, step) in enumerate(self.steps, 1):
            try:
                step.do(world)
            except StepError as error:
                raise StepError(str(error), line) from None
            if number == self.given:
                world.end_starter(author)
        return world


def read_scenarios(
    value: Value | None,
    check_ids: list[str],
    problems: list[Problem],
    starter: str | None = None,
    first: Scenario | None = None,
) -> tuple[Scenario, ...]:
    """Return every scenario that could be read and played; add the problems of the others to `problems`.

    `starter` is the name of the scenario that learners start from. `first` can be continued, and is not returned.
    """
    items = value.data if value else []
    if value is None or not isinstance(items, list):
        wanted = [Problem(value.line, "scenarios", "expected a list of scenarios")] if value else []
        problems.extend(wanted)
        return ()
    if len(items) > MAX_SCENARIOS:
        problems.append(Problem(value.line, "scenarios", f"over the limit of {MAX_SCENARIOS} scenarios"))
        return ()
    found: dict[str, Scenario] = {first.name: first} if first else {}
    names: list[str] = list(found)
    for item in items:
        scenario = _read(item, found, names, check_ids, problems, starter)
        if scenario:
            found[scenario.name] = scenario
    return tuple(scenario for scenario in found.values() if scenario is not first)


def _read(
    item: Value,
    earlier: dict[str, Scenario],
    names: list[str],
    check_ids: list[str],
    problems: list[Problem],
    starter: str | None,
) -> Scenario | None:
    if not isinstance(item.data, dict):
        problems.append(
            Problem(item.line, "scenarios", "expected a scenario: a mapping with name, steps and expect")
        )
        return None
    before, data = len(problems), item.data
    said: _Scenario | None = read_fields(_Scenario, data, item.line, "", problems)
    own = [_read_step(step, problems) for step in (said.steps if said else ())]
    if said is None:
        return None
    problems.extend(_name_problems(said, data, names))
    names.append(said.name)
    problems.extend(_expect_problems(said, data["expect"], check_ids))
    first = earlier.get(said.after or "")
    if len(problems) > before or (said.after and not first):
        return None
    steps = (*(first.steps if first else ()), *(step for step in own if step))
    scenario = Scenario(
        name=said.name,
        line=item.line,
        steps=steps,
        expect=_expected(said.expect, check_ids),
        author=said.learner or (first.author if first else None),
        given=len(steps) if said.name == starter else first.given if first else 0,
    )
    return scenario if _is_playable(scenario, problems) else None


def _name_problems(said: _Scenario, data: dict[str, Value], names: list[str]) -> list[Problem]:
    problems = []
    if said.name in names:
        problems.append(
            Problem(
                data["name"].line, "name", f"an earlier scenario already has the name {quoted(said.name)}"
            )
        )
    if said.after and said.after not in names:
        hint = f". {did_you_mean(said.after, names)}" if names else ": this is the first scenario"
        message = f"no earlier scenario has the name {quoted(said.after)}{hint}"
        problems.append(Problem(data["after"].line, "after", message))
    return problems


def _expect_problems(said: _Scenario, value: Value, check_ids: list[str]) -> list[Problem]:
    if not said.expect:
        return [Problem(value.line, "expect", "expected the outcome of at least one check")]
    known = [*check_ids, OTHERS]
    return [
        Problem(value.line, f"expect.{name}", f"no check has this ID. {did_you_mean(name, known)}")
        for name in said.expect
        if name not in known
    ]


def _expected(said: dict[str, Expected], check_ids: list[str]) -> dict[str, Expected]:
    others = said.get(OTHERS)
    return {name: outcome for name in check_ids if (outcome := said.get(name, others))}


def _read_step(item: Value, problems: list[Problem]) -> tuple[int, Step] | None:
    if not isinstance(item.data, dict):
        message = "expected a step, such as `commit: Start the project`"
        problems.append(Problem(item.line, "steps", message))
        return None
    word = _word(item.data)
    if word is None:
        name = next(iter(item.data), "")
        known = f"unknown step. {did_you_mean(name, list(STEPS))}"
        problems.append(
            Problem(item.line, name, known if name else f"expected a step. Use one of: {listed(STEPS, 20)}.")
        )
        return None
    step = read_fields(STEPS[word], item.data, item.line, "", problems)
    return (item.line, step) if step else None


def _word(data: dict[str, Value]) -> str | None:
    # `switch` is a step, and an option of `branch` too
    words = [word for word in STEPS if word in data]
    takes_all = (word for word in words if set(words) <= set(keys_of(STEPS[word])))
    return next(takes_all, words[0] if words else None)


def _is_playable(scenario: Scenario, problems: list[Problem]) -> bool:
    if len(scenario.steps) > MAX_STEPS:
        problems.append(Problem(scenario.line, "steps", f"over the limit of {count(MAX_STEPS, 'step')}"))
        return False
    if not scenario.is_complete:
        return True
    try:
        world = scenario.play()
    except StepError as error:
        message, line = error.args
        problems.append(Problem(line, "steps", message))
        return False
    if not world.branches and not world.tags:
        problems.append(
            Problem(
                scenario.line, "steps", "the scenario ends without a commit, so there is nothing to grade"
            )
        )
        return False
    return True
