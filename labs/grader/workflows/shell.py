"""Tokens of a shell script, as bash reads them: words, operators and redirections."""

import re
from dataclasses import dataclass, field

_PLAIN = re.compile(r"[^ \t\r\n\\'\"`$;&|()<>]+")
_BLANK = re.compile(r"(?:[ \t\r]|\\\n)+")
_REDIRECTION = re.compile(r"(\d*)(&>>|&>|<<<|<<-|<<|<>|<&|>&|>>|>\||[<>])(?!\()")
_OPERATOR = re.compile(r";;&|;;|;&|&&|\|\||\|&|[;&|()\n]")
_QUOTED = re.compile(r'[^"\\`$]+')
_IN_BRACKETS = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|[()]", re.DOTALL)


@dataclass
class Token:
    """`kind` is word, operator or redirection. `start` and `end` are offsets, `line` counts from 0.

    A word has its text without quotes, `bare` if nothing in it was quoted, and the scripts of its `$(…)`. A redirection
    has its operator as text, the file in `target` and the text of a here-document in `body`.
    """

    kind: str
    text: str
    line: int
    start: int
    end: int
    bare: bool = False
    inner: list[tuple[str, int]] = field(default_factory=list)
    descriptor: str = ""
    target: str = ""
    body: str = ""


def tokens_of(script: str) -> list[Token]:
    return _Lexer(script).read()


class _Lexer:
    def __init__(self, script: str) -> None:
        self.script = script
        self.at = self.line = self.counted = 0
        self.tokens: list[Token] = []
        self.waiting: list[tuple[Token, str, bool]] = []  # here-documents whose text begins at the next line
        self.unclosed: set[str] = set()  # brackets that never close are looked for once

    def read(self) -> list[Token]:
        while self.at < len(self.script):
            if blank := _BLANK.match(self.script, self.at):
                self.at = blank.end()
            elif self.script[self.at] == "#":
                end = self.script.find("\n", self.at)
                self.at = len(self.script) if end < 0 else end
            elif found := _REDIRECTION.match(self.script, self.at):
                self._redirection(found)
            elif found := _OPERATOR.match(self.script, self.at):
                self._operator(found)
            else:
                self.tokens.append(self._word())
        return self.tokens

    def _line(self) -> int:
        self.line += self.script.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line

    def _operator(self, found: re.Match[str]) -> None:
        self.tokens.append(Token("operator", found[0], self._line(), self.at, found.end()))
        self.at = found.end()
        if found[0] == "\n":
            for token, end, indented in self.waiting:
                token.body = self._here_document(end, indented)
            self.waiting.clear()

    def _redirection(self, found: re.Match[str]) -> None:
        token = Token("redirection", found[2], self._line(), self.at, found.end(), descriptor=found[1])
        self.at = found.end()
        if blank := _BLANK.match(self.script, self.at):
            self.at = blank.end()
        if self.at < len(self.script) and not _OPERATOR.match(self.script, self.at):
            word = self._word()
            token.target, token.inner, token.end = word.text, word.inner, word.end
        self.tokens.append(token)
        if found[2] in ("<<", "<<-"):
            self.waiting.append((token, token.target, found[2] == "<<-"))
        elif found[2] == "<<<":
            token.body = token.target

    def _here_document(self, end: str, indented: bool) -> str:
        start = at = self.at
        while at < len(self.script):
            stop = self.script.find("\n", at)
            stop = len(self.script) if stop < 0 else stop
            line = self.script[at:stop]
            if (line.lstrip("\t") if indented else line).rstrip() == end:
                self.at = min(stop + 1, len(self.script))
                return self.script[start:at].removesuffix("\n")
            at = stop + 1
        self.at = len(self.script)
        return self.script[start:]

    def _word(self) -> Token:
        token = Token("word", "", self._line(), self.at, self.at, bare=True)
        parts: list[str] = []
        while self.at < len(self.script):
            if plain := _PLAIN.match(self.script, self.at):
                parts.append(plain[0])
                self.at = plain.end()
                continue
            character = self.script[self.at]
            if character in " \t\r\n;&|()" or (character in "<>" and not self._opens()):
                break
            parts.append(self._piece(token, character))
        token.text, token.end = "".join(parts), self.at
        return token

    def _opens(self) -> bool:
        # a process substitution
        return self.script.startswith(("<(", ">("), self.at)

    def _piece(self, token: Token, character: str) -> str:
        if character == "\\":
            taken = self.script[self.at + 1 : self.at + 2]
            self.at += 2
            token.bare = False
            return "" if taken == "\n" else taken
        if character == "'":
            return self._single(token)
        if character == '"':
            return self._double(token)
        if character in "<>":
            self.at += 1
            return character + self._substitution(token)
        if character == "$":
            return self._dollar(token)
        if character == "`":
            return self._backticks(token)
        self.at += 1
        return character

    def _single(self, token: Token) -> str:
        token.bare = False
        end = self.script.find("'", self.at + 1)
        if end < 0:
            return self._rest_of_line()
        text = self.script[self.at + 1 : end]
        self.at = end + 1
        return text

    def _rest_of_line(self) -> str:
        end = self.script.find("\n", self.at)
        start, self.at = self.at + 1, len(self.script) if end < 0 else end
        return self.script[start : self.at]

    def _double(self, token: Token) -> str:
        token.bare = False
        if '"' in self.unclosed:
            return self._rest_of_line()
        begin, inner = (self.at, self.line, self.counted), len(token.inner)
        parts: list[str] = []
        self.at += 1
        while self.at < len(self.script):
            character = self.script[self.at]
            if plain := _QUOTED.match(self.script, self.at):
                parts.append(plain[0])
                self.at = plain.end()
            elif character == '"':
                self.at += 1
                return "".join(parts)
            elif character == "\\":
                taken = self.script[self.at + 1 : self.at + 2]
                parts.append("" if taken == "\n" else taken if taken in '"\\$`' else "\\" + taken)
                self.at += 2
            else:
                parts.append(self._dollar(token) if character == "$" else self._backticks(token))
        self.at, self.line, self.counted = begin
        self.unclosed.add('"')
        del token.inner[inner:]
        return self._rest_of_line()

    def _dollar(self, token: Token) -> str:
        for opening, closing in (("${{", "}}"), ("${", "}")):
            if self.script.startswith(opening, self.at) and opening not in self.unclosed:
                end = self.script.find(closing, self.at)
                if end >= 0:
                    start, self.at = self.at, end + len(closing)
                    return self.script[start : self.at]
                self.unclosed.add(opening)
        self.at += 1
        return "$" + (self._substitution(token) if self.script.startswith("(", self.at) else "")

    def _substitution(self, token: Token) -> str:
        # from `(` to its `)`, with a script in between
        end = self._closing() if "(" not in self.unclosed else -1
        if end < 0:
            self.unclosed.add("(")
            self.at += 1
            return "("
        start = self.at
        if not self.script.startswith("((", start):
            token.inner.append((self.script[start + 1 : end], self._line()))
        self.at = end + 1
        return self.script[start : self.at]

    def _closing(self) -> int:
        depth = 0
        for found in _IN_BRACKETS.finditer(self.script, self.at):
            depth += {"(": 1, ")": -1}.get(found[0], 0)
            if depth == 0:
                return found.start()
        return -1

    def _backticks(self, token: Token) -> str:
        end = self.script.find("`", self.at + 1)
        if end < 0:
            self.at += 1
            return "`"
        start = self.at
        token.inner.append((self.script[start + 1 : end], self._line()))
        self.at = end + 1
        return self.script[start : self.at]
