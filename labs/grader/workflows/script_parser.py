"""Parser for shell scripts. A script that bash rejects is read as far as possible and marked as broken."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from .script_trees import (
    AndOr,
    Arithmetic,
    Block,
    Case,
    Command,
    For,
    Function,
    If,
    Node,
    Pipeline,
    Simple,
    Subshell,
    While,
    simple_parts,
)
from .shell import Token, tokens_of
from .simple_commands import finish, pass_script, redirect
from .wrappers import SHELLS, inner_script

MAX_NESTED = 5  # scripts within scripts: `$(…)`, `bash -c`
MAX_DEPTH = 40  # compound commands within each other
_NAME = re.compile(r"[A-Za-z_][\w:.-]*")
_COMPOUND = {"if", "while", "until", "for", "select", "case", "{"}
_ENDS = {"then", "else", "elif", "fi", "do", "done", "}", "esac"}
_IN_CASE = {";;", ";&", ";;&"}
_EXPANDED = re.compile(r"[$*?`{\[]")


@dataclass
class Script:
    """`broken` is True if bash would reject it or if it is nested too deeply."""

    body: Block
    broken: bool


@lru_cache(maxsize=64)
def parse_script(text: str) -> Script:
    parser = _Parser(text)
    return Script(parser.whole(), parser.state.broken)


class _State:
    """State shared by a script and the scripts in it."""

    def __init__(self) -> None:
        self.numbers = count()
        self.broken = False
        self.depth = 0


class _Parser:
    def __init__(self, text: str, state: _State | None = None, nested: int = 0, line: int | None = None):
        self.text = text
        self.tokens = [*tokens_of(text), Token("operator", "\n", 0, len(text), len(text))]
        self.at = 0
        self.state = state or _State()
        self.nested = nested
        self.line = line

    def whole(self) -> Block:
        return self._block(())

    # Tokens

    @property
    def _here(self) -> Token:
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def _is_over(self) -> bool:
        return self.at >= len(self.tokens) - 1

    def _sees(self, *operators: str) -> bool:
        return not self._is_over() and self._here.kind == "operator" and self._here.text in operators

    def _keyword(self) -> str:
        # the text of a word without quotes
        return (
            self._here.text if not self._is_over() and self._here.kind == "word" and self._here.bare else ""
        )

    def _skip_lines(self) -> None:
        while self._sees("\n"):
            self.at += 1

    def _need(self, text: str) -> None:
        if not self._is_over() and self._here.text == text:
            self.at += 1
        else:
            self.state.broken = True

    def _ends(self) -> str:
        # the text of a token that ends a list
        if self._sees(")", *_IN_CASE):
            return self._here.text
        return self._keyword() if self._keyword() in _ENDS else ""

    # Lists

    def _block(self, ends: Collection[str]) -> Block:
        # reads commands up to one of `ends`, which is not consumed
        items: list[tuple[Node, bool]] = []
        while not self._is_over():
            if self._sees("\n", ";"):
                self.at += 1
            elif end := self._ends():
                if end in ends:
                    return Block(items)
                self.state.broken = True
                self.at += 1
            else:
                node = self._and_or()
                items.append((node, self._sees("&")))
                self.at += self._sees("&")
        self.state.broken |= bool(ends)
        return Block(items)

    def _and_or(self) -> Node:
        parts = [("", self._pipeline())]
        while self._sees("&&", "||"):
            operator = self._here.text
            self.at += 1
            self._skip_lines()
            parts.append((operator, self._pipeline()))
        return AndOr(parts) if len(parts) > 1 else parts[0][1]

    def _pipeline(self) -> Node:
        negations = 0
        while self._keyword() in ("!", "time"):
            negations += self._keyword() == "!"
            timed = self._keyword() == "time"
            self.at += 1
            self.at += timed and self._keyword() == "-p"
        parts = [self._command()]
        while self._sees("|", "|&"):
            self.at += 1
            self._skip_lines()
            parts.append(self._command())
        self._connect(parts)
        return Pipeline(parts, negations) if len(parts) > 1 or negations else parts[0]

    def _connect(self, parts: list[Node]) -> None:
        heads = list(simple_parts(parts[0]))
        for part in parts[1:]:
            for one in list(simple_parts(part))[:1]:
                for head in heads:
                    head.command.pipe.append(one.command.words)
                    head.command.into = one.command.into or head.command.into
                if heads:
                    pass_script(heads[-1].command, one.command)
        for part in parts:
            if isinstance(part, Simple):
                self._attach(part)

    # Commands

    def _command(self) -> Node:
        if self.state.depth >= MAX_DEPTH:
            self.state.broken = True
            self.at += self._sees("(") or self._keyword() in _COMPOUND
            return self._simple()
        self.state.depth += 1
        node = self._compound()
        self.state.depth -= 1
        return self._simple() if node is None else self._redirected(node)

    def _compound(self) -> Node | None:
        if self._sees("("):
            following = self.tokens[self.at + 1]
            if following.text == "(" and following.start == self._here.end:
                return Arithmetic(self._in_brackets())
            self.at += 1
            body = self._block((")",))
            self._need(")")
            return Subshell(body)
        word = self._keyword()
        if word in _COMPOUND:
            self.at += 1
            return self._keyword_command(word)
        return self._function()

    def _keyword_command(self, word: str) -> Node:
        match word:
            case "if":
                return self._if()
            case "while" | "until":
                condition = self._block(("do",))
                return While(word == "until", condition, self._body())
            case "for" | "select":
                return self._for(word)
            case "case":
                return self._case()
        body = self._block(("}",))
        self._need("}")
        return body

    def _if(self) -> If:
        branches: list[tuple[Block, Block]] = []
        other = None
        while True:
            condition = self._block(("then",))
            self._need("then")
            branches.append((condition, self._block(("elif", "else", "fi"))))
            if self._keyword() != "elif":
                break
            self.at += 1
        if self._keyword() == "else":
            self.at += 1
            other = self._block(("fi",))
        self._need("fi")
        return If(branches, other)

    def _body(self) -> Block:
        self._need("do")
        body = self._block(("done",))
        self._need("done")
        return body

    def _for(self, word: str) -> For:
        inner: list[Block] = []
        if self._sees("("):
            variable, times = "", None
            self._in_brackets()
        else:
            variable, words = self._here.text, list[Token]()
            self.at += 1
            self._skip_lines()
            listed = self._keyword() == "in"
            while not self._is_over() and not self._sees(";", "\n"):
                words.append(self._here)
                inner += self._scripts(self._here)
                self.at += 1
            fixed = listed and word == "for" and not any(_EXPANDED.search(one.text) for one in words)
            times = len(words) - 1 if fixed else None
        while self._sees(";", "\n"):
            self.at += 1
        return For(variable, times, self._body(), inner=inner)

    def _case(self) -> Case:
        inner: list[Block] = []
        while not self._is_over() and self._keyword() != "in":
            inner += self._scripts(self._here)
            self.at += 1
        self._need("in")
        branches: list[Block] = []
        complete = False
        while True:
            while self._sees("\n", ";"):
                self.at += 1
            if self._is_over() or self._keyword() == "esac":
                break
            patterns = []
            while not self._is_over() and not self._sees(")"):
                patterns.append(self._here.text)
                self.at += 1
            complete |= "*" in patterns
            self._need(")")
            branches.append(self._block((*_IN_CASE, "esac")))
            self.at += self._sees(*_IN_CASE)
        self._need("esac")
        return Case(branches, complete, inner=inner)

    def _function(self) -> Node | None:
        # `name() { … }`, or None
        here = self.tokens[self.at : self.at + 4]
        texts = [token.text for token in here]
        named = self._keyword() == "function" and len(here) > 1 and here[1].kind == "word"
        brackets = texts[2:4] == ["(", ")"] if named else texts[1:3] == ["(", ")"]
        if not named and not (brackets and self._keyword()):
            return None
        name = texts[1] if named else texts[0]
        if not _NAME.fullmatch(name):
            return None
        self.at += named + 1 + 2 * brackets
        self._skip_lines()
        return Function(name, self._command())

    def _redirected(self, node: Node) -> Node:
        # the redirections after a compound command
        while not self._is_over() and self._here.kind == "redirection":
            node.inner += self._scripts(self._here)
            self.at += 1
        return node

    def _in_brackets(self) -> str:
        # the text of `(…)`, whose words are not commands
        start, depth = self._here.start, 0
        while not self._is_over():
            token = self._here
            self.at += 1
            depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "operator" else 0
            if depth == 0:
                return self.text[start : token.end]
        self.state.broken = True
        return self.text[start:]

    def _simple(self) -> Simple:
        command = Command([], self._here.line, number=next(self.state.numbers))
        inner: list[Block] = []
        first: Token | None = None
        before: Token | None = None
        while not self._is_over():
            token = self._here
            if token.kind == "operator":
                is_array = (
                    before and before.text.endswith("=") and token.text == "(" and token.start == before.end
                )
                if not is_array:
                    break
                self._in_brackets()
                continue
            self.at += 1
            first = first or token
            before = token
            inner += self._scripts(token)
            if token.kind == "redirection":
                redirect(command, token)
                continue
            command.words.append(token.text)
            if token.text == "[[" and len(command.words) == 1:
                self._test(command.words)
        if first is None:  # an operator where a command begins
            self.state.broken = True
            self.at += not self._sees("\n", ";", "&")
        end = self.tokens[self.at - 1].end if first else 0
        command.text = self.text[first.start : end] if first else ""
        raw = finish(command, first)
        command.line = command.line if self.line is None else self.line
        return Simple(command, raw, inner=inner)

    def _test(self, words: list[str]) -> None:
        # the words up to `]]`; `&&` and `(` in it are not operators of the script
        while not self._is_over() and not self._sees("\n"):
            words.append(self._here.text)
            self.at += 1
            if words[-1] == "]]":
                return

    # Scripts within the script

    def _scripts(self, token: Token) -> list[Block]:
        return [block for text, line in token.inner if (block := self._script(text, line)) is not None]

    def _script(self, text: str, line: int) -> Block | None:
        if self.nested >= MAX_NESTED:
            self.state.broken = True
            return None
        line = line if self.line is None else self.line
        return _Parser(text, self.state, self.nested + 1, line).whole()

    def _attach(self, simple: Simple) -> None:
        # the script that is passed to the command
        command = simple.command
        script = inner_script(command.words)
        options = all(word.startswith("-") for word in command.words[1:])
        if script is None and command.program in SHELLS and command.body and options:
            script = command.body
        if command.words[:1] == ["trap"] and len(command.words) > 2:
            script = command.words[1]
        if script is not None:
            simple.script = self._script(script, command.line)
