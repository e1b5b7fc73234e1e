"""`own_tests: {path: tests, catches_at_least: 2, reference: {...}, variants: [...]}` - the learner's tests find bugs.

The tests must pass on the `reference` and its `equivalents`, in at least five runs in all, and fail on at least
`catches_at_least` of the broken `variants` (each `{name: ..., files: {calc.py: ...}}`), whose files replace those of
the reference. Of the learner's files, only those below `path` and pyproject.toml are used. `command` (default
`python -m pytest -q -p no:cacheprovider`) runs the tests of the commit `at`; the runs share `seconds` (60) evenly. The
`name` of a variant is shown if it was not caught. The rest of `reference` and `variants` is hidden, and so is the
output of the tests. Tests could compare the text of the code instead of running it: give several correct versions in
`equivalents` (files that replace those of the reference), and require that most of many variants are caught.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice
from random import SystemRandom
from secrets import token_hex
from typing import ClassVar

from ..findings import LookedAt
from ..git.repository import Tip
from ..parameters import Content, Count, FilePath, Seconds
from ..sandbox import Job, Ran
from ..sandbox.packing import files_at, pack_files
from ..words import count, listed, quoted
from ._shared.base import Run, Verdict, at_tip, needs_work, passed, where
from ._shared.causes import no_match_answer
from ._shared.code import CodeKind, ended_by_limit, environment, failed, run_in, shown
from ._shared.named_refs import commit_or_answer

REFERENCE_RUNS = 5
A_MINUTE = Seconds(60)
_BESIDE = b"pyproject.toml"


@dataclass(frozen=True)
class Variant:
    """A broken version of the reference. `name` is a sentence, such as `div accepts zero`."""

    name: str
    files: dict[FilePath, Content]


@dataclass(frozen=True, kw_only=True)
class OwnTestsCheck(CodeKind):
    kind = "own_tests"
    about = "running code"
    example = """\
own_tests:
  path: tests
  catches_at_least: 1
  reference:
    calc.py: |
      def half(number):
          return number / 2
  variants:
    - name: half rounds down
      files:
        calc.py: |
          def half(number):
              return number // 2
"""
    hidden: ClassVar[tuple[str, ...]] = ("reference", "variants", "equivalents")

    path: FilePath
    catches_at_least: Count
    reference: dict[FilePath, Content]
    variants: tuple[Variant, ...]
    equivalents: tuple[dict[FilePath, Content], ...] = ()
    command: tuple[str, ...] = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    seconds: Seconds = A_MINUTE  # type: ignore[misc]  # a field with a different default

    def problems(self) -> Iterator[tuple[str, str]]:
        if not 0 < self.catches_at_least <= len(self.variants):
            yield "catches_at_least", f"must be from 1 to the number of variants, {len(self.variants)}"

    def check(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        suite = self._suite(run, tip)
        if not suite:
            path = f"{self.path.removesuffix('/')}/"
            return no_match_answer(run, tip, path, run.repository.files(tip))
        missed = []
        for name, files in self._order():
            ran = run_in(run, self._job(run, suite, files), self.command)
            if name is None and (ran.exit or ran.why != "exit"):
                return self._fails_on_reference(replace(ran, output=b""), tip)
            if name is not None and not _caught(ran):
                missed.append(name)
        return self._scored(missed, tip)

    def _suite(self, run: Run, tip: Tip) -> dict[bytes, bytes]:
        folder = self.path.removesuffix("/").encode()
        files, _ = files_at(run.repository, tip)
        below = {path for path in files if path == folder or path.startswith(folder + b"/")}
        return {path: files[path] for path in files if path in below or (below and path == _BESIDE)}

    def _order(self) -> list[tuple[str | None, dict[FilePath, Content]]]:
        # Shuffled, so that the learner's code cannot predict it. The name is None for a correct version.
        right: list[dict[FilePath, Content]] = [{}, *self.equivalents]
        runs = [(None, files) for files in islice(cycle(right), self._right_runs)]
        order = [*runs, *((variant.name, variant.files) for variant in self.variants)]
        SystemRandom().shuffle(order)
        return order

    @property
    def _right_runs(self) -> int:
        return max(REFERENCE_RUNS, 1 + len(self.equivalents))

    def _job(self, run: Run, suite: dict[bytes, bytes], files: dict[FilePath, Content]) -> Job:
        varied = {path.encode(): _varied(path, text) for path, text in {**self.reference, **files}.items()}
        return Job((), pack_files({**suite, **varied}), self._seconds_each(), environment=environment(run))

    def _seconds_each(self) -> float:
        return self.seconds / (self._right_runs + len(self.variants))

    def _fails_on_reference(self, ran: Ran, tip: Tip) -> Verdict:
        # shows neither output nor exit status: the tests choose both, and they can read hidden code
        return ended_by_limit(self.command, ran, tip, self._seconds_each()) or failed(
            self.command,
            ran,
            tip,
            why=f"{shown(self.command)} fails on correct code, with the tests {where(tip)}.",
            expected="tests that pass on every correct version, every time",
            found="a failure",
        )

    def _scored(self, missed: list[str], tip: Tip) -> Verdict:
        number = len(self.variants)
        caught = number - len(missed)
        found = f"{caught:,} of {number:,} caught"
        if caught >= self.catches_at_least:
            return passed(
                f"The tests {where(tip)} catch broken code: {found}.",
                at_tip(tip),
                looked_at=LookedAt(number, "broken version"),
            )
        names = listed(map(quoted, sorted(missed)), limit=5)
        return needs_work(
            f"The tests {where(tip)} pass although the code is broken: {names}.",
            expected=f"tests that catch at least {self.catches_at_least:,} of {count(number, 'broken version')}",
            found=found,
            evidence=[at_tip(tip)],
        )


def _caught(ran: Ran) -> bool:
    # tests that run out of time have caught nothing
    return ran.why == "exit" and 0 < ran.exit < 5


def _varied(path: str, text: str) -> bytes:
    # a random last line, so that a digest does not identify the version
    return f"{text}\n# {token_hex(8)}\n".encode() if path.endswith(".py") else text.encode()
