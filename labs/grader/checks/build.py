"""`build: {imports: shop}` - the package builds, and its wheel alone can be imported.

It is built at the commit `at` by the backend that pyproject.toml names, without network and without installing what
that asks for: the backend has to be among the lab's `python: requirements`. `imports` is imported out of the wheel, in
`seconds` (default 20). A repository may bring a backend of its own, whose word is taken for it: where a grade hangs on
what the package does, use `tests`.
"""

from dataclasses import dataclass

from ..findings import LookedAt
from ..parameters import Module
from ..sandbox.inside import program
from ..words import quoted
from ._shared.base import Run, Verdict, at_tip, commit_or_answer, passed
from ._shared.code import CodeKind, ended_by_limit, failed, job_at, run_in
from ._shared.contents import file_or_answer
from .python_package import PythonPackageCheck

NOT_IMPORTED = 9  # see `inside.build_wheel`
_COMMAND = ("python", "-m", "build", "--wheel", "--no-isolation")


@dataclass(frozen=True, kw_only=True)
class BuildCheck(CodeKind):
    kind = "build"
    about = "running code"

    imports: Module

    def check(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        file = file_or_answer(run, "pyproject.toml", self.at)
        if isinstance(file, Verdict):  # its fix writes a whole package
            return PythonPackageCheck(at=self.at, imports=self.imports).check(run)
        ran = run_in(
            run, job_at(run, tip, self.seconds), ("python", "-c", program("build_wheel"), self.imports)
        )
        limit = ended_by_limit(_COMMAND, ran, tip, self.seconds)
        if limit:
            return limit
        if ran.exit == 0:
            return passed(
                f"The package at {quoted(tip.name)} builds, and {quoted(self.imports)} is in it.",
                at_tip(tip),
                looked_at=LookedAt(1, "package"),
            )
        built = ran.exit == NOT_IMPORTED
        return failed(
            _COMMAND,
            ran,
            tip,
            why=f"The package at {quoted(tip.name)} builds, but {quoted(self.imports)} cannot be imported from it."
            if built
            else f"The package at {quoted(tip.name)} does not build.",
            expected=f"a wheel from which {quoted(self.imports)} is imported",
            found="a wheel without it" if built else "no wheel",
        )
