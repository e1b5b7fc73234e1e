"""Faults that make GitHub reject a workflow file, each with its line, its key and a correction."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..findings import Finding, Place
from ..formats.yaml_values import Value
from ..parameters import did_you_mean
from ..words import either, nearest, quoted
from . import rules
from .expression_syntax import parse
from .schema import WORKFLOW, siblings
from .shapes import Shape
from .templates import Template, condition_tree, has_expression, mended_condition, read_template, text_around
from .tokens import ExpressionError
from .trees import Tree, asks_status, gives_text
from .values import text_of
from .wording import EMPTY, KEYS, LISTS_OF_STEPS, Path, capital, label, name_of


@dataclass
class Validation:
    """`remarks` fills while `faults` is consumed; see `Workflow`."""

    path: str
    lines: tuple[str, ...]
    remarks: list[Finding] = field(default_factory=list)
    templates: dict[tuple[str, tuple[str, ...]], Template] = field(default_factory=dict)

    def faults(self, root: Value) -> Iterator[Finding]:
        yield from self._value(root, WORKFLOW, (), ())

    def _value(self, value: Value, shape: Shape, path: Path, allowed: tuple[str, ...]) -> Iterator[Finding]:
        shape = shape.chosen(value) if shape.chosen else shape
        allowed = tuple(dict.fromkeys((*allowed, *shape.contexts)))
        if isinstance(value.data, dict):
            yield from self._mapping(value, value.data, shape, path, allowed)
        elif isinstance(value.data, list):
            yield from self._list(value, value.data, shape, path, allowed)
        else:
            yield from self._scalar(value, shape, path, allowed)

    def _list(
        self, value: Value, items: list[Value], shape: Shape, path: Path, allowed: tuple[str, ...]
    ) -> Iterator[Finding]:
        inner = shape if shape.anything else shape.items
        if inner is None:
            yield self._unexpected(value, shape, path, "a list")
            return
        for number, item in enumerate(items, start=1):
            yield from self._value(item, inner, (*path, number), allowed)
        if shape.rule:
            yield from self._by_rule(value, shape, path, label(path))
        if not items and path[-1:] in (("steps",), ("on",)):
            self._remark_nothing(value, path)

    def _mapping(
        self, value: Value, keys: dict[str, Value], shape: Shape, path: Path, allowed: tuple[str, ...]
    ) -> Iterator[Finding]:
        if not shape.is_mapping and not shape.anything:
            yield self._unexpected(value, shape, path, KEYS)
            return
        mixed = yield from self._both_forms(value, keys, path)
        seen: dict[str, str] = {}
        computed = False
        for key, item in keys.items():
            name = yield from self._key_name(key, item, shape, path, allowed)
            if name is None:
                computed = True
                yield from self._value(item, shape.others or Shape(anything=True), (*path, key), allowed)
            elif name.upper() in seen:
                said = (
                    f"{label(path)} has the key {quoted(name)} twice, also as {quoted(seen[name.upper()])}: "
                )
                said += "GitHub ignores case in keys."
                yield self._fault(item, said, "only one of the two keys", quoted(name), path)
            elif not mixed:
                seen[name.upper()] = name
                yield from self._entry(name, item, shape, path, allowed)
        if not computed and not mixed:
            yield from self._missing(value, keys, shape, path)
        if shape.rule:
            yield from self._by_rule(value, shape, path, label(path))
        if len(path) == 2 and path[0] == "jobs" and "uses" not in keys and "steps" not in keys:
            self._remark_nothing(value, path)

    def _both_forms(self, value: Value, keys: dict[str, Value], path: Path) -> Generator[Finding, None, bool]:
        # a job that calls and has steps, or a step that calls and runs: the intent is unclear
        in_steps = len(path) > 1 and path[-2] in LISTS_OF_STEPS
        other = "steps" if len(path) == 2 and path[0] == "jobs" else "run" if in_steps else ""
        if not other or other not in keys or "uses" not in keys:
            return False
        has = f"both `uses` and `{other}`"
        yield self._fault(value, f"{label(path)} has {has}.", f"`uses` or `{other}`", has, path)
        return True

    def _key_name(
        self, key: str, item: Value, shape: Shape, path: Path, allowed: tuple[str, ...]
    ) -> Generator[Finding, None, str | None]:
        # None if an expression generates the key
        if not has_expression(key):
            return key
        if key.strip().strip("${} ") == "insert" and allowed:
            return None
        try:
            template = read_template(key, allowed)
        except ExpressionError as error:
            yield self._bad_expression(item, key, error, (*path, key))
            return key
        if template.literal is not None:
            return template.literal
        if not allowed:
            yield self._no_expression(item, (*path, key))
        return None

    def _entry(
        self, name: str, item: Value, shape: Shape, path: Path, allowed: tuple[str, ...]
    ) -> Iterator[Finding]:
        inner = (shape.keys or {}).get(name) or shape.others or (shape if shape.anything else None)
        if inner is None:
            yield self._unknown_key(name, item, shape, path)
            return
        if path == ("jobs",):
            for _, said, instead in rules.identifier(item, name):
                yield self._fault(
                    item, said.replace("valid ID", "valid job ID"), instead, quoted(name), (*path, name)
                )
        elif not name and not shape.anything:
            yield self._fault(item, f"{label(path)} has an empty key.", "a name", "none", path)
        yield from self._value(item, inner, (*path, name), allowed)

    def _unknown_key(self, name: str, item: Value, shape: Shape, path: Path) -> Finding:
        known = list(shape.keys or ())
        if path == ("on",):
            said = f"{quoted(name)} is not a GitHub Actions event. {did_you_mean(name, known)}"
            return self._fault(item, said, "a GitHub Actions event", quoted(name), path)
        if name in siblings(path):
            beside = "uses" if "uses" in known else "run" if "run" in known else "runs-on"
            said = f"{label(path)} has the key {quoted(name)}, which cannot be combined with `{beside}`."
            return self._fault(item, said, f"{quoted(name)} or `{beside}`", quoted(name), path)
        meant = list(dict.fromkeys((*known, *siblings(path))))
        near = nearest(name, meant)
        said = f"{label(path)} has the unknown key {quoted(name)}. {did_you_mean(name, meant)}"
        wanted = quoted(near) if near else either(map(quoted, meant), 12)
        return self._fault(item, said, wanted, quoted(name), path)

    def _missing(self, value: Value, keys: dict[str, Value], shape: Shape, path: Path) -> Iterator[Finding]:
        names = {key.upper() for key in keys}
        for name in shape.needed:
            if name.upper() in names:
                continue
            says, expected, add = _NEEDED.get(name, ("{} has no `" + name + "`.", f"`{name}`", ()))
            yield self._fault(value, says.format(label(path)), expected, "none", path, add)
        if path == ("jobs",) and not keys:
            yield self._fault(
                value, "The workflow has no jobs.", "`jobs` with at least one job", "none", path
            )
        if path == ("on",) and not keys:
            self._remark_nothing(value, path)

    def _scalar(self, value: Value, shape: Shape, path: Path, allowed: tuple[str, ...]) -> Iterator[Finding]:
        text = text_of(value)
        quoted_text = isinstance(value.data, str)
        if quoted_text and has_expression(text):
            try:
                template = self._template(text, allowed)
            except ExpressionError as error:
                yield self._bad_expression(value, text, error, path)
                return
            if template.literal is None:
                yield from self._computed(value, text, template.tree, shape, path, bool(allowed))
                return
            text = template.literal
        if not shape.anything and not _fits(value, text, shape, quoted_text):
            yield self._unexpected(value, shape, path, quoted(text) if text else EMPTY)
        elif shape.condition and text.strip():
            yield from self._condition(value, text, path, allowed)
        elif shape.rule and not shape.is_mapping:
            yield from self._by_rule(value, shape, path, text)

    def _template(self, text: str, allowed: tuple[str, ...]) -> Template:
        # read once, even if thousands of aliases repeat the text
        if (text, allowed) not in self.templates:
            self.templates[text, allowed] = read_template(text, allowed)
        return self.templates[text, allowed]

    def _computed(
        self, value: Value, text: str, tree: Tree | None, shape: Shape, path: Path, is_allowed: bool
    ) -> Iterator[Finding]:
        if not is_allowed:
            yield self._no_expression(value, path)
        elif shape.condition:
            self._remark_condition(value, text, tree, path)
        elif not shape.computed:
            said = f"{capital(name_of(path))} cannot be an expression."
            yield self._fault(value, said, "each key on its own line, with its value", quoted(text), path)

    def _condition(self, value: Value, text: str, path: Path, allowed: tuple[str, ...]) -> Iterator[Finding]:
        try:
            tree = condition_tree(text, allowed)
            if not asks_status(tree):
                # GitHub adds this call, which nests the expression one level deeper
                parse(f"success() && ({text})", allowed)
            self._remark_condition(value, text, tree, path)
        except ExpressionError as error:
            yield self._bad_expression(value, text, error, path)

    def _by_rule(self, value: Value, shape: Shape, path: Path, text: str) -> Iterator[Finding]:
        if shape.rule:
            for at, said, instead in shape.rule(value, text):
                yield self._fault(at, said, instead, quoted(text_of(at)) if text_of(at) else "none", path)

    def _bad_expression(self, value: Value, text: str, error: ExpressionError, path: Path) -> Finding:
        shown = error.expression or text.strip()
        said = f"The expression {quoted(shown)} in {name_of(path)} is not valid: {error.says}."
        at = replace(value, line=self._line_of(value, text, error.expression))
        return self._fault(at, said, error.instead or "an expression", quoted(shown), path)

    def _line_of(self, value: Value, text: str, part: str) -> int:
        # the line of an expression in a text of several lines
        first = part.split("\n")[0]
        lines = self.lines[value.line - 1 : value.line + text.count("\n") + 1]
        return value.line + next((number for number, line in enumerate(lines) if first in line), 0)

    def _no_expression(self, value: Value, path: Path) -> Finding:
        said = f"GitHub does not evaluate expressions in {name_of(path)}."
        return self._fault(value, said, "a value without `${{ }}`", quoted(text_of(value)), path)

    def _unexpected(self, value: Value, shape: Shape, path: Path, found: str) -> Finding:
        if path == ():
            return self._fault(value, "The file has no keys.", "keys such as `on`", "none", path)
        if path in (("on",), ("jobs",)) and value.data is None:
            says, wanted, add = _NEEDED[str(path[0])]
            return self._fault(value, says, wanted, "none", path, add)
        text = text_of(value)
        bare = isinstance(value.data, str) and _is_bare(text, shape)
        name = (
            f"The permission {quoted(str(path[-1]))}"
            if "permissions" in path[-2:-1]
            else capital(name_of(path))
        )
        said = f"{name} cannot be {'the string ' * bare}{found}."
        said = {EMPTY: f"{name} is empty.", KEYS: f"{name} cannot be a mapping."}.get(found, said)
        near = nearest(text, shape.words) if text and shape.words else None
        wanted = quoted(near) if near else shape.in_words
        if path[0] == "on" and shape.words and len(path) < 3:
            said, wanted = f"{found} is not a GitHub Actions event.", "a GitHub Actions event, such as `push`"
        elif bare:
            wanted = f"`{path[-1]}: {text.strip()}` without quotes"
        hint = f" Did you mean {quoted(near)}?" if near else ""
        return self._fault(value, said + hint, wanted, found, path)

    def _remark_condition(self, value: Value, text: str, tree: Tree | None, path: Path) -> None:
        # a string is always true
        around = text_around(text)
        if not around and not gives_text(tree):
            return
        cause = "text" if around.strip() else "a space or a line break"
        because = f"with {cause} outside `${{{{ }}}}`" if around else "the result of `format()`"
        said = f"{capital(name_of(path))} is always true: {quoted(text)} is a string {because}."
        meant = mended_condition(text) if around else ""
        wanted = f"`if: {meant}`" if meant else "a condition without `format()` or text around `${{ }}`"
        add = (f"if: {meant}",) * bool(meant)
        self.remarks.append(self._fault(value, said, wanted, quoted(text), path, add))

    def _remark_nothing(self, value: Value, path: Path) -> None:
        if path == ("on",):
            finding = self._fault(
                value, "Nothing triggers the workflow: `on` is empty.", "an event", "none", path
            )
        else:
            path = path[:2]
            said = f"{label(path)} has no steps, so it does nothing."
            finding = self._fault(value, said, "`steps` with at least one step", "none", path)
        self.remarks.append(finding)

    def _fault(
        self, value: Value, says: str, expected: str, found: str, path: Path, add: tuple[str, ...] = ()
    ) -> Finding:
        job = str(path[1]) if path[:1] == ("jobs",) and len(path) > 1 else ""
        return Finding(Place(self.path, value.line, value.column), says, expected, found, add, job=job)


_NEEDED = {
    "on": (
        "Nothing triggers the workflow: it has no `on`.",
        "`on`",
        ("on:", "  push:", "    branches: [main]"),
    ),
    "jobs": ("The workflow has no jobs.", "`jobs` with at least one job", ()),
    "runs-on": ("{} has no `runs-on`.", "a runner", ("    runs-on: ubuntu-latest",)),
    "run": ("{} has neither `uses` nor `run`.", "`uses` or `run`", ()),
}


def _fits(value: Value, text: str, shape: Shape, is_text: bool) -> bool:
    data = value.data
    number = isinstance(data, int | Decimal) and not isinstance(data, bool)
    return (
        (shape.null and data is None)
        or (shape.boolean and isinstance(data, bool))
        or (shape.number and number)
        or (shape.text and (shape.empty or bool(text)))
        or text in shape.words
    )


def _is_bare(text: str, shape: Shape) -> bool:
    bare = text.strip()
    return bare in ("true", "false") if shape.boolean else bare.isascii() and bare.isdecimal()
