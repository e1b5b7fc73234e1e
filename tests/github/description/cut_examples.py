"""Cut GitHub's examples of webhooks to the fields, their types, and the few values that the portal reads.

    npm pack @octokit/webhooks-examples@7.6.1 && tar xzf octokit-webhooks-examples-7.6.1.tgz
    python tests/github/description/cut_examples.py package

Addresses are left out, and so are the names of people.
"""

import json
import sys
from pathlib import Path
from typing import Any

VERSION = "7.6.1"
RESULT = Path(__file__).with_name("examples.json")
EVENTS = (
    *("push", "ping", "workflow_run", "check_suite", "pull_request", "pull_request_review"),
    *("pull_request_review_comment", "installation", "installation_repositories"),
)
TYPES = {dict: "object", list: "list", str: "text", bool: "boolean", int: "number", type(None): "null"}
ABOUT = {"action", "ref", "after", "deleted"}
Fields = dict[str, list[str]]


def fields_of(payload: Any) -> Fields:
    """Return the type of each field by its path, such as `commits[].id`; in a list there may be several."""
    found: dict[str, set[str]] = {}

    def walk(node: Any, path: str) -> None:
        found.setdefault(path, set()).add(TYPES[type(node)])
        if isinstance(node, dict):
            for name, value in node.items():
                if not name.endswith("url") and name != "_links":
                    walk(value, f"{path}.{name}" if path else name)
        elif isinstance(node, list):
            for item in node:
                walk(item, f"{path}[]")

    walk(payload, "")
    return {path: sorted(types) for path, types in found.items()}


def merge_fields(all_fields: list[Fields]) -> Fields:
    paths = sorted(set().union(*all_fields))
    return {path: sorted({kind for one in all_fields for kind in one.get(path, ())}) for path in paths}


def values_of(event: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Return what the portal reads of an example: the same fields, with names of its own."""
    own = {name: payload[name] for name in ABOUT & payload.keys()}
    for name, wanted in ((event, "head_sha"), ("pull_request", "head"), ("installation", "id")):
        if isinstance(payload.get(name), dict) and wanted in payload[name]:
            value = payload[name][wanted]
            own[name] = {wanted: {"sha": value["sha"]} if wanted == "head" else value}
    if "repository" in payload:
        own["repository"] = {"id": payload["repository"]["id"], "full_name": "octo/work"}
    return own


def cut(package: Path) -> dict[str, Any]:
    everything = json.loads((package / "api.github.com/index.json").read_text())
    examples = {each["name"]: each["examples"] for each in everything if each["name"] in EVENTS}
    return {
        event: {
            "fields": merge_fields([fields_of(example) for example in examples[event]]),
            "values": [values_of(event, example) for example in examples[event]],
        }
        for event in EVENTS
    }


def main(package: Path) -> None:
    version = json.loads((package / "package.json").read_text())["version"]
    if version != VERSION:
        sys.exit(f"The package has version {version}, not {VERSION}.")
    RESULT.write_text(json.dumps(cut(package), separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
