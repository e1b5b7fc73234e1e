"""The stages of a step, such as test and deploy, by the programs it runs. Job names do not count."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..findings import Place
from ..words import quoted
from .actions import effect_of_action
from .commands import MAX_COMMANDS, Command, commands_of
from .effects import STAGES, Effect
from .expressions import holds
from .judged import in_code
from .model import Job, Step
from .remote import effect_of_command
from .script_builtins import with_options
from .script_runs import Setting, fate
from .script_states import State
from .wrappers import SHELLS

__all__ = ["STAGES", "Act", "Unread", "acts_of", "line_of", "of_command", "reachable_steps", "unread_of"]
MAX_ASKED = 10  # commands of one step whose failure is followed through the script
_TRIAL = re.compile(r"test[.-]?pypi", re.IGNORECASE)  # a package index for testing
_IN_STEP = 1_000_000  # more than the commands of any step


@dataclass(frozen=True)
class Act:
    """A stage at a step; `order` counts within its job. `excuse` says why its failure stops nothing.

    `doubt` says why the text does not show whether it does. A `trial` act publishes to an index for testing.
    """

    stage: str
    job: str
    order: int
    place: Place
    text: str
    condition: str = ""
    excuse: str = ""
    doubt: str = ""
    trial: bool = False

    @property
    def stops(self) -> bool:
        """Return True if its failure is known to fail the step."""
        return not self.excuse and not self.doubt


@dataclass(frozen=True)
class Unread:
    """A command, action or called workflow with an effect that the files do not show."""

    job: str
    order: int
    place: Place
    says: str
    is_command: bool = False


def acts_of(job: Job, own: dict[str, str] | None = None) -> list[Act]:
    """Return the acts of a job's steps in order. `own` defines further stages: regexes for commands and actions."""
    return [act for number, step in reachable_steps(job) for act in _step_acts(job, step, number, own or {})]


def unread_of(job: Job, own: dict[str, str] | None = None) -> list[Unread]:
    """Return the steps of a job with unknown effects in order, or its call of a workflow."""
    if job.uses:
        there = "could not be read" if job.uses.startswith("./") else "was not read"
        return [Unread(job.id, 0, job.place, f"job `{job.id}` calls `{job.uses}`, which {there}")]
    return [
        one for number, step in reachable_steps(job) for one in _step_unread(job, step, number, own or {})
    ]


def reachable_steps(job: Job) -> Iterator[tuple[int, Step]]:
    """Yield the steps that can run."""
    for number, step in enumerate(job.steps, start=1):
        if holds(step.condition, {}) is not False and holds(job.condition, {}) is not False:
            yield number, step


def _step_acts(job: Job, step: Step, number: int, own: dict[str, str]) -> Iterator[Act]:
    may_fail = "it has `continue-on-error: true`" if step.may_fail or job.may_fail else ""
    for stage in _of_action(step, own):
        trial = any(map(_TRIAL.search, step.inputs.values()))
        yield Act(
            stage, job.id, number * _IN_STEP, step.place, step.uses, step.condition, may_fail, trial=trial
        )
    seen: dict[str, Act] = {}
    asked = 0
    for at, command in enumerate(_commands(step)):
        for stage in _stages(command, job, step, own):
            if stage in seen and seen[stage].stops:
                continue
            asked += 1
            excuse, doubt = (may_fail, "") if may_fail else _failure(command, job, step, asked)
            place = Place(step.place.path, line_of(step, command))
            order = number * _IN_STEP + at
            settings = (command.text, *command.env.values(), *step.env.values(), *job.env.values())
            trial = any(map(_TRIAL.search, settings))
            act = Act(stage, job.id, order, place, command.text.strip(), step.condition, excuse, doubt, trial)
            if stage not in seen or act.stops or (seen[stage].excuse and doubt):
                seen[stage] = act
    yield from seen.values()


def _step_unread(job: Job, step: Step, number: int, own: dict[str, str]) -> Iterator[Unread]:
    if step.uses and not effect_of_action(step).known and not _of_action(step, own):
        local = step.uses.startswith("./")
        why = "which could not be read as a composite action" if local else "whose effect is not known"
        yield Unread(job.id, number * _IN_STEP, step.place, f"job `{job.id}` uses `{step.uses}`, {why}")
    if _is_python(step) and not in_code(step.run).known:
        says = f"the effect of the Python code in {step.said} of job `{job.id}` is not known"
        yield Unread(job.id, number * _IN_STEP, step.place, says, is_command=True)
    if len(_commands(step)) >= MAX_COMMANDS:
        says = f"the script of {step.said} in job `{job.id}` is too long"
        yield Unread(job.id, number * _IN_STEP, step.place, says, is_command=True)
    for at, command in enumerate(_commands(step)):
        if not _effect(command, job, step).known and not of_command(command, own):
            place = Place(step.place.path, line_of(step, command))
            said = f"the effect of `{_short(command.text)}` in job `{job.id}` is not known"
            yield Unread(job.id, number * _IN_STEP + at, place, said, is_command=True)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


def _is_python(step: Step) -> bool:
    return step.shell.startswith("python")


def _commands(step: Step) -> tuple[Command, ...]:
    return () if _is_python(step) else commands_of(step.run)


def line_of(step: Step, command: Command) -> int:
    return step.script_line + (0 if step.folded else command.line)


def _failure(command: Command, job: Job, step: Step, asked: int) -> tuple[str, str]:
    # why a failure of the command stops nothing, and why that is unclear; both empty if it fails the step
    setting = _setting(step.shell)
    if setting is None:
        return "", ""
    found = fate(step.run, command.number, setting) if asked <= MAX_ASKED else "not known"
    if found == "not known":
        doubt = f"whether a failure of {quoted(_short(command.text))} in job {quoted(job.id)} fails its step"
        return (
            "",
            f"{doubt}: this could not be determined from the script. Run the command in a separate step",
        )
    if found == "fails":
        return "", ""
    if fate(step.run, command.number, replace(setting, pipefail=True)) == "fails":
        return "the pipe hides its exit code (with `shell: bash` it would not)", ""
    return "the script continues after the failure", ""


def _setting(shell: str) -> Setting | None:
    # how a runner starts this shell; None for a shell with different rules
    words = shell.split() or ["bash", "-e", "{0}"]
    if words == ["bash"]:
        return Setting(pipefail=True)
    if words == ["sh"]:
        return Setting(is_sh=True)
    program = words[0].rpartition("/")[2]
    if program not in SHELLS:
        return None
    options = with_options(State(stops=False), words)
    return Setting(options.stops, options.pipefail, program in ("sh", "dash", "ash"))


def _of_action(step: Step, own: dict[str, str]) -> list[str]:
    if not step.uses:
        return []
    further = (stage for stage, pattern in own.items() if re.search(pattern, step.uses))
    return [*effect_of_action(step).stages, *further]


def _effect(command: Command, job: Job, step: Step) -> Effect:
    # variables of the job and step count like assignments before the command
    return effect_of_command(replace(command, env={**job.env, **step.env, **command.env}))


def _stages(command: Command, job: Job, step: Step, own: dict[str, str]) -> list[str]:
    return list(dict.fromkeys([*_effect(command, job, step).stages, *of_command(command, own)]))


def of_command(command: Command, own: dict[str, str] | None = None) -> list[str]:
    """Return the stages of one command; `make` alone builds, `pip install .` builds too."""
    found = [*effect_of_command(command).stages]
    found += [stage for stage, pattern in (own or {}).items() if re.search(pattern, command.text)]
    return list(dict.fromkeys(found))
