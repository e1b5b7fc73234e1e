"""Cut GitHub's OpenAPI description to the operations that the portal uses.

    npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
    python tests/github/description/cut.py package

The package is 29 MB, and 385 MB unpacked with npm, so only its result is kept here.
"""

import json
import sys
from pathlib import Path
from typing import Any

VERSION = "23.0.2"
RESULT = Path(__file__).with_name("github.json")
LEFT_OUT = {"example", "examples", "description", "summary", "externalDocs", "tags", "x-github"}
GET, POST, PATCH, DELETE = ("get",), ("post",), ("patch",), ("delete",)
REPO = "/repos/{owner}/{repo}"
OPERATIONS = {
    "/app": GET,
    "/app/installations": GET,
    "/app/installations/{installation_id}": GET,
    "/app/installations/{installation_id}/access_tokens": POST,
    "/app/hook/deliveries": GET,
    "/app/hook/deliveries/{delivery_id}/attempts": POST,
    "/app-manifests/{code}/conversions": POST,
    "/installation/repositories": GET,
    "/user": GET,
    "/users/{username}": GET,
    REPO: GET,
    f"{REPO}/activity": GET,
    f"{REPO}/actions/runs": GET,
    f"{REPO}/actions/runs/{{run_id}}": GET,
    f"{REPO}/actions/runs/{{run_id}}/attempts/{{attempt_number}}": GET,
    f"{REPO}/actions/workflows": GET,
    f"{REPO}/branches": GET,
    f"{REPO}/branches/{{branch}}": GET,
    f"{REPO}/check-runs": POST,
    f"{REPO}/check-runs/{{check_run_id}}": (*GET, *PATCH),
    f"{REPO}/check-runs/{{check_run_id}}/annotations": GET,
    f"{REPO}/collaborators/{{username}}/permission": GET,
    f"{REPO}/commits/{{ref}}/check-runs": GET,
    f"{REPO}/commits/{{ref}}/statuses": GET,
    f"{REPO}/contents/{{path}}": GET,
    f"{REPO}/git/blobs": POST,
    f"{REPO}/git/commits": POST,
    f"{REPO}/git/matching-refs/{{ref}}": GET,
    f"{REPO}/git/ref/{{ref}}": GET,
    f"{REPO}/git/refs": POST,
    f"{REPO}/git/refs/{{ref}}": PATCH,
    f"{REPO}/git/trees": POST,
    f"{REPO}/hooks": (*GET, *POST),
    f"{REPO}/hooks/{{hook_id}}": (*GET, *PATCH, *DELETE),
    f"{REPO}/hooks/{{hook_id}}/deliveries": GET,
    f"{REPO}/hooks/{{hook_id}}/deliveries/{{delivery_id}}": GET,
    f"{REPO}/hooks/{{hook_id}}/deliveries/{{delivery_id}}/attempts": POST,
    f"{REPO}/hooks/{{hook_id}}/pings": POST,
    f"{REPO}/installation": GET,
    f"{REPO}/issues/{{issue_number}}": GET,
    f"{REPO}/issues/{{issue_number}}/comments": GET,
    f"{REPO}/pulls": (*GET, *POST),
    f"{REPO}/pulls/{{pull_number}}": GET,
    f"{REPO}/pulls/{{pull_number}}/comments": GET,
    f"{REPO}/pulls/{{pull_number}}/commits": GET,
    f"{REPO}/pulls/{{pull_number}}/reviews": GET,
    f"{REPO}/statuses/{{sha}}": POST,
}


def strip(node: Any, *, is_properties: bool = False) -> Any:
    # a property may have the name of a keyword, such as "description"
    if isinstance(node, list):
        return [strip(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: strip(value, is_properties=name == "properties" and not is_properties)
        for name, value in node.items()
        if is_properties or name not in LEFT_OUT
    }


def references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(references, node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*map(references, node.values()))


def find(document: dict[str, Any], reference: str) -> Any:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def cut(document: dict[str, Any]) -> dict[str, Any]:
    paths = {
        path: {method: strip(document["paths"][path][method]) for method in methods}
        for path, methods in OPERATIONS.items()
    }
    # OpenAPI requires a description of each response
    for operation in (operation for methods in paths.values() for operation in methods.values()):
        for response in operation["responses"].values():
            if "$ref" not in response:
                response["description"] = ""
    components: dict[str, dict[str, Any]] = {}
    new = references(paths)
    while new:
        found = {reference: strip(find(document, reference)) for reference in new}
        for reference, node in found.items():
            _, _, kind, name = reference.split("/")
            if kind == "responses":
                node["description"] = ""
            components.setdefault(kind, {})[name] = node
        seen = {f"#/components/{kind}/{name}" for kind, names in components.items() for name in names}
        new = references(list(found.values())) - seen
    info = {"title": "GitHub REST API", "version": document["info"]["version"], "license": {"name": "MIT"}}
    return {
        "openapi": document["openapi"],
        "info": info,
        "servers": document["servers"],
        "paths": paths,
        "components": components,
    }


def main(package: Path) -> None:
    version = json.loads((package / "package.json").read_text())["version"]
    if version != VERSION:
        sys.exit(f"The package has version {version}, not {VERSION}.")
    document = json.loads((package / "generated/api.github.com.json").read_text())
    RESULT.write_text(json.dumps(cut(document), separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
