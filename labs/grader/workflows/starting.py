"""The events that trigger a workflow, judged by what happens, not by how the filter is written."""

from collections.abc import Iterator, Sequence

from ..findings import Answer, Finding, LookedAt, answer
from ..words import listed, named, quoted
from .filters import Moment, starts
from .model import Trigger, Workflow


def starts_at(workflow: Workflow, wanted: Sequence[Moment], unwanted: Sequence[Moment]) -> Answer:
    findings = [
        *(_absent(workflow, moment) for moment in wanted if not _starting(workflow, moment)),
        *(finding for moment in unwanted for finding in _present(workflow, moment)),
    ]
    said = [f"{moment} triggers it{_if_paths(workflow, moment)}" for moment in wanted]
    said += [f"{moment} does not" for moment in unwanted]
    seen = [trigger.place for moment in wanted for trigger in _starting(workflow, moment)]
    return answer(
        findings, f"{_capital(listed(said, 6))}.", seen, looked_at=LookedAt(len(workflow.triggers), "event")
    )


def _if_paths(workflow: Workflow, moment: Moment) -> str:
    # a path filter passes only some pushes, and the moment has no path
    filtered = [
        one for one in _starting(workflow, moment) if one.paths is not None or one.paths_ignore is not None
    ]
    return " if it changes certain files" if filtered and moment.path is None and moment.tag is None else ""


def _starting(workflow: Workflow, moment: Moment) -> list[Trigger]:
    return [trigger for trigger in workflow.triggers.values() if starts(trigger, moment)]


def _absent(workflow: Workflow, moment: Moment) -> Finding:
    trigger = workflow.triggers.get(moment.event)
    events = named("event", workflow.triggers, 6)
    return Finding(
        trigger.place if trigger else workflow.place(),
        f"{_capital(str(moment))} does not trigger the workflow.",
        f"a {quoted(moment.event)} event in `on`" + (" whose filters include it" if trigger else ""),
        _filters(trigger) if trigger else events,
        _lines(moment),
    )


def _present(workflow: Workflow, moment: Moment) -> Iterator[Finding]:
    for trigger in _starting(workflow, moment):
        yield Finding(
            trigger.place,
            f"{_capital(str(moment))} triggers the workflow.",
            f"`on` without {moment}",
            _filters(trigger),
            _other(moment),
        )


def _filters(trigger: Trigger) -> str:
    # `push` with `branches: [main]`
    words = [
        f"`{name.replace('_', '-')}: [{', '.join(values)}]`"
        for name, values in vars(trigger).items()
        if isinstance(values, tuple)
    ]
    return f"{quoted(trigger.event)}" + (f" with {listed(words, 4)}" if words else " without a filter")


def _lines(moment: Moment) -> tuple[str, ...]:
    names = {"branches": moment.branch, "tags": moment.tag, "paths": moment.path, "types": moment.type}
    filters = [f"    {name}: ['{value}']" for name, value in names.items() if value]
    if moment.event == "schedule":
        filters = ["    - cron: '0 6 * * 1'"]
    return ("on:", f"  {moment.event}:", *filters)


def _other(moment: Moment) -> tuple[str, ...]:
    # lines that limit a push or pull request to main; none for other events and for main itself
    if moment.event not in ("push", "pull_request") or moment.branch in (None, "main"):
        return ()
    return ("on:", f"  {moment.event}:", "    branches: [main]")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
