"""A script of `run` as commands: enough of bash to know which programs start, and where their output goes."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

MOST_JOINED = 40  # lines of one command
_EXPRESSION = re.compile(r"\$\{\{[^}]{0,500}\}\}")
_MARK = re.compile("\ue000(\\d+)\ue001")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_ENDS = {";", "&&", "||", "|", "|&", "&", "(", ")", ";;"}
_OUT = {">", ">>", ">|", "&>", "&>>"}
_KEYWORDS = {"if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "fi", "done", "time"}
_WRAPPERS = {
    **dict.fromkeys(("sudo", "env", "exec", "command", "nice", "nohup", "xvfb-run", "npx", "bunx", "uvx"), 1),
    **dict.fromkeys(("uv run", "poetry run", "pipenv run", "pdm run", "hatch run", "rye run", "pixi run"), 2),
    **dict.fromkeys(("pnpm exec", "bundle exec", "coverage run", "npm exec", "conda run"), 2),
}
_HARMLESS = {"true", ":", "echo", "printf"}
_PYTHON = re.compile(r"(?:.*/)?(?:python|pypy)(?:3(?:\.\d+)?)?|py")


@dataclass
class Command:
    """One command: its words without assignments and wrappers such as `sudo`, and its line in the script (from 0).

    `into` is the file that the output goes to, `pipe` the programs it goes through. `ignored` says that its failure
    does not fail the step.
    """

    words: list[str]
    line: int
    text: str
    into: str = ""
    pipe: list[list[str]] = field(default_factory=list)
    body: str = ""
    ignored: bool = False

    @property
    def program(self) -> str:
        return self.words[0].rsplit("/", 1)[-1] if self.words else ""


@lru_cache(maxsize=512)
def commands_of(script: str) -> tuple[Command, ...]:
    """The commands of a script in their order; comments and the bodies of here-documents are none."""
    expressions: list[str] = []

    def kept(match: re.Match[str]) -> str:
        expressions.append(match[0])
        return f"\ue000{len(expressions) - 1}\ue001"

    lines = _EXPRESSION.sub(kept, script).replace("\\\n", "\ue002").split("\n")
    return tuple(_restored(command, expressions) for command in _commands(lines))


def _restored(command: Command, expressions: list[str]) -> Command:
    def back(text: str) -> str:
        return _MARK.sub(lambda match: expressions[int(match[1])], text).replace("\ue002", " ")

    command.words = [back(word) for word in _bare(command.words)]
    command.pipe = [[back(word) for word in words] for words in command.pipe]
    command.text, command.into, command.body = map(back, (command.text, command.into, command.body))
    return command


def _commands(lines: list[str]) -> Iterator[Command]:
    at, number, forgiving = 0, 0, False
    while at < len(lines):
        tokens, taken = _tokens(lines[at : at + MOST_JOINED])
        text = "\n".join(lines[at : at + taken])
        body, skipped = _here_document(tokens, lines[at + taken :]) if "<<" in tokens[:-1] else ("", 0)
        for command in _split(tokens, number, text, body):
            forgiving = (command.words[:2] == ["set", "+e"]) or (
                forgiving and command.words[:2] != ["set", "-e"]
            )
            command.ignored |= forgiving
            yield command
        number += sum(1 + line.count("\ue002") for line in lines[at : at + taken + skipped])
        at += taken + skipped


def _tokens(lines: list[str]) -> tuple[list[str], int]:
    """The words of the first line, with those that an open quote takes in; how many lines they are."""
    for taken in range(1, len(lines) + 1):
        reader = shlex.shlex(
            "\n".join(lines[:taken]).replace("\ue002", " "), posix=True, punctuation_chars=True
        )
        reader.whitespace_split = True
        try:
            return list(reader), taken
        except ValueError:
            continue
    return lines[0].split(), 1


def _here_document(tokens: list[str], lines: list[str]) -> tuple[str, int]:
    end = tokens[tokens.index("<<") + 1].lstrip("-")
    for skipped, line in enumerate(lines, start=1):
        if line.strip() == end:
            return "\n".join(lines[: skipped - 1]), skipped
    return "\n".join(lines), len(lines)


def _split(tokens: list[str], number: int, text: str, body: str) -> list[Command]:
    found: list[Command] = []
    current, operator, piped = Command([], number, text, body=body), "", None
    for token in [*tokens, ";"]:
        if token not in _ENDS:
            current.words.append(token)
            continue
        _redirect(current)
        if current.words:
            if piped is not None:
                piped.pipe.append(current.words)
                piped.into = current.into or piped.into
            if operator == "||" and found and _is_harmless(current.words):
                found[-1].ignored = True
            found.append(current)
            head = piped or current
            piped = head if token in ("|", "|&") else None
        operator, current = token, Command([], number, text, body=body)
    return found


def _is_harmless(words: list[str]) -> bool:
    return words[0] in _HARMLESS or words[:2] == ["exit", "0"]


def _redirect(command: Command) -> None:
    words = command.words
    kept: list[str] = []
    at = 0
    while at < len(words):
        if words[at] in _OUT and at + 1 < len(words):
            if not (kept and kept[-1] == "2"):
                command.into = words[at + 1]
            at += 2
            continue
        kept.append(words[at])
        at += 1
    command.words = kept


def _bare(words: list[str]) -> list[str]:
    """Without keywords, assignments and what only starts another program; `python -m x` is `x`."""
    words = list(words)
    while words:
        head = " ".join(words[:2])
        if words[0] in _KEYWORDS or _ASSIGNMENT.fullmatch(words[0]):
            del words[0]
        elif words[0] == "timeout":
            del words[:2]
        elif len(words) > 1 and (head in _WRAPPERS or words[0] in _WRAPPERS):
            del words[: _WRAPPERS.get(head) or 1]
            while words and words[0].startswith("-"):
                del words[0]
        elif _PYTHON.fullmatch(words[0]) and (module := _module(words)):
            words = module
        else:
            return words
    return words


def _module(words: list[str]) -> list[str]:
    """The module or script that Python is started with."""
    for at, word in enumerate(words[1:], start=1):
        if word == "-m":
            return words[at + 1 :]
        if word == "-c":
            return []
        if not word.startswith("-") and words[at - 1] not in ("-W", "-X"):
            return words[at:]
    return []
