"""`tests: {code: 'def test_adds(learner): assert learner.call("calc:add", 2, 3) == 5'}` - hidden tests hold.

`code` is Python with functions `test_...`, each given a `learner`; a docstring's first line, else the name, is the
sentence that the learner reads. `learner.call("module:name", ...)` returns what the learner's function returned, in
JSON's types and within `call_seconds` (2; its module, in the top folder or in `src`, may take 10 to be imported).
`learner.raised(...)` is the name of the exception that it raised, or None; `learner.run(["python", "app.py"],
stdin="...")` has `exit` and `output`, of more than 256 KB the beginning and the end with a line that says so. `==`
compares types too: 5.0 is not 5. The tests run apart from the learner's code and its files, at the commit `at`, in
`seconds` (20) together. Nothing of `code`, of what it asks and of what it is answered is shown.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from ..git.repository import Tip
from ..parameters import Content, Seconds
from ..sandbox.calls import Held, hold
from ..words import count, listed, quoted
from ._shared.base import Run, Verdict, at_tip, commit_or_answer, needs_work, not_run, passed
from ._shared.code import CodeKind, files_at_top, job_at, sandbox_of

TWO_SECONDS = Seconds(2)


@dataclass(frozen=True, kw_only=True)
class TestsCheck(CodeKind):
    kind = "tests"
    about = "running code"
    hidden: ClassVar[tuple[str, ...]] = ("code",)

    code: Content
    call_seconds: Seconds = TWO_SECONDS

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from super().problems()
        try:
            ast.parse(self.code)
        except SyntaxError as error:
            yield "code", f"is no Python, at its line {error.lineno}: {error.msg}"
        except (ValueError, RecursionError, MemoryError):
            yield "code", "is no Python that can be read"
        if "test_" not in self.code:
            yield "code", "a function whose name begins with test_ is needed"

    def check(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        tests = hold(sandbox_of(run), self.code, job_at(run, tip, self.seconds), self.call_seconds)
        if not tests:
            raise ValueError("the hidden tests hold no function that begins with test_")
        if any(test.held is False for test in tests):
            return self._failed(tests, tip)
        if not all(test.held for test in tests):
            return not_run(f"Timed out: the hidden tests took longer than {self.seconds} seconds.")
        return passed(
            f"{_hold(len(tests)).capitalize()} at {quoted(tip.name)}.",
            at_tip(tip),
            looked_at=files_at_top(run, tip),
        )

    def _failed(self, tests: list[Held], tip: Tip) -> Verdict:
        held = sum(1 for test in tests if test.held)
        not_reached = sum(1 for test in tests if test.held is None)
        broken = [_told(test) for test in tests if test.held is False]
        rest = f", {not_reached:,} not reached" if not_reached else ""
        return needs_work(
            f"{'This does' if len(broken) == 1 else 'These do'} not hold at {quoted(tip.name)}: "
            f"{listed(broken, most=5)}.",
            expected=_hold(len(tests)),
            found=f"{held:,} of {len(tests):,} hold{rest}",
            evidence=[at_tip(tip)],
        )


def _told(test: Held) -> str:
    return f"{quoted(test.says)} ({test.words})" if test.words else quoted(test.says)


def _hold(number: int) -> str:
    return "the hidden test holds" if number == 1 else f"all {count(number, 'hidden test')} hold"
