"""Run an author's hidden tests in a sandbox without the learner's files. Calls go out over the channel.

In the tests `==` looks at the type too: 5.0 is not 5, and True is not 1.
"""

import ast
import inspect
import json
import os
import sys
import traceback


class NotHeldError(Exception):
    """The learner's code did not do what was asked; `words` are for the learner."""

    def __init__(self, words):
        super().__init__(words)
        self.words = words


class Channel:
    def __init__(self, number):
        self.reader, self.writer = os.fdopen(os.dup(number), "rb"), number

    def ask(self, **asked):
        data = json.dumps(asked).encode() + b"\n"
        while data:
            data = data[os.write(self.writer, data) :]
        return json.loads(self.reader.readline() or b"{}")


class Ran:
    def __init__(self, exit, output):
        self.exit, self.output = exit, output


class Learner:
    """The argument passed to each hidden test: a proxy that calls the learner's code over the channel."""

    def __init__(self, channel):
        self._channel = channel

    def call(self, target, *args, **kwargs):
        said = self._ask(target, args, kwargs)
        if "raised" in said:
            raise NotHeldError("the code raised an exception")
        if "unsaid" in said:
            raise NotHeldError("the code returned something other than lists, mappings, strings and numbers")
        return said["value"]

    def raised(self, target, *args, **kwargs):
        return self._ask(target, args, kwargs).get("raised")

    def _ask(self, target, args, kwargs):
        said = self._channel.ask(ask="call", target=target, args=args, kwargs=kwargs)
        if "gone" in said:
            raise NotHeldError(said["gone"])
        return said

    def run(self, argv, stdin="", seconds=5):
        said = self._channel.ask(ask="run", argv=argv, stdin=stdin, seconds=seconds)
        if "gone" in said:
            raise NotHeldError(said["gone"])
        return Ran(said["exit"], said["output"])


def same(one, other):
    if isinstance(one, tuple):
        one = list(one)
    if isinstance(other, tuple):
        other = list(other)
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


class Strict(ast.NodeTransformer):
    def visit_Compare(self, node):
        self.generic_visit(node)
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            return node
        call = ast.Call(ast.Name("_same", ast.Load()), [node.left, node.comparators[0]], [])
        return call if isinstance(node.ops[0], ast.Eq) else ast.UnaryOp(ast.Not(), call)


def loaded():
    with open("/box/hidden.py", encoding="utf-8") as file:
        tree = Strict().visit(ast.parse(file.read()))
    names = {"__name__": "hidden", "_same": same}
    exec(compile(ast.fix_missing_locations(tree), "hidden.py", "exec"), names)
    return [(name, test) for name, test in names.items() if name.startswith("test_") and callable(test)]


def held(test, learner):
    """Return why a test failed, in words; "" if it passed, None if it gives no reason."""
    try:
        test(*([learner] if inspect.signature(test).parameters else []))
    except NotHeldError as error:
        return error.words
    except Exception:
        return None
    return ""


def main():
    channel = Channel(int(os.environ.pop("CHANNEL")))
    try:
        tests = loaded()
    except BaseException:
        channel.ask(ask="broken", says=traceback.format_exc()[-2000:])
        sys.exit(1)
    channel.ask(
        ask="tests",
        names=[(inspect.getdoc(test) or name[5:].replace("_", " ")).split("\n")[0] for name, test in tests],
    )
    for _, test in tests:
        channel.ask(ask="begin")
        words = held(test, Learner(channel))
        channel.ask(ask="end", held=words == "", words=words or "")
    channel.ask(ask="done")


main()
