"""Kinds that ask about a file, asked about some file of a pattern, or about each."""

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
    """The answer for the first file that is as asked for; else what the first one lacks."""
    which = f"{count(len(files), 'file')} with a path such as {quoted(pattern)}"
    verdicts = []
    for file in files[:MAX_FILES]:
        verdict = judge(FilePath(file.path))
        if verdict.outcome is Outcome.PASSED:
            return verdict
        verdicts.append(verdict)
    unread = next((one for one in verdicts if one.outcome is not Outcome.NEEDS_WORK), None)
    if unread or len(files) > MAX_FILES:
        why = unread.why.rstrip(".") if unread else f"only {MAX_FILES} were looked at"
        return not_known(f"whether one of {which} is as asked for. {why}")
    first = verdicts[0]
    return replace(first, why=f"None of {which} is as asked for. {first.why}") if files[1:] else first


def judge_each(pattern: str, files: Sequence[Found], judge: Callable[[FilePath], Verdict]) -> Verdict:
    """The answer for the first file that is not as asked for; a pass where each is."""
    which = f"{count(len(files), 'file')} with a path such as {quoted(pattern)}"
    if len(files) > MAX_FILES:
        return not_known(f"whether each of {which} is as asked for: only {MAX_FILES} are looked at")
    verdicts = [judge(FilePath(file.path)) for file in files]
    others = [verdict for verdict in verdicts if verdict.outcome is not Outcome.PASSED]
    wrong = sorted(others, key=lambda verdict: verdict.outcome is not Outcome.NEEDS_WORK)
    if wrong:
        return wrong[0]
    return replace(
        verdicts[0], why=f"Each of {which} is as asked for.", looked_at=LookedAt(len(files), "file")
    )
