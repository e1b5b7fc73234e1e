"""`build: {imports: shop}` - the package builds, and the module can be imported from its wheel.

The package is built at the commit `at`, with the build backend of its pyproject.toml, without network access and
without installing build requirements: the backend must be among the lab's `python: requirements`. `imports` is
imported from the wheel. The time limit is `seconds` (default 20). A repository may contain its own backend, whose
result is trusted: use `tests` if the grade depends on what the package does.
"""

from dataclasses import dataclass

from ..findings import LookedAt
from ..parameters import Module
from ..sandbox.inside import program
from ..words import quoted
from ._shared.base import Run, Verdict, at_tip, passed, where
from ._shared.code import CodeKind, ended_by_limit, failed, job_at, run_in
from ._shared.contents import file_or_answer
from ._shared.named_refs import commit_or_answer
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
                f"The package {where(tip)} builds, and {quoted(self.imports)} can be imported from its wheel.",
                at_tip(tip),
                looked_at=LookedAt(1, "package"),
            )
        built = ran.exit == NOT_IMPORTED
        return failed(
            _COMMAND,
            ran,
            tip,
            why=f"The package {where(tip)} builds, but {quoted(self.imports)} cannot be imported from its wheel."
            if built
            else f"The package {where(tip)} does not build.",
            expected=f"a wheel from which {quoted(self.imports)} can be imported",
            found="a wheel from which it cannot be imported" if built else "no wheel",
        )
