"""Target 9: `git push` to the practice remote until the terminal shows the verdict, compared with the same push to a
bare repository at `git http-backend` behind the same web server.
"""

import time
from pathlib import Path

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.repositories import SMALL, Size, copied
from benchmarks.site import Site
from labs.addresses import practice_address
from labs.tokens import new_token
from tests.factories import make_lab
from tests.labs.git_client import Clone


def clone_of(size: Size, folder: Path, address: str) -> Clone:
    """A working tree with the repository's branches and tags, whose remote is `address`."""
    clone = Clone(folder, address)
    both = ("refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*")
    start = copied(size, folder.with_suffix(".git"))
    clone.git("fetch", "--quiet", "--update-head-ok", str(start), *both)
    clone.git("reset", "--hard", "--quiet")
    return clone


class Push(Benchmark):
    target, work, unit = 9, "git push with its verdict", "s"
    goals = (Goal("difference", at_most=1.0),)

    def __init__(self, site: Site) -> None:
        host, lab = site.push_host, make_lab(site.lesson.course, source=SMALL.lab)
        _ = site.grading
        name = f"plain-{self.target}"  # other benchmarks in the same run push too
        copied(SMALL, host.root / f"{name}.git")
        own = practice_address(lab, new_token(user=site.learner.user))
        self.plain = clone_of(SMALL, site.folder / name, f"{host.address}/{name}.git")
        self.ours = clone_of(SMALL, site.folder / f"ours-{self.target}", own)

    def limit(self) -> float:
        return self._pushed(self.plain, "")

    def product(self) -> float:
        return self._pushed(self.ours, "passed")

    def _pushed(self, clone: Clone, verdict: str) -> float:
        """Return the seconds of a push with one more commit. Raises RuntimeError if it fails or shows no verdict."""
        clone.commit("Write down what was measured", content=str(time.time()).encode())
        started = time.perf_counter()
        code, said = clone.push("main", "feature/pipeline", "v1.0.0")
        took = time.perf_counter() - started
        if code or verdict not in said.lower():
            raise RuntimeError(f"the push ended with {code} and said: {said}")
        return took
