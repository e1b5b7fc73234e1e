"""Conditions such as `if: github.ref == 'refs/heads/main'`: true, false, or None if the file does not say."""

from collections.abc import Mapping

from .evaluation import Evaluator
from .functions import Data, truth_of
from .templates import condition_tree
from .tokens import ExpressionError
from .trees import asks_status

_PULL_REQUEST = ("pull_request", "pull_request_target")
# Properties of `github.event`, each with the only events that have it.
_PAYLOADS = {
    "pull_request": (*_PULL_REQUEST, "pull_request_review", "pull_request_review_comment"),
    "issue": ("issues", "issue_comment"),
    "comment": ("issue_comment", "pull_request_review_comment", "discussion_comment"),
    "review": ("pull_request_review",),
    "release": ("release",),
    "workflow_run": ("workflow_run",),
    "inputs": ("workflow_dispatch",),
    "client_payload": ("repository_dispatch",),
    "schedule": ("schedule",),
}


def holds(condition: str, known: Mapping[str, Data], *, success: bool = True) -> bool | None:
    """Return True if a job or step with this `if` runs, None if unknown. `known` has contexts such as `github.ref`.

    `success` is True if everything before it succeeded, which a condition requires unless it calls a status function.
    """
    try:
        tree = condition_tree(condition)
    except ExpressionError:
        return None
    if not success and not asks_status(tree):
        return False
    return truth_of(Evaluator(known, success).value(tree)) if tree else True


def runs_after_failure(condition: str) -> bool:
    """Return True if it would run even if a job that it needs failed. Conditions on `needs.x.result` are trusted."""
    return ".result" not in condition and holds(condition, {}, success=False) is not False


def events_known(event: str, branch: str | None = None, tag: str | None = None) -> dict[str, Data]:
    """Return the context values that an event determines; payload fields that an event lacks are null."""
    if event == "workflow_call":
        return {}  # a called workflow sees the event of its caller
    known: dict[str, Data] = {"github.event_name": event}
    if event != "workflow_dispatch":
        known["inputs"] = {}  # each input of it is null
    known |= {f"github.event.{name}": None for name, events in _PAYLOADS.items() if event not in events}
    if event in _PULL_REQUEST:
        merge = {"github.ref": "refs/pull/1/merge", "github.ref_name": "1/merge"}
        return {**known, **merge, "github.base_ref": branch or "", "github.ref_type": "branch"}
    known |= {"github.head_ref": "", "github.base_ref": ""}
    if branch or tag:
        ref = f"refs/tags/{tag}" if tag else f"refs/heads/{branch}"
        known |= {"github.ref": ref, "github.ref_name": tag or branch or ""}
        known["github.ref_type"] = "tag" if tag else "branch"
    return known
