"""One grade in a process of its own: the web server's threads have no time limit for a check, a main thread has.

Reads {"source", "path", "refs", "sandbox"} as JSON from stdin; writes {"report"} or {"unreadable"} to stdout.
No Django.
"""

import json
import sys
from pathlib import Path
from typing import Any

from labs.grader.engine import grade
from labs.grader.repository import Repository, Unreadable
from labs.grader.sandbox.opening import opened
from labs.grader.spec import load_spec


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        address, environments, max_bytes = asked["sandbox"]
        sandbox = opened(address, Path(environments), max_bytes)
        with Repository.open(asked["path"], refs=asked["refs"]) as repository:
            return {"report": grade(load_spec(asked["source"]), repository, sandbox=sandbox).to_json()}
    except Unreadable as error:
        return {"unreadable": error.message}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
