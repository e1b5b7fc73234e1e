"""Texts with `${{ }}`, split as GitHub splits them."""

from collections.abc import Iterator
from dataclasses import dataclass

from .expression_syntax import EVERYWHERE, parse
from .tokens import ExpressionError
from .trees import Call, Literal, Tree

OPEN, CLOSE = "${{", "}}"
INSERT = "insert"


@dataclass(frozen=True)
class Template:
    """`tree` is the value: a single expression, or `format()` of the expressions and the text around them.

    `literal` is the value if the only expression is a string literal.
    """

    tree: Tree | None = None
    literal: str | None = None


def has_expression(text: str) -> bool:
    return OPEN in text


def read_template(text: str, allowed: tuple[str, ...] = EVERYWHERE) -> Template:
    """Read a text that has an expression. Raises ExpressionError for the first that is not valid."""
    found = list(split(text))
    pieces = [_parsed(piece, allowed) if is_expression else piece for piece, is_expression in found]
    if len(pieces) == 1 and not isinstance(pieces[0], str):
        tree, alone = pieces[0], found[0][0].strip()
        if alone.startswith("'") and isinstance(tree, Literal):
            return Template(literal=str(tree.value))
        return Template(tree)
    shape, values = "", list[Tree]()
    for piece in pieces:
        if isinstance(piece, str):
            shape += piece.replace("{", "{{").replace("}", "}}")
        else:
            shape += f"{{{len(values)}}}"
            values.append(piece)
    return Template(Call("format", (Literal(shape), *values)))


def split(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the texts and the expressions of a template, the latter with True."""
    at = 0
    while (start := text.find(OPEN, at)) >= 0:
        if start > at:
            yield text[at:start], False
        end = _end(text, start + len(OPEN))
        if end < 0:
            raise ExpressionError(f"`{OPEN}` is not closed", f"`{CLOSE}` at the end of the expression")
        yield text[start + len(OPEN) : end], True
        at = end + len(CLOSE)
    if at < len(text):
        yield text[at:], False


def _end(text: str, at: int) -> int:
    # a `}}` inside a string does not close the expression
    close = text.find(CLOSE, at)
    while close >= 0:
        quote = text.find("'", at, close)
        if quote < 0:
            return close
        at = text.find("'", quote + 1) + 1
        if at == 0:
            return -1
        if at > close:
            close = text.find(CLOSE, at)
    return -1


def _parsed(text: str, allowed: tuple[str, ...]) -> Tree:
    try:
        tree = parse(text.strip(), allowed)
    except ExpressionError as error:
        error.expression = text.strip()
        raise
    if tree is None:
        raise ExpressionError(
            f"there is no expression between `{OPEN}` and `{CLOSE}`", "an expression between them"
        )
    return tree


def condition_tree(text: str, allowed: tuple[str, ...] = EVERYWHERE) -> Tree | None:
    """Return the tree of an `if`, which may omit `${{ }}`; None if it is empty."""
    if has_expression(text):
        template = read_template(text, allowed)
        if template.literal is None:
            return template.tree
        text = template.literal
    return parse(text.strip(), allowed)


def mended_condition(text: str) -> str:
    """Return the condition that was probably meant if there is text around `${{ }}`; empty if unclear."""
    joined = "".join(piece for piece, _ in split(text)).strip()
    joined = " ".join(joined.split())
    try:
        parse(joined)
    except ExpressionError:
        return ""
    return joined


def text_around(text: str) -> str:
    """Return the text outside `${{ }}` in a condition; any makes the condition a string, which is always true."""
    pieces = split(text) if has_expression(text) else ()
    return "".join(piece for piece, is_expression in pieces if not is_expression)
