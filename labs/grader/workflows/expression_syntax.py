"""Parser for GitHub's expressions. Rejects exactly what GitHub's own parser rejects."""

from collections.abc import Callable
from functools import lru_cache

from ..words import count, either, nearest, quoted
from .format_strings import format_pieces
from .tokens import ExpressionError, Token, tokens_of
from .trees import Access, Call, Chain, Comparison, Literal, Name, Not, Tree

MAX_CHARACTERS = 21_000
MAX_DEPTH = 50
MAX_ARGUMENTS = 255
# The fewest and the most arguments; those of the second group only where a key allows them.
FUNCTIONS = {
    "contains": (2, 2),
    "startsWith": (2, 2),
    "endsWith": (2, 2),
    "format": (1, MAX_ARGUMENTS),
    "join": (1, 2),
    "toJSON": (1, 1),
    "fromJSON": (1, 1),
    "case": (3, MAX_ARGUMENTS),
}
GUARDED = {
    "always": (0, 0),
    "cancelled": (0, 0),
    "success": (0, MAX_ARGUMENTS),
    "failure": (0, MAX_ARGUMENTS),
    "hashFiles": (1, MAX_ARGUMENTS),
}
CONTEXTS = (
    "github",
    "inputs",
    "vars",
    "needs",
    "strategy",
    "matrix",
    "secrets",
    "steps",
    "job",
    "runner",
    "env",
    "jobs",
)
EVERYWHERE = (*CONTEXTS, *GUARDED)  # a function whose name ends with `()` takes no arguments in that place
_KNOWN = {name.lower(): (name, arity) for name, arity in (FUNCTIONS | GUARDED).items()}


@lru_cache(maxsize=256)
def parse(text: str, allowed: tuple[str, ...] = EVERYWHERE) -> Tree | None:
    """Return the tree, None for an empty text. Names outside `allowed` are rejected."""
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError(
            f"the expression is longer than {MAX_CHARACTERS:,} characters", "a shorter expression"
        )
    tokens = list(tokens_of(text))
    return _Parser(tokens, text, {name.lower() for name in allowed}).whole() if tokens else None


