"""`tests: {code: 'def test_adds(learner): assert learner.call("calc:add", 2, 3) == 5'}` - hidden tests pass.

`code` is Python with functions `test_...` that take a `learner`. The first line of a test's docstring, or else its
name, is the sentence shown to learners. `learner.call("module:name", ...)` returns the result of the learner's
function as JSON types, within `call_seconds` (2; importing its module, from the top folder or `src`, may take 10).
`learner.raised(...)` is the name of the exception that it raised, or None. `learner.run(["python", "app.py"],
stdin="...")` has `exit` and `output`; if it exceeds 256 KB, the middle of the output is left out. `==` also compares
types: 5.0 is not 5. The tests run separately from the learner's code and files, at the commit `at`, and share a limit
of `seconds` (20). `code`, its calls and their results are not shown.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from ..git.repository import Tip
from ..parameters import Content, Seconds
from ..sandbox.calls import BrokenTestsError, TestOutcome, hold
from ..words import count, listed, quoted
from ._shared.base import Run, Verdict, at_tip, needs_work, not_run, passed, where
from ._shared.code import CodeKind, files_at_top, job_at, sandbox_of
from ._shared.named_refs import commit_or_answer

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
            yield "code", f"line {error.lineno} is not valid Python: {error.msg}"
        except (ValueError, RecursionError, MemoryError):
            yield "code", "cannot be parsed as Python"
        if "test_" not in self.code:
            yield "code", "needs a function whose name starts with `test_`"

    def check(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        tests = hold(sandbox_of(run), self.code, job_at(run, tip, self.seconds), self.call_seconds)
        if not tests:
            raise BrokenTestsError("they have no function whose name starts with test_")
        if any(test.held is False for test in tests):
            return self._failed(tests, tip)
        if not all(test.held for test in tests):
            return not_run(f"Timed out: the hidden tests took longer than {self.seconds} seconds.")
        return passed(
            f"{_pass(len(tests)).capitalize()} {where(tip)}.",
            at_tip(tip),
            looked_at=files_at_top(run, tip),
        )

    def _failed(self, tests: list[TestOutcome], tip: Tip) -> Verdict:
        held = sum(1 for test in tests if test.held)
        not_reached = sum(1 for test in tests if test.held is None)
        broken = [_described(test) for test in tests if test.held is False]
        rest = f", {not_reached:,} not run" if not_reached else ""
        return needs_work(
            f"{count(len(broken), 'hidden test')} {'fails' if len(broken) == 1 else 'fail'} {where(tip)}: "
            f"{listed(broken, limit=5)}.",
            expected=_pass(len(tests)),
            found=f"{held:,} of {len(tests):,} passed{rest}",
            evidence=[at_tip(tip)],
        )


def _described(test: TestOutcome) -> str:
    return f"{quoted(test.says)} ({test.words})" if test.words else quoted(test.says)


def _pass(number: int) -> str:
    return "the hidden test passes" if number == 1 else f"all {count(number, 'hidden test')} pass"
