"""One grade in a process of its own: the web server's threads have no time limit for a check, a main thread has.

Reads {"source", "path", "refs"} as JSON from stdin; writes {"report"} or {"unreadable"} to stdout. No Django.
"""

import json
import sys
from typing import Any

from labs.grader.engine import grade
from labs.grader.repository import Repository, Unreadable
from labs.grader.spec import load_spec


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        with Repository.open(asked["path"], refs=asked["refs"]) as repository:
            return {"report": grade(load_spec(asked["source"]), repository).to_json()}
    except Unreadable as error:
        return {"unreadable": error.message}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
