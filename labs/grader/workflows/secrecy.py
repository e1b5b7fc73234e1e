"""Secrets that a workflow prints, and credentials in its text."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from ..findings import Answer, Finding, Place, answer
from ..formats.secrets import find_secrets
from ..words import count, quoted
from .commands import Command, commands_of
from .graph import Pipeline
from .model import Job, Step, Workflow
from .stages import line_of

MAX_FOUND = 20
_SECRET = re.compile(r"\$\{\{[^}]{0,300}\bsecrets\s*[.\[]\s*'?(\w+)", re.IGNORECASE)
_ALL_SECRETS = re.compile(r"toJSON\(\s*secrets\s*\)", re.IGNORECASE)
_PRINTS = {"echo", "printf", "cat", "tee", "print", "Write-Host", "Write-Output"}
_SHOWS = {
    "tee",
    "cat",
    "base64",
    "rev",
    "sed",
    "tr",
    "xxd",
    "od",
    "hexdump",
    "head",
    "tail",
    "cut",
    "fold",
    "awk",
    "grep",
}
_SHOWN_FILES = re.compile(r"/dev/std(?:out|err)|/dev/tty|.*GITHUB_STEP_SUMMARY.*")
_DUMPS = (["env"], ["printenv"], ["export", "-p"], ["set"], ["declare", "-p"], ["declare", "-x"])
_TRACED = re.compile(r"^\s*set\s+(?:-\w*x\w*|-o\s+xtrace)\b", re.MULTILINE)
_LITERAL = re.compile(r"^\s*(?:-\s+)?[\"']?([\w-]+)[\"']?:\s*[\"']?([^\s\"'#]{1,500})")


def none_shown(pipeline: Pipeline) -> Answer:
    """No secret is printed, and the text contains no credential."""
    steps = pipeline.steps
    findings = [*_literals(pipeline.workflow), *(one for job, step in steps for one in _shown(job, step))]
    words = f"{count(len(steps), 'step')} checked: none is known to print a secret. No credential was found."
    return answer(findings[:MAX_FOUND], words, looked_at=pipeline.looked_at_steps)


@lru_cache(maxsize=8)
def literal_lines(lines: tuple[str, ...]) -> dict[int, str]:
    """Return the lines (from 1) with a credential and its kind."""
    text = "\n".join(lines)
    found = {
        text.count("\n", 0, one.start) + 1: one.rule.name for one in islice(find_secrets(text), MAX_FOUND)
    }
    for number, line in enumerate(lines, start=1):
        match = _LITERAL.match(line)
        if match and "${{" not in line and number not in found:
            setting = f"{match[1].replace('-', '_')}={match[2]}"
            for one in islice(find_secrets(setting, settings=True), 1):
                found[number] = one.rule.name
    return found


def _literals(workflow: Workflow) -> Iterator[Finding]:
    for line, name in literal_lines(workflow.lines).items():
        yield Finding(
            Place(workflow.path, line),
            f"{name[0].upper()}{name[1:]} is in the file. The value is not shown here. Revoke it and create a new one, "
            "because every clone contains it.",
            "a repository secret, read as `${{ secrets.NAME }}`",
            name,
            ("env:", "  NAME: ${{ secrets.NAME }}"),
            hidden=True,
        )


def _shown(job: Job, step: Step) -> Iterator[Finding]:
    names = _secret_names({**job.env, **step.env})
    if any(_ALL_SECRETS.search(text) for text in (step.run, *step.env.values(), *step.inputs.values())):
        yield _finding(
            job, step, step.place.line, "reads all secrets with `toJSON(secrets)`", "toJSON(secrets)"
        )
    if (names or _SECRET.search(step.run)) and (_TRACED.search(step.run) or re.search(r"-\w*x", step.shell)):
        uses = any(_name_in(command, names) for command in commands_of(step.run))
        if uses:
            yield _finding(
                job,
                step,
                step.script_line,
                "prints each command with its secret, because of `set -x`",
                "set -x",
            )
    for command in commands_of(step.run):
        line = line_of(step, command)
        name = _name_in(command, names)
        if name and _prints(command):
            yield _finding(job, step, line, f"prints the secret {quoted(name)}", command.program)
        elif names and command.words in _DUMPS and not command.into:
            yield _finding(
                job, step, line, "prints all environment variables, including a secret", command.program
            )


def _finding(job: Job, step: Step, line: int, what: str, found: str) -> Finding:
    return Finding(
        Place(step.place.path, line),
        f"{step.said.capitalize() if step.said[0] == 's' else step.said} of job {quoted(job.id)} {what}. GitHub masks "
        "a secret in the log only if it is printed unchanged.",
        "a secret passed to a program, not printed to the log",
        quoted(found),
        job=job.id,
    )


def _secret_names(env: dict[str, str]) -> dict[str, str]:
    # variables that hold a secret, with the name of the secret
    return {name: found[1] for name, text in env.items() if (found := _SECRET.search(text))}


def _name_in(command: Command, names: dict[str, str]) -> str | None:
    text = " ".join([*command.words, command.body])
    if found := _SECRET.search(text):
        return found[1]
    for name, secret in names.items():
        if re.search(rf"\$\{{?{re.escape(name)}\b|\$env:{re.escape(name)}\b|env\.{re.escape(name)}\b", text):
            return secret
        if command.program in ("printenv", "python", "python3", "node") and re.search(
            rf"\b{re.escape(name)}\b", text
        ):
            return secret
    return None


def _prints(command: Command) -> bool:
    if command.into and not _SHOWN_FILES.fullmatch(command.into):
        return False
    if command.pipe:
        return command.program in _PRINTS and command.pipe[-1][0] in _SHOWS
    if command.program in ("python", "python3", "node"):
        return bool(re.search(r"print\(|console\.log|stdout", command.text))
    return command.program in _PRINTS or command.program == "printenv"
