"""A workflow as GitHub reads it: triggers, jobs and steps, each with its place in the file."""

from dataclasses import dataclass, field
from functools import cached_property

from ..findings import Finding, Place
from ..formats.yaml_values import Value
from ..words import quoted

Texts = dict[str, str]


@dataclass(frozen=True)
class Trigger:
    """An event. A missing filter is None; patterns keep their order in the file."""

    event: str
    place: Place
    branches: tuple[str, ...] | None = None
    branches_ignore: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    tags_ignore: tuple[str, ...] | None = None
    paths: tuple[str, ...] | None = None
    paths_ignore: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Permissions:
    """`all` is `read-all`, `write-all` or empty; scopes have read, write or none."""

    place: Place
    all: str = ""
    scopes: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Concurrency:
    place: Place
    group: str = ""
    cancels: str = ""


@dataclass(frozen=True)
class Step:
    """`script_line` is the first line of the `run` script; a `folded` script has lost its line breaks."""

    place: Place
    number: int
    id: str = ""
    name: str = ""
    uses: str = ""
    run: str = ""
    inputs: Texts = field(default_factory=dict)
    env: Texts = field(default_factory=dict)
    condition: str = ""
    may_fail: bool = False
    shell: str = ""
    script_line: int = 0
    folded: bool = False

    @property
    def action(self) -> str:
        """Return the action in lowercase without its version, such as `actions/checkout`."""
        return self.uses.split("@", 1)[0].lower()

    @property
    def said(self) -> str:
        return quoted(self.name) if self.name else f"step {self.number}"


@dataclass(frozen=True)
class Job:
    """`uses` names a reusable workflow, which has no steps here. `env` includes the workflow's variables."""

    id: str
    place: Place
    needs: tuple[tuple[str, Place], ...] = ()
    steps: tuple[Step, ...] = ()
    uses: str = ""
    inputs: Texts = field(default_factory=dict)
    condition: str = ""
    environment: str = ""
    permissions: Permissions | None = None
    matrix: Value | None = None
    env: Texts = field(default_factory=dict)
    concurrency: Concurrency | None = None
    timeout: str = ""
    may_fail: bool = False

    @cached_property
    def needed(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.needs)


@dataclass(frozen=True)
class Workflow:
    """A workflow file. `faults` are reasons why GitHub rejects it; nothing else is judged if there are any.

    `remarks` point out parts that GitHub accepts but that have an unexpected effect.
    """

    path: str
    lines: tuple[str, ...]
    triggers: dict[str, Trigger] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    permissions: Permissions | None = None
    concurrency: Concurrency | None = None
    required_inputs: tuple[str, ...] = ()
    faults: tuple[Finding, ...] = ()
    remarks: tuple[Finding, ...] = ()

    def place(self, line: int = 1) -> Place:
        return Place(self.path, line)
