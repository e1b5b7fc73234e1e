"""Entry point of the engine process: a check's time limit needs a main thread, which web threads are not.

Reads JSON from stdin: {"source", "sandbox", "path", "refs"} grades; without `path` and `refs` the scenarios of the
source prove it, with the files of its starter in {"starter"}, by path in Base64. {"file": {"path", "checks", "given",
"texts"}} judges each text as that file, within limits, until one times out; with "sandbox", checks may run code. Writes
{"report"}, {"unreadable"}, {"proof"} or {"judged"} to stdout. No Django.
"""

import json
import resource
import sys
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from labs.grader.engine import grade
from labs.grader.git.complaints import cannot_read
from labs.grader.git.repository import Repository, RepositoryDamagedError, UnreadableError
from labs.grader.json_object import JsonObject
from labs.grader.one_file import read_file_checks
from labs.grader.proof import prove
from labs.grader.sandbox import Sandbox
from labs.grader.sandbox.opening import open_sandbox
from labs.grader.spec import load_spec

FILE_SECONDS, FILE_MEMORY = 20, 1 << 30


def answer(asked: JsonObject) -> JsonObject:
    if "file" in asked:
        return {"judged": list(judge_texts(asked["file"], open_asked(asked) if "sandbox" in asked else None))}
    files = {path: b64decode(data) for path, data in (asked.get("starter") or {}).items()}
    spec = load_spec(asked["source"], files or None)
    sandbox = open_asked(asked)
    if "path" not in asked:
        return {"proof": prove(spec, None if sandbox.unavailable() else sandbox).to_json()}
    try:
        with Repository.open(asked["path"], refs=asked["refs"]) as repository:
            return {"report": grade(spec, repository, sandbox=sandbox).to_json()}
    except UnreadableError as error:
        return {"unreadable": error.message}
    except RepositoryDamagedError as error:
        return {"unreadable": cannot_read(str(error))}


def open_asked(asked: JsonObject) -> Sandbox:
    address, environments, max_bytes, removed_last = asked["sandbox"]
    return open_sandbox(address, Path(environments), max_bytes, removed_last)


def judge_texts(asked: JsonObject, sandbox: Sandbox | None) -> Iterator[JsonObject]:
    # Only the soft limits: programs in a sandbox get their own, which are higher.
    for limit, most in ((resource.RLIMIT_CPU, FILE_SECONDS), (resource.RLIMIT_AS, FILE_MEMORY)):
        resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))
    checks = read_file_checks(asked["path"], asked["checks"], tuple(map(tuple, asked["given"])))
    for text in asked["texts"]:
        judged = checks.judge(text, sandbox)
        yield {**asdict(judged), "report": judged.report.to_json()}
        if judged.timed_out:  # others may, too: each has its own process then
            return


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
