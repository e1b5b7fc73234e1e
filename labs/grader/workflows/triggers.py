"""Describe the triggers of a workflow, and tell if a person causes them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..findings import Place
from ..words import quoted
from .expressions import events_known
from .filters import Moment, starts
from .functions import Data
from .model import Trigger, Workflow
from .templates import condition_tree
from .tokens import ExpressionError
from .trees import Call, Comparison, Literal, parts_of, path_of

MAX_NAMES = 20  # of branches and tags that conditions mention
OTHER = "topic-7"  # a branch that no filter or condition mentions
_TEXT = re.compile(r'"([^"]*)"')
_CRON = re.compile(r"\bcron:\s*(?:'([^']*)'|\"([^\"]*)\"|([^#\n]*))")
_TAGS = ("v1.0", "1.0", "release-7", OTHER)  # the first that starts a workflow represents other tags
# Contexts with the name of a branch or a tag.
_REFS = {
    "github.ref",
    "github.ref_name",
    "github.base_ref",
    "github.event.ref",
    "github.event.base_ref",
    "github.event.pull_request.base.ref",
    "github.event.workflow_run.head_branch",
}
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NIGHT = (*range(6), 22, 23)
_PERSONS = {"workflow_dispatch", "release", "pull_request_review"}
_SUBJECTS = {
    "workflow_dispatch": "a person",
    "release": "a release",
    "pull_request_review": "a pull request review",
    "repository_dispatch": "a GitHub API call (`repository_dispatch`)",
    "workflow_run": "a run of a different workflow (`workflow_run`)",
    "workflow_call": "a workflow that calls this one",
    "merge_group": "the merge queue",
    "schedule": "a schedule",
    "issue_comment": "a comment on an issue or a pull request",
    "pull_request_review_comment": "a review comment on a pull request",
    "issues": "an issue event",
    "label": "a label event",
    "milestone": "a milestone event",
    "discussion": "a discussion event",
    "discussion_comment": "a comment on a discussion",
    "create": "a new branch or tag",
    "delete": "the deletion of a branch or tag",
    "deployment": "a new deployment on GitHub",
    "deployment_status": "a new deployment status",
    "check_run": "a check run",
    "check_suite": "a check suite",
    "status": "a new commit status",
    "fork": "a fork of the repository",
    "watch": "a star on the repository",
    "gollum": "a wiki edit",
    "page_build": "a GitHub Pages build",
    "public": "a change that makes the repository public",
    "registry_package": "a new package",
    "image_version": "a new version of a runner image",
    "branch_protection_rule": "a branch protection rule event",
}


@dataclass(frozen=True)
class Start:
    """A way to start a run. `person` is True if a person causes it, None if a different file decides that.

    `known` are the context values then. `moment` has the branch or tag.
    """

    subject: str
    person: bool | None
    place: Place
    moment: Moment
    known: dict[str, Data]
    adverb: str = ""

    def clause(self, what: str) -> str:
        """Return a clause such as "a push to `develop` triggers the deployment"."""
        return f"{self.subject} triggers {what}{self.adverb}"

    def sentence(self, what: str) -> str:
        """Return the clause with a capital and without a full stop."""
        return f"{self.subject[:1].upper()}{self.clause(what)[1:]}"


def starts_of(workflow: Workflow, branch: str, conditions: Iterable[str] = ()) -> list[Start]:
    """Return all starts of a workflow, for the branches and tags in filters and conditions and for `branch`."""
    texts = [text for condition in conditions for text in _compared(condition)][:MAX_NAMES]
    return [
        one for trigger in workflow.triggers.values() for one in _starts(trigger, workflow, branch, texts)
    ]


def _compared(condition: str) -> Iterator[tuple[bool, str]]:
    # the texts that a condition compares with a branch or tag name, and whether they are only prefixes
    try:
        tree = condition_tree(condition)
    except ExpressionError:
        return
    for part in parts_of(tree) if tree else ():
        match part:
            case Comparison("==" | "!=", Literal(str(text)), other) | Comparison(
                "==" | "!=", other, Literal(str(text))
            ):
                found, begins = [text], False
            case Call(name, (other, Literal(str(text)))) if name.lower() in ("startswith", "contains"):
                found, begins = [text], name.lower() == "startswith"
            case Call(name, (Call(inner, (Literal(str(text)),)), other)) if name.lower() == "contains":
                found, begins = (_TEXT.findall(text) if inner.lower() == "fromjson" else []), False
            case _:
                continue
        if path_of(other) in _REFS:
            yield from ((begins, text) for text in found)


def _starts(
    trigger: Trigger, workflow: Workflow, branch: str, texts: list[tuple[bool, str]]
) -> Iterator[Start]:
    event = trigger.event
    if event in ("push", "pull_request", "pull_request_target"):
        yield from _on_refs(trigger, branch, texts)
        return
    person = None if event == "workflow_call" else event in _PERSONS
    subject = _SUBJECTS.get(event, f"the event {quoted(event)}")
    for adverb in _times(workflow) if event == "schedule" else _adverbs(event):
        yield Start(subject, person, trigger.place, Moment(event), _known_of(event, branch), adverb)


def _known_of(event: str, branch: str) -> dict[str, Data]:
    # context values if everything before succeeded
    known: dict[str, Data] = {**events_known(event)}
    if event == "workflow_run":
        run = {"conclusion": "success", "head_branch": branch, "event": "push", "status": "completed"}
        known |= {f"github.event.workflow_run.{name}": value for name, value in run.items()}
    return known


def _adverbs(event: str) -> list[str]:
    return [" manually"] if event == "workflow_dispatch" else [""]


def _on_refs(trigger: Trigger, branch: str, texts: list[tuple[bool, str]]) -> Iterator[Start]:
    seen: set[tuple[str | None, str | None]] = set()
    for subject, moment in _moments(trigger, branch, texts):
        if (moment.branch, moment.tag) not in seen and starts(trigger, moment):
            seen.add((moment.branch, moment.tag))
            known: dict[str, Data] = {**events_known(trigger.event, moment.branch, moment.tag)}
            if moment.type:
                known["github.event.action"] = moment.type
                known["github.event.pull_request.merged"] = moment.type == "closed"
            yield Start(subject, False, trigger.place, moment, known)


def _moments(trigger: Trigger, branch: str, texts: list[tuple[bool, str]]) -> Iterator[tuple[str, Moment]]:
    event, kind = trigger.event, trigger.types[0] if trigger.types else None
    what, that = "a push" if event == "push" else "a pull request", ""
    if kind and event != "push":
        that = f" that is {kind.replace('_', ' ')}"
    if trigger.paths is not None or trigger.paths_ignore is not None:
        that += " that changes certain files"
    names = [(branch, False), *_names(trigger.branches, texts, "refs/heads/"), (OTHER, False)]
    for name, made_up in names:
        such = "any other branch" if name == OTHER else quoted(name)
        such = f"a branch such as {such}" if made_up else such
        yield f"{what} to {such}{that}", Moment(event, branch=name, type=kind)
    if event == "push":
        others = [(name, True) for name in _TAGS if starts(trigger, Moment(event, tag=name))][:1]
        for name, made_up in [*_names(trigger.tags, texts, "refs/tags/"), *others]:
            yield (
                f"a push of a tag such as {quoted(name)}" if made_up else f"a push of the tag {quoted(name)}",
                Moment(event, tag=name),
            )


def _names(
    patterns: tuple[str, ...] | None, texts: list[tuple[bool, str]], prefix: str
) -> Iterator[tuple[str, bool]]:
    # names in filters and conditions, and whether one is made up from a pattern
    for pattern in patterns or ():
        if not pattern.startswith("!"):
            name = re.sub(r"\[(.)[^\]]*\]", r"\1", pattern.replace("**", "x").replace("*", "x"))
            yield name.replace("?", "").replace("+", ""), any(sign in pattern for sign in "*?+[")
    for beginning, text in texts:
        name = text.removeprefix(prefix)
        if name and (text.startswith(prefix) or not text.startswith("refs/")):
            yield f"{name}x" if beginning else name, beginning


def _times(workflow: Workflow) -> list[str]:
    found = _CRON.findall("\n".join(workflow.lines))
    return [in_words(next(filter(None, one), "").strip()) for one in found[:MAX_NAMES]] or [""]


def in_words(cron: str) -> str:
    """Return ` each night at 03:00 UTC` or, if that would be long, the expression itself."""
    match = re.fullmatch(
        r"(\d{1,2})\s+(\d{1,2})\s+(\*|\d{1,2})\s+\*\s+(\*|[0-7]|1-5|MON-FRI)", cron, re.IGNORECASE
    )
    if not match or int(match[1]) > 59 or int(match[2]) > 23:
        return f" ({quoted(cron)})"
    time = f"at {int(match[2]):02}:{int(match[1]):02} UTC"
    day, weekday = match[3], match[4]
    if day != "*":
        return f" on day {day} of each month {time}" if weekday == "*" else f" ({quoted(cron)})"
    if weekday == "*":
        return f" each {'night' if int(match[2]) in _NIGHT else 'day'} {time}"
    return f" each {_DAYS[int(weekday)]} {time}" if weekday.isdigit() else f" on each weekday {time}"