class _Parser:
    """Descends from the loosest operator to the tightest and counts depth as GitHub does."""

    def __init__(self, tokens: list[Token], text: str, allowed: set[str]) -> None:
        self.tokens, self.text, self.allowed = tokens, text, allowed
        self.at = self.depth = 0

    def whole(self) -> Tree:
        tree = self._expression()
        if self.at < len(self.tokens):
            raise self._unexpected()
        return tree

    def _expression(self) -> Tree:
        self._deeper()
        tree = self._either()
        self.depth -= 1
        return tree

    def _either(self) -> Tree:
        return self._operands("||", self._both)

    def _both(self) -> Tree:
        return self._operands("&&", lambda: self._compared(("==", "!="), self._ordered))

    def _ordered(self) -> Tree:
        return self._compared((">", ">=", "<", "<="), self._negated)

    def _operands(self, operator: str, part: Callable[[], Tree]) -> Tree:
        operands = [part()]
        if self._sees(operator):
            self._deeper()
            while self._take(operator):
                operands.append(part())
            self.depth -= 1
        return operands[0] if len(operands) == 1 else Chain(operator, tuple(operands))

    def _compared(self, operators: tuple[str, ...], part: Callable[[], Tree]) -> Tree:
        tree = part()
        while self._sees(*operators):
            operator = self._next().kind
            tree = Comparison(operator, tree, part())
        return tree

    def _negated(self) -> Tree:
        if not self._take("!"):
            return self._accessed()
        self._deeper()
        tree = Not(self._negated())
        self.depth -= 1
        return tree

    def _accessed(self) -> Tree:
        grouped = self._sees("(")
        tree, depth = self._single(), self.depth
        while grouped or isinstance(tree, Name | Call | Access):
            if self._take("["):
                index = None if self._take("*") else self._expression()
                self._need("]")
            elif self._take("."):
                index = None if self._take("*") else Literal(self._need("word").text)
            else:
                break
            self._deeper()
            tree = Access(tree, index)
        self.depth = depth
        return tree

    def _single(self) -> Tree:
        if self._take("("):
            tree = self._expression()
            self._need(")")
            return tree
        if self._sees("literal"):
            return self._next().value or Literal(None)
        name = self._need("word").text
        return self._call(name) if self._take("(") else self._context(name)

    def _context(self, name: str) -> Name:
        if name.lower() in self.allowed and name.lower() not in _KNOWN:
            return Name(name.lower())
        here = [one for one in CONTEXTS if one in self.allowed]
        contexts = either(map(quoted, here)) if here else "a value without `${{ }}`"
        if name.lower() in CONTEXTS:
            raise ExpressionError(f"the context {quoted(name)} is not available here", contexts)
        if self._allows(name):
            raise ExpressionError(f"the function {quoted(name)} needs parentheses", quoted(f"{name}()"))
        near = nearest(name, here)
        text = f"a string in single quotes, such as `'{name}'`, or {contexts}" if here else contexts
        raise ExpressionError(
            f"{quoted(name)} is not a GitHub Actions context", quoted(near) if near else text
        )

    def _call(self, name: str) -> Call:
        arguments: list[Tree] = []
        while not self._take(")"):
            arguments.append(self._expression())
            if not self._sees(")"):
                self._need(",")
        known = [one for one in FUNCTIONS | GUARDED if one in FUNCTIONS or self._allows(one)]
        if name.lower() not in map(str.lower, known):
            known_elsewhere = name.lower() in _KNOWN
            near = None if known_elsewhere else nearest(name, known)
            verb = "is not available here" if known_elsewhere else "is not a GitHub Actions function"
            others = either(quoted(one + "()") for one in known)
            raise ExpressionError(f"{quoted(name + '()')} {verb}", quoted(f"{near}()") if near else others)
        self._check_arguments(name, len(arguments))
        if name.lower() == "format":
            _check_format(*arguments)
        return Call(name, tuple(arguments))

    def _allows(self, function: str) -> bool:
        return not self.allowed.isdisjoint((function.lower(), f"{function.lower()}()"))

    def _check_arguments(self, name: str, given: int) -> None:
        fewest, most = (0, 0) if f"{name.lower()}()" in self.allowed else _KNOWN[name.lower()][1]
        if most == 0 < given:
            raise ExpressionError(f"{quoted(name + '()')} takes no arguments", quoted(f"{name}()"))
        if not fewest <= given <= most:
            wanted = count(fewest, "argument") if fewest == most else f"{fewest} to {most} arguments"
            raise ExpressionError(f"{quoted(name + '()')} has {count(given, 'argument')}", wanted)
        if name.lower() == "case" and given % 2 == 0:
            raise ExpressionError(
                "`case()` has no default value", "pairs of a condition and a value, then a default value"
            )

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(
                f"the expression is nested more than {MAX_DEPTH} levels deep",
                "an expression with fewer levels",
            )

    def _sees(self, *kinds: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].kind in kinds

    def _next(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _take(self, kind: str) -> bool:
        found = self._sees(kind)
        self.at += found
        return found

    def _need(self, kind: str) -> Token:
        if not self._sees(kind):
            raise self._unexpected(kind)
        return self._next()

    def _unexpected(self, wanted: str = "") -> ExpressionError:
        instead = {")": "a closing `)`", "]": "a closing `]`", ",": "a `,` between the arguments"}.get(
            wanted, ""
        )
        if self.at < len(self.tokens):
            token = self.tokens[self.at].text
            words = {"and": "`&&`", "or": "`||`", "not": "`!`", ")": "a matching `(`, or no `)`"}
            instead = instead or words.get(token, "an operator such as `&&` between two values")
            return ExpressionError(f"{quoted(token)} is unexpected", instead)
        return ExpressionError("the expression is incomplete", instead or "a value at the end")


def _check_format(template: Tree, *values: Tree) -> None:
    if not isinstance(template, Literal) or not isinstance(template.value, str):
        return
    pieces = format_pieces(template.value)
    if pieces is None:
        raise ExpressionError(
            f"{quoted(template.value)} is not a valid format string",
            "`{0}`, `{1}` and so on, and `{{` for a brace",
        )
    most = max((piece for piece in pieces if isinstance(piece, int)), default=-1)
    if most >= len(values):
        raise ExpressionError(
            f"`format()` has no value for `{{{most}}}`", f"{most + 1} values after {quoted(template.value)}"
        )
