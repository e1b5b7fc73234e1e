"""The words of one command, split into assignments, wrappers and redirections."""

import re

from .script_trees import Command
from .shell import Token
from .wrappers import SHELLS, unwrap

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=.*", re.DOTALL)
_OUT = {">", ">>", ">|", "&>", "&>>", ">&"}
_READERS = {*SHELLS, "ssh", "sftp", "lftp", "ftp"}


def finish(command: Command, first: Token | None) -> list[str]:
    """Remove assignments and wrappers; return the words with the wrappers."""
    if first is not None:
        command.line = first.line
        command.text = re.sub(r"\\\n\s*", " ", command.text)
    while command.words and _ASSIGNMENT.fullmatch(command.words[0]):
        name, _, value = command.words.pop(0).partition("=")
        command.env[name] = value
    raw = command.words
    command.words = unwrap(raw)
    return raw


def pass_script(head: Command, command: Command) -> None:
    """Give a shell the script that it reads from a pipe, if it is visible."""
    if head.program in ("curl", "wget"):
        command.source = next((word for word in head.words if "//" in word), "")
    elif command.program in _READERS and head.program in ("echo", "printf", "cat") and not command.body:
        command.body = head.body or " ".join(word for word in head.words[1:] if not word.startswith("-"))


def redirect(command: Command, token: Token) -> None:
    if token.text in _OUT and token.descriptor in ("", "1") and not token.target.isdigit():
        command.into = token.target
    elif token.text == "<":
        command.source = token.target
    elif token.text.startswith("<<"):
        command.body = token.body
