"""Entry point of the engine process: a check's time limit needs a main thread, which web threads are not.

Reads JSON from stdin: {"source", "sandbox", "path", "refs"} grades; without `path` and `refs` the scenarios of the
source prove it. Writes {"report"}, {"unreadable"} or {"proof"} to stdout. No Django.
"""

import json
import sys
from pathlib import Path

from labs.grader.engine import grade
from labs.grader.git.complaints import cannot_read
from labs.grader.git.repository import Repository, RepositoryDamagedError, UnreadableError
from labs.grader.json_object import JsonObject
from labs.grader.proof import prove
from labs.grader.sandbox.opening import open_sandbox
from labs.grader.spec import load_spec


def answer(asked: JsonObject) -> JsonObject:
    spec = load_spec(asked["source"])
    address, environments, max_bytes, removed_last = asked["sandbox"]
    sandbox = open_sandbox(address, Path(environments), max_bytes, removed_last)
    if "path" not in asked:
        return {"proof": prove(spec, None if sandbox.unavailable() else sandbox).to_json()}
    try:
        with Repository.open(asked["path"], refs=asked["refs"]) as repository:
            return {"report": grade(spec, repository, sandbox=sandbox).to_json()}
    except UnreadableError as error:
        return {"unreadable": error.message}
    except RepositoryDamagedError as error:
        return {"unreadable": cannot_read(str(error))}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
