"""Our schema of workflow files compared with the one in GitHub's package, key by key and context by context."""

import json
import re
from typing import Any

from labs.grader.workflows.expression_syntax import GUARDED
from labs.grader.workflows.schema import ACTION_STEP, CALLING_JOB, JOB, RUN_STEP, WORKFLOW
from labs.grader.workflows.shapes import Shape
from tests.grader.github_parser import PACKAGES, need_github

BUILT_IN = {kind: {kind: {}} for kind in ("string", "boolean", "number", "null", "sequence")}
# Definitions that are one of two mappings, and our shapes for them.
TWO = {
    "job": {"job-factory": JOB, "workflow-job": CALLING_JOB},
    "steps-item": {"run-step": RUN_STEP, "regular-step": ACTION_STEP},
}
# Read only with an option of the package that is off.
OFF = {"background"}
# A slip of the package: the text `repository_dispatch` is another event's there (see workflow_disagreements.yaml).
SLIPS = {"repository_dispatch"}


def limited(name: str, most: str | int) -> str:
    return f"{name}()" if str(most) == "0" else name


def contexts_of(names: Any) -> frozenset[str]:
    """Contexts and functions; with `()`, a function takes no arguments there."""
    found = (re.fullmatch(r"(\w+)\(\d+,(\d+|MAX)\)", name) or name for name in names)
    return frozenset(one if isinstance(one, str) else limited(one[1], one[2]) for one in found)


class Theirs:
    def __init__(self) -> None:
        text = (PACKAGES / "dist/workflow-v1.0.min.json").read_text()
        self.definitions = {**json.loads(text)["definitions"], **BUILT_IN}
        self.found: dict[str, dict[str, Any]] = {}

    def walk(self, name: str, allowed: frozenset[str], path: str) -> None:
        if name in TWO:
            for one in TWO[name]:
                self.walk(one, allowed, f"{path}({one})")
            return
        if name == "any":
            self.found[path] = {"anything": True}
            return
        definition = self.definitions[name]
        allowed |= contexts_of(definition.get("context", ()))
        kinds = self.kinds(name)
        texts = [kind["string"] for kind in kinds if "string" in kind]
        words = {text["constant"] for text in texts if "constant" in text}
        free = [text for text in texts if "constant" not in text]
        self.found[path] = {
            "words": words - SLIPS | {word for kind in kinds for word in kind.get("allowed-values", ())},
            "text": bool(free) and ("empty" if not free[0].get("require-non-empty") else "filled"),
            "also": {kind for one in kinds for kind in ("boolean", "number", "null") if kind in one},
            "contexts": allowed,
        }
        for kind in kinds:
            if "sequence" in kind:
                self.walk(kind["sequence"].get("item-type", "any"), allowed, f"{path}[]")
            if "mapping" in kind:
                self.mapping(kind["mapping"], allowed, path)

    def kinds(self, name: str) -> list[dict[str, Any]]:
        definition = self.definitions[name]
        inner = [kind for one in definition.get("one-of", ()) for kind in self.kinds(one)]
        return inner or [definition]

    def mapping(self, mapping: dict[str, Any], allowed: frozenset[str], path: str) -> None:
        keys = {
            key: one if isinstance(one, dict) else {"type": one}
            for key, one in mapping.get("properties", {}).items()
        }
        self.found[path]["needed"] = {key for key, one in keys.items() if one.get("required")}
        for key, one in keys.items():
            if key not in OFF:
                self.walk(one["type"], allowed, f"{path}/{key}")
        if mapping.get("loose-value-type"):
            self.walk(mapping["loose-value-type"], allowed, f"{path}/*")


def walk(shape: Shape, allowed: frozenset[str], path: str, found: dict[str, dict[str, Any]]) -> None:
    """Write down our shapes in the same form."""
    if shape.chosen:
        two = TWO["job" if path == "/jobs/*" else "steps-item"]
        for name, one in two.items():
            walk(one, allowed, f"{path}({name})", found)
        return
    if shape.anything:
        found[path] = {"anything": True}
        return
    limits = {name: limited(name, most) for name, (_, most) in GUARDED.items()}
    allowed |= frozenset(limits.get(name, name) for name in shape.contexts)
    found[path] = {
        "words": set(shape.words) - SLIPS,
        "text": shape.text and ("empty" if shape.empty else "filled"),
        "also": {kind for kind in ("boolean", "number", "null") if getattr(shape, kind)},
        "contexts": allowed,
    }
    if shape.items:
        walk(shape.items, allowed, f"{path}[]", found)
    if shape.is_mapping:
        found[path]["needed"] = set(shape.needed)
    for key, one in (shape.keys or {}).items():
        walk(one, allowed, f"{path}/{key}", found)
    if shape.others:
        walk(shape.others, allowed, f"{path}/*", found)


def test_our_schema_has_the_keys_values_and_contexts_of_github():
    need_github()
    theirs, ours = Theirs(), dict[str, dict[str, Any]]()
    theirs.walk("workflow-root-strict", frozenset(), "")
    walk(WORKFLOW, frozenset(), "", ours)
    assert len(ours) > 300
    assert {path for path in theirs.found if path not in ours} == set()
    assert {path for path in ours if path not in theirs.found} == set()
    assert {path: (one, theirs.found[path]) for path, one in ours.items() if one != theirs.found[path]} == {}
