"""`own_tests: {path: tests, catches_at_least: 2, reference: {...}, variants: [...]}` - a suite finds what is broken.

It has to pass on the `reference`, five times, and to fail on at least `catches_at_least` of the broken `variants`
(`{name: ..., files: {calc.py: ...}}` each), whose files are put over the reference's. Only the learner's files
below `path` are there, and pyproject.toml. `command` (default `python -m pytest -q -p no:cacheprovider`) runs it, at
the commit `at`; all runs share `seconds` (60) evenly. A variant's `name` is shown where it was not caught; all else of
`reference` and `variants` is hidden, and so is what the suite prints beside them. A suite may guess by the text of the
code, not by what it does: name several ways of being right in `equivalents`, files put over the reference's, and ask
for most of many variants.
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
from ..sandbox.packing import files_at, packed
from ..words import count, listed, quoted
from ._shared.base import Run, Verdict, at_tip, commit_or_answer, needs_work, passed
from ._shared.causes import no_match_answer
from ._shared.code import CodeKind, ended_by_limit, environment, failed, run_in, shown

REFERENCE_RUNS = 5
A_MINUTE = Seconds(60)
_BESIDE = b"pyproject.toml"


@dataclass(frozen=True)
class Variant:
    """A way in which the reference is broken. `name` is a sentence, such as `div accepts zero`."""

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
    seconds: Seconds = A_MINUTE  # type: ignore[misc]  # a field with another default

    def problems(self) -> Iterator[tuple[str, str]]:
        if not 0 < self.catches_at_least <= len(self.variants):
            yield "catches_at_least", f"has to be from 1 to the number of variants, {len(self.variants)}"

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
        """The runs in an order that the learner's code cannot foresee: a variant's name, None where the code is right,
        and the files that are put over the reference's.
        """
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
        return Job((), packed({**suite, **varied}), self._seconds_each(), environment=environment(run))

    def _seconds_each(self) -> float:
        return self.seconds / (self._right_runs + len(self.variants))

    def _fails_on_reference(self, ran: Ran, tip: Tip) -> Verdict:
        """Says neither what was printed nor the exit status: both are the suite's to choose, beside hidden code."""
        where = f"{shown(self.command)} at {quoted(tip.name)}"
        return ended_by_limit(self.command, ran, tip, self._seconds_each()) or failed(
            self.command,
            ran,
            tip,
            why=f"{where} does not pass on code that is right.",
            expected="tests that pass on each right version, each time",
            found="a failure",
        )

    def _scored(self, missed: list[str], tip: Tip) -> Verdict:
        number = len(self.variants)
        caught = number - len(missed)
        found = f"{caught:,} of {number:,} caught"
        if caught >= self.catches_at_least:
            return passed(
                f"The tests at {quoted(tip.name)} catch broken code: {found}.",
                at_tip(tip),
                looked_at=LookedAt(number, "broken version"),
            )
        names = listed(map(quoted, sorted(missed)), most=5)
        return needs_work(
            f"The tests at {quoted(tip.name)} still pass where the code is broken: {names}.",
            expected=f"tests that catch at least {count(self.catches_at_least, 'broken version')} of {number:,}",
            found=found,
            evidence=[at_tip(tip)],
        )


def _caught(ran: Ran) -> bool:
    """Whether a test failed. Who runs out of time has caught nothing, and who never fails neither."""
    return ran.why == "exit" and 0 < ran.exit < 5


def _varied(path: str, text: str) -> bytes:
    """The file with an ending of its own, so that its digest tells nothing."""
    return f"{text}\n# {token_hex(8)}\n".encode() if path.endswith(".py") else text.encode()
