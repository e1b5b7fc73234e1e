"""Judge texts by the checks of a question, in a process of its own with limits: the text is a stranger's."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from labs.grader.one_file import FileChecks, Given, Judged
from labs.grader.report import Report
from labs.grading import apart

SECONDS = 20.0


def judge(checks: FileChecks, texts: tuple[str, ...]) -> Sequence[Judged]:
    """Judge the texts in turn, up to the first that times out. Raises ApartError if the process ends without a result.

    The process gets SECONDS, and the time of each check that runs code.
    """
    if checks.runs_code:
        seconds = SECONDS + len(texts) * checks.code_seconds
        return _ask(seconds, needs_sandbox=True, **_asked(checks.path, checks.source, checks.given, texts))
    judged = _read(checks.path, checks.source, checks.given, texts)
    if any(each.fault for each in judged):
        _read.cache_clear()  # the fault may be gone the next time
    return judged


# a preview and each save of a quiz try its questions again
@lru_cache(maxsize=256)
def _read(path: str, source: str, given: Given, texts: tuple[str, ...]) -> Sequence[Judged]:
    return _ask(SECONDS, needs_sandbox=False, **_asked(path, source, given, texts))


# Any: JSON
def _asked(path: str, source: str, given: Given, texts: tuple[str, ...]) -> dict[str, Any]:
    return {"path": path, "checks": source, "given": given, "texts": texts}


# Any: JSON
def _ask(seconds: float, *, needs_sandbox: bool, **file: Any) -> Sequence[Judged]:
    answer = apart.ask({"file": file}, seconds, needs_sandbox=needs_sandbox)
    return [Judged(**{**each, "report": Report.from_json(each["report"])}) for each in answer["judged"]]
