"""`python_package: {at: main, path: ., tests_found: true}` - a Python project has this property.

`path` is the folder of its pyproject.toml. A check asks one question; without one, it requires that pyproject.toml is
valid (build system, name, version, requires-python, dependencies, the files named by readme and license) and that its
wheel contains a module to import. `imports` names that module. The rules of the build backend are applied without
running it. `tests_found: true`: there are test files with test functions. `versions_pinned`: exact, hash or upper (an
upper bound), in requirements*.txt and the files that they include, else by a lock file, else in pyproject.toml,
Pipfile, environment.yml, setup.cfg and setup.py. Extras count only if there are no other dependencies.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..findings import Answer
from ..git.repository import Tip
from ..parameters import MAIN_COMMIT, FilePath, Revision
from ..python_packages.layout import package_found, tests_found
from ..python_packages.locks import LOCKS
from ..python_packages.pins import Pin, pinned
from ..python_packages.project import Project, read_project
from ..python_packages.project_faults import faults
from ..python_packages.requirements import Read
from ..python_packages.setup_files import read_setup
from ..words import quoted
from ._shared.base import Kind, Run, Verdict, not_known
from ._shared.contents import as_text
from ._shared.meaning import Texts, question_problems, texts_or_answer, verdict_of, write_missing
from ._shared.named_refs import commit_or_answer

_STARTER = """[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "{}"
version = "0.1.0"
requires-python = ">=3.11"
"""


@dataclass(frozen=True)
class PythonPackageCheck(Kind):
    kind = "python_package"
    about = "the meaning of a file"

    path: str = "."
    at: Revision = MAIN_COMMIT
    imports: str | None = None
    tests_found: Literal[True] | None = None
    versions_pinned: Pin | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.path.startswith(("/", "..")) or "/.." in self.path:
            yield "path", "expected a folder inside the repository"
        yield from question_problems(self, ("imports", "tests_found", "versions_pinned"))

    def check(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        if isinstance(tip, Verdict):
            return tip
        texts = Texts(run, tip)
        folder = posixpath.normpath(self.path).removeprefix(".")
        if self.tests_found:
            answer = self._judged(texts)
            elsewhere = _tests_elsewhere(run, tip, folder) if answer.findings else None
            if elsewhere:
                return not_known(
                    f"whether there are tests, because {quoted(elsewhere)} is a submodule, whose files are not read"
                )
            return verdict_of(texts, answer, ask=self._judged)
        path = posixpath.join(folder, "pyproject.toml")
        name = self.imports or "app"
        package = posixpath.join(folder, "src", name.replace(".", "/"), "__init__.py")
        fill = write_missing(run, self.at, {path: _STARTER.format(name), package: ""}, self._judged)
        found = texts_or_answer(run, FilePath(path), self.at, *fill)
        # a project may have only requirements.txt
        if isinstance(found, Verdict) and not self.versions_pinned:
            return found
        return verdict_of(texts, self._judged(texts), ask=self._judged)

    def _judged(self, texts: Texts) -> Answer:
        folder, files = posixpath.normpath(self.path).removeprefix("."), texts.files()
        if self.tests_found:
            return tests_found(folder, sorted(files), texts)
        path = posixpath.join(folder, "pyproject.toml")
        text = texts(path)
        if text is None and self.versions_pinned:
            return pinned(Project(path, "", {}, files), self.versions_pinned, _reader(texts))
        project, broken = read_project(path, text or "", frozenset(files))
        if broken:
            return Answer(tuple(broken))
        if self.versions_pinned:
            return pinned(project, self.versions_pinned, _reader(texts))
        setup = read_setup(project, texts)
        wrong = faults(
            project, next(iter(setup.paths), "") if "name" in {*setup.values, *setup.unknown} else ""
        )
        return Answer(tuple(wrong)) if wrong else package_found(project, texts, self.imports)


def _reader(texts: Texts) -> Read:
    # reads lock files up to the limit of the repository, not that of `texts`
    def read(path: str) -> str | None:
        if posixpath.basename(path) not in LOCKS or path in texts.changed:
            return texts(path)
        entry = texts.run.repository.files(texts.tip).get(path.encode("utf-8", "surrogateescape"))
        content = texts.run.repository.content(entry.id) if entry and entry.is_file else None
        return None if content is None else as_text(content)

    return read


def _tests_elsewhere(run: Run, tip: Tip, folder: str) -> str | None:
    files = run.repository.files(tip)
    places = (posixpath.join(folder, name) for name in ("tests", "test"))
    return next((place for place in places if (it := files.get(place.encode())) and it.is_submodule), None)
