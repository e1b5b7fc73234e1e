"""Judge the files that match a pattern: one of them must pass, or each."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ...findings import LookedAt
from ...parameters import FilePath
from ...report import Outcome
from ...words import count, quoted
from .base import Verdict, not_known
from .contents import Found

MAX_FILES = 200


def judge_some(pattern: str, files: Sequence[Found], judge: Callable[[FilePath], Verdict]) -> Verdict:
    """Return the first pass, else the verdict on the first file."""
    which = _matching(pattern, files)
    verdicts = []
    for file in files[:MAX_FILES]:
        verdict = judge(FilePath(file.path))
        if verdict.outcome is Outcome.PASSED:
            return verdict
        verdicts.append(verdict)
    if len(files) == 1:
        return verdicts[0]
    unread = next((one for one in verdicts if one.outcome is not Outcome.NEEDS_WORK), None)
    if unread or len(files) > MAX_FILES:
        why = unread.why.rstrip(".") if unread else f"Only {MAX_FILES} files were checked"
        return not_known(f"whether one of {which} is as required. {why}")
    first = verdicts[0]
    return replace(first, why=f"None of {which} is as required. {first.why}")


def judge_each(pattern: str, files: Sequence[Found], judge: Callable[[FilePath], Verdict]) -> Verdict:
    """Return the verdict on the first file that does not pass, or a pass."""
    which = _matching(pattern, files)
    if len(files) > MAX_FILES:
        return not_known(f"whether each of {which} is as required: only {MAX_FILES} files are checked")
    verdicts = [judge(FilePath(file.path)) for file in files]
    others = [verdict for verdict in verdicts if verdict.outcome is not Outcome.PASSED]
    wrong = sorted(others, key=lambda verdict: verdict.outcome is not Outcome.NEEDS_WORK)
    if wrong:
        return wrong[0]
    if len(files) == 1:
        return verdicts[0]
    return replace(
        verdicts[0], why=f"Each of {which} is as required.", looked_at=LookedAt(len(files), "file")
    )


def _matching(pattern: str, files: Sequence[Found]) -> str:
    return f"the {count(len(files), 'file')} that match {quoted(pattern)}"
