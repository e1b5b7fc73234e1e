"""Entry point of the engine process: a check's time limit needs a main thread, which web threads are not.

Reads JSON from stdin: {"source", "sandbox", "path", "refs"} grades; without `path` and `refs` the scenarios of the
source prove it. {"file": {"path", "checks", "texts"}} judges each text as that file, within limits. Writes {"report"},
{"unreadable"}, {"proof"} or {"reports"} to stdout. No Django.
"""

import json
import resource
import sys
from pathlib import Path

from labs.grader.engine import grade
from labs.grader.git.complaints import cannot_read
from labs.grader.git.repository import Repository, RepositoryDamagedError, UnreadableError
from labs.grader.json_object import JsonObject
from labs.grader.one_file import read_file_checks
from labs.grader.proof import prove
from labs.grader.sandbox.opening import open_sandbox
from labs.grader.spec import load_spec

FILE_SECONDS, FILE_MEMORY = 20, 1 << 30


def answer(asked: JsonObject) -> JsonObject:
    if "file" in asked:
        return judge_texts(asked["file"])
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


def judge_texts(asked: JsonObject) -> JsonObject:
    resource.setrlimit(resource.RLIMIT_CPU, (FILE_SECONDS, FILE_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (FILE_MEMORY, FILE_MEMORY))
    checks = read_file_checks(asked["path"], asked["checks"])
    return {"reports": [checks.judge(text).to_json() for text in asked["texts"]]}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
