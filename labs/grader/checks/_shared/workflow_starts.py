"""Find a workflow in a commit, and decide from its text if a push of this commit can start a run of it."""

import re
from dataclasses import dataclass, replace
from itertools import islice

from ...findings import Answer
from ...formats.yaml_values import read_yaml
from ...git.repository import Tip
from ...git.revision import base_of
from ...parameters import DEFAULT, FilePath, Revision
from ...words import alike, count, listed, nearest, quoted
from ...workflows.filters import Moment, selects, starts
from ...workflows.graph import needs_faults
from ...workflows.model import Trigger, Workflow
from ...workflows.reading import read_workflow
from ...workflows.starting import starts_at
from .base import Run, Verdict, needs_work, not_run
from .fixes import branch_of
from .meaning import Texts, texts_or_answer, verdict_of, write_missing
from .named_refs import commit_or_answer

FOLDER = ".github/workflows/"
MAX_FILES = 100
MAX_COMMITS = 50  # compared with path filters
ENDINGS = (".yml", ".yaml")
STARTER = """name: {0}
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: python -m pytest
"""


@dataclass(frozen=True)
class Startable:
    """A workflow in a commit that a push of its branch or tag can start; `remark` is the condition, if any."""

    tip: Tip
    remark: str = ""


def startable_or_answer(run: Run, workflow: str, at: Revision) -> Startable | Verdict:
    """Return the workflow of this file name, path or name; the verdict if it is missing or cannot start."""
    tip = commit_or_answer(run, at)
    path = workflow_path(workflow) if workflow.endswith(ENDINGS) else _path_of_name(run, tip, workflow)
    if isinstance(path, Verdict):
        return path
    moment = _push_of(run, tip, at) if isinstance(tip, Tip) else Moment("push", branch=base_of(at))
    name = "CI" if workflow.endswith(ENDINGS) else workflow
    fill = write_missing(
        run, at, {path: STARTER.format(name)}, lambda texts: _judge_workflow(texts, path, moment)
    )
    found = texts_or_answer(run, path, at, *fill)
    if isinstance(found, Verdict):
        return found
    texts, text = found
    answer = _judge_workflow(texts, path, moment)
    if answer.findings:
        return verdict_of(texts, answer, ask=lambda other: _judge_workflow(other, path, moment))
    return _by_path(run, texts.tip, path, read_workflow(path, text), moment)


def workflow_path(workflow: str) -> FilePath:
    return FilePath(workflow if "/" in workflow else FOLDER + workflow)


def _path_of_name(run: Run, tip: Tip | Verdict, name: str) -> FilePath | Verdict:
    # a new path if no workflow has this name, so that the fix can write one
    made = FilePath(FOLDER + (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "ci") + ".yml")
    if isinstance(tip, Verdict):
        return made
    texts = Texts(run, tip)
    paths = [path for path in texts.files() if path.startswith(FOLDER) and path.endswith(ENDINGS)]
    if len(paths) > MAX_FILES:
        return not_run(f"Not run: there are {count(len(paths), 'workflow')}; at most {MAX_FILES} are read.")
    read = {path: texts(path) for path in paths}
    names = {path: name_of(text or "") or path for path, text in read.items()}
    found = next((path for path, other in names.items() if other == name), None)
    if found or not paths:
        return FilePath(found or made)
    if unread := [quoted(path) for path, text in read.items() if text is None]:
        return not_run(f"Not run: {listed(unread)} could not be read, and may have the name {quoted(name)}.")
    near = alike(name, names.values()) or nearest(name, names.values())
    return needs_work(
        f"No workflow {tip.where} has the name {quoted(name)}."
        + (f" Found {quoted(near)} instead." if near else ""),
        expected=f"`name: {name}` in a file in {quoted(FOLDER)}",
        found=listed([f"{quoted(other)} in {quoted(path)}" for path, other in names.items()]),
        fix=f"In the right workflow, change the `name` to {quoted(name)}, commit and push.",
    )


def name_of(text: str) -> str:
    """Return the `name` at the top of a workflow file, or "" if it has none."""
    root, _ = read_yaml(text)
    data = root.data if root else None
    name = data["name"].data if isinstance(data, dict) and "name" in data else None
    return name if isinstance(name, str) else ""


def _push_of(run: Run, tip: Tip, at: Revision) -> Moment:
    base = base_of(at)
    base = run.repository.default_branch or base if base == DEFAULT else base
    if base in run.repository.tags and base not in run.repository.branches:
        return Moment("push", tag=base)
    branch = base if base in run.repository.branches else branch_of(run, tip)
    return Moment("push", branch=branch)


def _judge_workflow(texts: Texts, path: str, moment: Moment) -> Answer:
    workflow = read_workflow(path, texts(path) or "")
    faults = workflow.faults or tuple(needs_faults(workflow))
    if faults:
        return Answer(faults)
    answer = starts_at(workflow, [moment], ())
    if answer.findings and _by_pull_request(workflow) and _may_be_head(texts.run, moment):
        return replace(answer, findings=())
    return answer


def _by_pull_request(workflow: Workflow) -> bool:
    return any(event in workflow.triggers for event in ("pull_request", "pull_request_target"))


def _may_be_head(run: Run, moment: Moment) -> bool:
    # pull requests are opened from branches other than the default one
    return moment.branch is not None and moment.branch != (run.repository.default_branch or "main")


def _by_path(run: Run, tip: Tip, path: str, workflow: Workflow, moment: Moment) -> Startable | Verdict:
    trigger = workflow.triggers.get("push")
    if trigger is None or not starts(trigger, moment):
        return Startable(
            tip, f"A pull request from {quoted(moment.branch or '')} starts it, a push does not."
        )
    if moment.tag or (trigger.paths is None and trigger.paths_ignore is None):
        return Startable(tip)
    line = list(islice(run.repository.history.first_parents(tip.commit.id), MAX_COMMITS))
    changing = next((one for one in line if _changes_selected(run, one, trigger)), None)
    if changing == tip.commit.id:
        return Startable(tip)
    condition = "paths" if trigger.paths is not None else "paths-ignore"
    files = "that `paths` selects" if trigger.paths is not None else "outside `paths-ignore`"
    said = f"Commit {tip.commit.id[:7]} changes no file {files} in {quoted(path)}"
    if changing:
        later = f"{said}, so a run starts only if it was pushed together with {changing[:7]}."
        return Startable(tip, later)
    patterns = trigger.paths if trigger.paths is not None else trigger.paths_ignore
    earlier = len(line) - 1
    others = "does the commit" if earlier == 1 else f"do the {earlier} commits"
    before = f", and neither {others} before it" if earlier else ""
    return needs_work(
        f"{said}{before}.",
        expected=f"a commit that changes such a file (`{condition}`: {listed(map(quoted, patterns or ()))})",
        found=f"{tip.commit.id[:7]} {quoted(tip.commit.subject)}",
        fix=f"Change such a file, or change `{condition}` in {quoted(path)}. Then commit and push.",
    )


def _changes_selected(run: Run, commit_id: str, trigger: Trigger) -> bool:
    paths = [
        path.decode("utf-8", "replace")
        for path in run.repository.change_of(run.repository.history[commit_id])
    ]
    if trigger.paths is not None:
        return any(selects(trigger.paths, path) for path in paths)
    return any(not selects(trigger.paths_ignore or (), path) for path in paths)
