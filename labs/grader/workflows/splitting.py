"""A script split at its operators and keywords into simple commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .shell import Token, tokens_of
from .wrappers import SHELLS, unwrapped

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=.*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][\w:.-]*")
_OUT = {">", ">>", ">|", "&>", "&>>", ">&"}
_CONDITIONS = {"if", "while", "until", "elif"}
_OPENING = {"if", "while", "until", "{", "for", "select", "case"}
_CLOSING = {"fi", "done", "}", "esac"}
_KEYWORDS = {*_CONDITIONS, *_OPENING, *_CLOSING, "then", "else", "do", "!", "time"}
_HEADS = {"for", "select", "case"}
_HARMLESS = {"true", ":", "echo", "printf"}
_READERS = {*SHELLS, "ssh", "sftp", "lftp", "ftp"}
_IN_CASE = {";;", ";&", ";;&"}


@dataclass
class Command:
    """One command: its words without assignments and wrappers such as `sudo`, and its line in the script (from 0).

    `into` is the file that the output goes to, `source` the one that the input comes from, `pipe` the programs that the
    output goes through, `body` a here-document. `ignored` says that its failure does not fail the step. `env` are the
    assignments before it.
    """

    words: list[str]
    line: int
    text: str = ""
    into: str = ""
    source: str = ""
    pipe: list[list[str]] = field(default_factory=list)
    body: str = ""
    ignored: bool = False
    env: dict[str, str] = field(default_factory=dict)

    @property
    def program(self) -> str:
        return self.words[0].rsplit("/", 1)[-1] if self.words else ""


@dataclass
class Part:
    """A command with the scripts of its `$(…)` and their lines.

    `condition` is set between `if` and `then`, `alone` for one that is always reached. A `function` has its text in
    `body`.
    """

    command: Command
    inner: list[tuple[str, int]] = field(default_factory=list)
    condition: bool = False
    alone: bool = False
    function: str = ""
    body: str = ""


def split(script: str) -> Iterator[Part]:
    return _Splitter(script).parts()


class _Splitter:
    def __init__(self, script: str) -> None:
        self.script = script
        self.tokens = [*tokens_of(script), Token("operator", "\n", 0, len(script), len(script))]
        self.at = self.depth = self.cases = 0
        self.condition = self.pattern = self.unclosed = False

    def parts(self) -> Iterator[Part]:
        before, last, head = "\n", None, None
        while self.at < len(self.tokens):
            if self.pattern:
                self._skip_pattern()
            if function := self._function():
                yield function
                continue
            part = self._part()
            command, operator = part.command, self.tokens[self.at - 1].text
            self.depth += {"(": 1, ")": -1}.get(operator, 0)
            self.pattern |= operator in _IN_CASE and self.cases > 0
            if not command.words and not part.inner:
                before = operator if operator != "\n" or before not in ("&&", "||", "|", "|&") else before
                continue
            part.alone = self.depth <= 0 and before in (";", "\n") and operator in (";", "\n")
            command.ignored |= operator == "&"
            if before in ("|", "|&") and head is not None:
                head.pipe.append(command.words)
                head.into = command.into or head.into
                _hand_on(head, command)
            else:
                head = command
            if before == "||" and last is not None and _is_harmless(command.words):
                last.ignored = True
            last, before = command, operator
            yield part

    def _skip_pattern(self) -> None:
        """`a | b)` of `case`."""
        self.pattern = False
        while self.tokens[self.at].text == "\n" and self.at < len(self.tokens) - 1:
            self.at += 1
        if self.tokens[self.at].text == "esac":
            return
        for at in range(self.at, len(self.tokens)):
            if self.tokens[at].text == ")":
                self.at = at + 1
                return

    def _function(self) -> Part | None:
        """`name() { … }` up to the brace that closes it."""
        here = self.tokens[self.at : self.at + 6]
        texts = [token.text for token in here]
        if not texts or here[0].kind != "word":
            return None
        name = texts.pop(0)
        if name == "function" and texts:
            name = texts.pop(0)
        elif texts[:2] != ["(", ")"]:
            return None
        if "{" not in texts or not _NAME.fullmatch(name) or self.unclosed:
            return None
        opened = self.at + len(here) - len(texts) + texts.index("{")
        depth = 0
        for end in range(opened, len(self.tokens)):
            token = self.tokens[end]
            depth += {"{": 1, "}": -1}.get(token.text, 0) if token.kind == "word" else 0
            if depth == 0:
                self.at = end + 1
                body = self.script[self.tokens[opened].end : token.start]
                return Part(Command([], here[0].line), function=name, body=body)
        self.unclosed = True
        return None

    def _part(self) -> Part:
        """The words up to the next operator; the keywords in front of them are taken away."""
        command = Command([], self.tokens[self.at].line)
        part = Part(command)
        first: Token | None = None
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token.kind == "operator":
                break
            part.inner.extend(token.inner)
            if first is None and token.bare and token.text in _KEYWORDS:
                self._keyword(token.text, command)
                if token.text in _HEADS:
                    self._head(token.text, part)
                    break
                continue
            first = first or token
            if token.kind == "redirection":
                _redirect(command, token)
            else:
                command.words.append(token.text)
                if token.text == "[[" and len(command.words) == 1:
                    command.words.extend(self._test())
            command.text = self.script[first.start : self.tokens[self.at - 1].end]
        part.condition = self.condition
        _finish(command, first)
        return part

    def _keyword(self, word: str, command: Command) -> None:
        self.depth += (word in _OPENING) - (word in _CLOSING)
        if word in _CONDITIONS:
            self.condition = True
        elif word in ("then", "do", "else", "fi", "done"):
            self.condition = False
        elif word == "!":
            command.ignored = True
        elif word == "esac":
            self.cases = max(0, self.cases - 1)

    def _head(self, keyword: str, part: Part) -> None:
        """`for x in a b` up to its end, `case x in` up to its first pattern."""
        while self.at < len(self.tokens) - 1:
            token = self.tokens[self.at]
            self.at += 1
            part.inner.extend(token.inner)
            if keyword == "case" and token.text == "in":
                self.cases += 1
                self.pattern = True
                return
            if token.kind == "operator" and token.text in (";", "\n"):
                return
        self.at = len(self.tokens)

    def _test(self) -> Iterator[str]:
        """The words up to `]]`, between which `&&` and `(` are no operators of the script."""
        while self.at < len(self.tokens) - 1 and self.tokens[self.at].text != "\n":
            token = self.tokens[self.at]
            self.at += 1
            yield token.text
            if token.text == "]]":
                return


def _finish(command: Command, first: Token | None) -> None:
    if first is not None:
        command.line = first.line
        command.text = re.sub(r"\\\n\s*", " ", command.text)
    while command.words and _ASSIGNMENT.fullmatch(command.words[0]):
        name, _, value = command.words.pop(0).partition("=")
        command.env[name] = value
    command.words = unwrapped(command.words)


def _hand_on(head: Command, command: Command) -> None:
    """What a shell reads from a pipe is a script, if it can be seen."""
    if head.program in ("curl", "wget"):
        command.source = next((word for word in head.words if "//" in word), "")
    elif command.program in _READERS and head.program in ("echo", "printf", "cat") and not command.body:
        command.body = head.body or " ".join(word for word in head.words[1:] if not word.startswith("-"))


def _is_harmless(words: list[str]) -> bool:
    return words[:1] != [] and (words[0] in _HARMLESS or words[:2] == ["exit", "0"])


def _redirect(command: Command, token: Token) -> None:
    if token.text in _OUT and token.descriptor in ("", "1") and not token.target.isdigit():
        command.into = token.target
    elif token.text == "<":
        command.source = token.target
    elif token.text.startswith("<<"):
        command.body = token.body
