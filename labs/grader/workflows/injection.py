"""Untrusted input, such as an issue title, that becomes part of a script."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..findings import Answer, Finding, Place, answer
from ..words import count, quoted
from .graph import Pipeline
from .model import Job, Step
from .templates import has_expression, read_template, split
from .tokens import ExpressionError
from .trees import Access, Call, Chain, Literal, Name, Tree, path_of

MAX_FOUND = 20
MAX_DEEP = 4  # variables that are built from variables
_SCRIPTS = {
    "actions/github-script": "script",
    "appleboy/ssh-action": "script",
    "azure/cli": "inlinescript",
    "azure/powershell": "inlinescript",
    "nick-fields/retry": "command",
    "nick-invision/retry": "command",
}
# Text controlled by anyone who can open an issue, fork the repository or comment.
_STRANGERS = """
github.head_ref
github.event.issue.title
github.event.issue.body
github.event.pull_request.title
github.event.pull_request.body
github.event.pull_request.head.ref
github.event.pull_request.head.label
github.event.pull_request.head.repo.default_branch
github.event.pull_request.head.repo.description
github.event.pull_request.head.repo.homepage
github.event.discussion.title
github.event.discussion.body
github.event.comment.body
github.event.review.body
github.event.review_comment.body
github.event.changes.title.from
github.event.changes.body.from
github.event.pages.*.page_name
github.event.pages.*.title
github.event.head_commit.message
github.event.head_commit.author.email
github.event.head_commit.author.name
github.event.head_commit.committer.email
github.event.head_commit.committer.name
github.event.commits.*.message
github.event.commits.*.author.email
github.event.commits.*.author.name
github.event.commits.*.committer.email
github.event.commits.*.committer.name
github.event.workflow_run.head_branch
github.event.workflow_run.display_title
github.event.workflow_run.head_commit.message
github.event.workflow_run.head_commit.author.email
github.event.workflow_run.head_commit.author.name
github.event.workflow_run.head_repository.description
github.event.workflow_run.pull_requests.*.head.ref
"""
_PATHS = [tuple(line.split(".")) for line in _STRANGERS.strip().split("\n")]
_YES_OR_NO = {"contains", "startswith", "endswith", "success", "failure", "always", "cancelled", "hashfiles"}


@dataclass(frozen=True)
class Source:
    """The origin of a text. `known` is False if the file does not show who controls it."""

    name: str
    known: bool = True


@dataclass(frozen=True)
class _Reader:
    env: Mapping[str, str]
    deep: int = 0

    def of_text(self, text: str) -> Iterator[Source]:
        """Yield the sources of a text with `${{ }}`."""
        try:
            tree = read_template(text).tree if has_expression(text) else None
        except ExpressionError:
            return
        if tree is not None:
            yield from self.of(tree)

    def of(self, tree: Tree) -> Iterator[Source]:
        """Yield the sources that can become part of an expression's value."""
        match tree:
            case Name() | Access():
                path = path_of(tree)
                yield from self._of_path(path) if path else self._inside(tree)
            case Chain("&&", operands):
                yield from self.of(operands[-1])  # an earlier operand is the result only if it is falsy
            case Chain("||", operands):
                for operand in operands:
                    yield from self.of(operand)
            case Call(name, arguments):
                yield from self._of_call(name.lower(), arguments)

    def _inside(self, tree: Tree) -> Iterator[Source]:
        # `fromJSON(…).title`, or a computed index
        while isinstance(tree, Access):
            if tree.index is not None and not isinstance(tree.index, Literal):
                yield Source(_text_of(tree), known=False)
            tree = tree.of
        yield from self.of(tree)

    def _of_call(self, name: str, arguments: tuple[Tree, ...]) -> Iterator[Source]:
        if name in _YES_OR_NO:
            return
        if name == "case":
            arguments = (*arguments[1:-1:2], arguments[-1])
        for argument in arguments:
            yield from self.of(argument)
            path = path_of(argument) if name in ("tojson", "join") else ""
            if path and any(_is_in(path.split("."), one) for one in _PATHS):
                yield Source(f"toJSON({path})" if name == "tojson" else path)

    def _of_path(self, text: str) -> Iterator[Source]:
        path = text.split(".")
        if any(_fits(path, one) for one in _PATHS):
            yield Source(text)
        elif path[0] == "env" and len(path) == 2:
            value = next((value for name, value in self.env.items() if name.lower() == path[1]), "")
            if self.deep < MAX_DEEP:
                yield from _Reader(self.env, self.deep + 1).of_text(value)
        elif path[0] in ("steps", "needs") and path[2:3] in (["outputs"], ["*"]):
            yield Source(text, known=False)


def _text_of(tree: Tree) -> str:
    while isinstance(tree, Access):
        if path := path_of(tree):
            return f"{path}[…]"
        tree = tree.of
    return f"{tree.name}[…]" if isinstance(tree, Name) else "[…]"


def _fits(path: list[str], stranger: tuple[str, ...]) -> bool:
    return len(path) == len(stranger) and _agree(path, stranger)


def _is_in(path: list[str], stranger: tuple[str, ...]) -> bool:
    # the path leads to an object that contains untrusted input
    return len(path) < len(stranger) and _agree(path, stranger)


def _agree(path: list[str], stranger: tuple[str, ...]) -> bool:
    return all(one == other or "*" in (one, other) for one, other in zip(path, stranger, strict=False))


def no_injection(pipeline: Pipeline) -> Answer:
    """No untrusted input, such as a pull request title, becomes part of a script."""
    steps = pipeline.steps
    found = [one for job, step in steps for one in _sources(job, step)]
    if not any(source.known for *_, source in found) and found:
        job, step, _, source = found[0]
        says = f"{quoted(source.name)} in the script of {step.said} in job {quoted(job.id)}"
        return Answer(unknown=f"who controls {says}: the file does not show where it comes from")
    findings = [_finding(job, step, line, source.name) for job, step, line, source in found if source.known]
    words = f"{count(len(steps), 'step')} checked: no script inserts untrusted input."
    return answer(findings[:MAX_FOUND], words, looked_at=pipeline.looked_at_steps)


def _sources(job: Job, step: Step) -> Iterator[tuple[Job, Step, int, Source]]:
    wanted = _SCRIPTS.get(step.action, "")
    given = next((text for name, text in step.inputs.items() if name.lower() == wanted), "")
    script, at = step.run or given, 0
    reader = _Reader({**job.env, **step.env})
    try:
        pieces = list(split(script))
    except ExpressionError:
        return
    for piece, is_expression in pieces:
        if is_expression:
            line = step.script_line + (0 if step.folded else script.count("\n", 0, at))
            for source in dict.fromkeys(reader.of_text(f"${{{{{piece}}}}}")):
                yield job, step, line, source
        at += len(piece) + 5 * is_expression


def _finding(job: Job, step: Step, line: int, name: str) -> Finding:
    return Finding(
        Place(step.place.path, line),
        f"The script of {step.said} in job {quoted(job.id)} inserts {quoted(name)}. Anyone can put a command such as "
        "`$(curl …)` into it, and the shell would run it.",
        "the value in an environment variable that the script quotes",
        quoted(f"${{{{ {name} }}}}"),
        ("        env:", f"          TEXT: ${{{{ {name} }}}}", '        run: echo "$TEXT"'),
        job=job.id,
    )
