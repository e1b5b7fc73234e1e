"""GitHub's own examples of webhooks: the stand-in sends the same fields, and the portal reads them.

`description/cut_examples.py` says where they come from.
"""

import io
import json
from pathlib import Path

import pytest

from labs.github.messages import ASKS, INSTALLS, read_message
from tests.github.description import cut_examples
from tests.github.signing import make_connection, send
from tests.plain_git import git

EXAMPLES = json.loads(Path(cut_examples.RESULT).read_text())
GUID = "11111111-1111-4111-8111-111111111111"


def test_stand_in_sends_each_field_with_the_type_that_it_has_in_githubs_examples(github):
    repository, reviewer = github.create_repository("learner/billing"), github.person("reviewer")
    hook = github.add_hook(repository, "http://127.0.0.1:9/", events=list(EXAMPLES))
    sha = github.commit(repository, {".github/workflows/ci.yml": "on: push\n", "README.md": "Billing\n"})
    run = github.start_run(repository, sha)
    github.finish_run(repository, run)
    git(repository.folder, "branch", "feature", "main")
    github.commit(repository, {"README.md": "Orders\n"}, branch="feature")
    pull = github.open_pull(repository, "feature", body="Closes #1")
    github.review(repository, pull, reviewer)
    github.merge(repository, pull, reviewer)
    github.wait_for_deliveries()
    sent = {each.event for each in hook.deliveries}
    assert sent == {"ping", "push", "workflow_run", "check_suite", "pull_request", "pull_request_review"}
    differing = {
        f"{each.event}: {path}": types
        for each in hook.deliveries
        for path, types in cut_examples.fields_of(each.payload).items()
        if not is_as_in_examples(EXAMPLES[each.event]["fields"], path, types)
    }
    assert differing == {}


def is_as_in_examples(fields: dict[str, list[str]], path: str, types: list[str]) -> bool:
    parent, _, name = path.rpartition(".")
    known = fields.get(path)
    if known is None:  # in an object or list that no example has, or newer than the examples
        return fields.get(parent) == ["null"] or path.endswith("[]") or name == "has_discussions"
    return known == ["null"] or set(types) - {"null"} <= set(known)


@pytest.mark.parametrize("event", EXAMPLES)
def test_portal_reads_each_of_githubs_own_messages(db, event):
    for values in EXAMPLES[event]["values"]:
        number = values.get("repository", {}).get("id")
        message = read_message(io.BytesIO(json.dumps(values).encode()), event=event, guid=GUID)
        assert (message.repository_id, message.action) == (number, values.get("action", ""))
        assert message.commit == commit_of(event, values)
        is_work = event in ASKS or (event == "push" and not values["deleted"])
        if event == "push":
            assert (message.is_deletion, message.names_a_commit) == (values["deleted"], is_work)
        if event in INSTALLS:
            assert message.payload["installation"]["id"] > 0
        else:
            answer = send(make_connection(github_id=number), values, event=event)
            assert answer.status_code == (202 if is_work else 204), values


def commit_of(event: str, values: dict) -> str:
    if event == "push":
        return "" if values["deleted"] else values["after"]
    run, pull = values.get(event, {}), values.get("pull_request", {})
    return run.get("head_sha") or pull.get("head", {}).get("sha", "")
