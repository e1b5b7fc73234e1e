"""`dockerfile: {path: Dockerfile, not_root: true}` - a Dockerfile builds an image with this property.

A check asks one question; without one, it only requires that Docker can parse the file. `base_pinned`: tag (not latest)
or digest. `not_root: true`: the image does not run as root. `no_secrets: true`: no credential in ENV, ARG, COPY or
text; mounted secrets are fine. `dependencies_first: true`: dependencies are installed before the code is copied.
`dockerignore: true` (.git and .env) or a list of paths, excluded by `<path>.dockerignore` or by the `.dockerignore` in
its folder or the top folder. `exposes: 8000`: a port. `healthcheck: true`. `cmd: exec-form`. If only the base image can
answer a question, the check is not run, unless the image is a known one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from ..dockerfiles import questions, secrecy
from ..dockerfiles.layers import dependencies_first
from ..dockerfiles.reading import read_dockerfile
from ..findings import Answer, LookedAt
from ..parameters import MAIN_COMMIT, Count, FilePath, Revision
from ..words import quoted
from ._shared.base import Kind, Run, Verdict
from ._shared.meaning import Texts, question_problems, texts_or_answer, verdict_of, write_missing

_USUAL = FilePath("Dockerfile")
_STARTER = """FROM python:3.12-slim
WORKDIR /app
COPY . .
CMD ["python", "app.py"]
"""
_QUESTIONS = (
    "base_pinned",
    "not_root",
    "no_secrets",
    "dependencies_first",
    "dockerignore",
    "exposes",
    "healthcheck",
    "cmd",
)


@dataclass(frozen=True)
class DockerfileCheck(Kind):
    kind = "dockerfile"
    about = "the meaning of a file"

    path: FilePath = _USUAL
    at: Revision = MAIN_COMMIT
    base_pinned: questions.Pin | None = None
    not_root: Literal[True] | None = None
    no_secrets: Literal[True] | None = None
    dependencies_first: Literal[True] | None = None
    dockerignore: Literal[True] | tuple[FilePath, ...] | None = None
    exposes: Count | None = None
    healthcheck: Literal[True] | None = None
    cmd: Literal["exec-form"] | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        yield from question_problems(self, _QUESTIONS)

    def check(self, run: Run) -> Verdict:
        fill = write_missing(run, self.at, {self.path: _STARTER}, self._judged)
        found = texts_or_answer(run, self.path, self.at, *fill)
        if isinstance(found, Verdict):
            return found
        texts, _ = found
        return verdict_of(texts, self._judged(texts), ask=self._judged, hidden=secrecy.hidden_lines(texts))

    def _judged(self, texts: Texts) -> Answer:
        text = texts(self.path) or ""
        file = read_dockerfile(self.path, text)
        if file.faults:
            return Answer(file.faults)
        wanted = self.dockerignore if isinstance(self.dockerignore, tuple) else questions.USUAL_IGNORED
        ask: dict[str, Callable[[], Answer]] = {
            "base_pinned": lambda: questions.base_pinned(file, self.base_pinned or "tag"),
            "not_root": lambda: questions.not_root(file),
            "no_secrets": lambda: secrecy.no_secrets(file, text, texts.files(), texts),
            "dependencies_first": lambda: dependencies_first(file, texts.files()),
            "dockerignore": lambda: questions.ignored(self.path, texts, wanted),
            "exposes": lambda: questions.exposes(file, self.exposes or 0),
            "healthcheck": lambda: questions.healthcheck(file),
            "cmd": lambda: questions.exec_form(file),
        }
        name = next((name for name in _QUESTIONS if getattr(self, name) is not None), None)
        stages = LookedAt(len(file.stages), "stage", f"in {quoted(self.path)}")
        readable = Answer(holds=f"Docker can parse {quoted(self.path)}.", looked_at=stages)
        return ask[name]() if name else readable
