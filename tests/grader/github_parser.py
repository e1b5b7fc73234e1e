"""GitHub's own parser of workflows and expressions, in one Node.js process."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HERE = Path(__file__).parent
PACKAGES = HERE.parent / "node_modules/@actions/workflow-parser"


class Answers(NamedTuple):
    """`texts` have `errors` and a number of `remarks`; `expressions` `truth`, `text` and `json`, or an `error`."""

    texts: list[dict[str, Any]]
    expressions: list[dict[str, Any]]


def need_github() -> str:
    """Return the path of Node.js. Skips the test if it is missing."""
    node = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if not node:
        pytest.skip("node is not installed: GitHub's parser is not asked")
    assert PACKAGES.exists(), "GitHub's parser is not installed: `make test` does it, or `npm ci` in tests"
    return node


def ask_github(texts: list[str], expressions: list[tuple[str, dict[str, Any]]]) -> Answers:
    """Answer in the order of the questions; an expression comes with the values of its contexts."""
    asked = {"texts": texts, "expressions": [{"expression": one, "context": c} for one, c in expressions]}
    done = subprocess.run(
        [need_github(), HERE / "github_parser.mjs"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    return Answers(**json.loads(done.stdout))
