"""One history with something to judge for every kind of check, by one `git fast-import`; its parts can be swapped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.grader.conftest import Repo

WHO = b"Learner <learner@example.org> 1700000000 +0530"
WORKFLOW = b"""\
on: {push: {branches: [main]}}
permissions: {contents: read}
jobs:
  build:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v4
      - run: make build
      - run: pytest
"""
PROJECT = b"""\
[build-system]
requires = ["setuptools==75.1.0"]
build-backend = "setuptools.build_meta"
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["numpy==2.1.1"]
"""
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 5\n"
CELL = b'{"cell_type": "code", "source": "1", "outputs": [], "execution_count": null, "metadata": {}}'

FILES: dict[bytes, bytes] = {
    b"README.md": b"# Shop\n",
    b"a.txt": b"answer: 42\nsecond line\n",
    b"guide.md": b"".join(b"%d\n" % i for i in range(20)),
    b".gitignore": b"*.log\n",
    b".gitattributes": b"*.bin filter=lfs diff=lfs merge=lfs -text\n",
    b"model.bin": POINTER,
    b"table.csv": b"id,text\n1,a\n",
    b"train.ipynb": b'{"cells": [%b], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}' % CELL,
    b"data.yaml": b"train: {seed: 42}\n",
    b"data.json": b'{"train": {"seed": 42}}\n',
    b"data.toml": b"[train]\nseed = 42\n",
    b"data.ini": b"[train]\nseed = 42\n",
    b"Dockerfile": b"FROM python:3.11\nCOPY . .\nUSER nobody\nCMD ['a']\n",
    b".dockerignore": b".git\n.env\n",
    b".github/workflows/ci.yml": WORKFLOW,
    b"pyproject.toml": PROJECT,
    b"requirements.txt": b"numpy==2.1.1\n",
    b"src/shop/__init__.py": b"",
    b"tests/test_shop.py": b"def test_shop():\n    pass\n",
    b".gitmodules": b'[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://example.org/lib.git\n',
}
SUBMODULE = b"160000 " + b"1" * 40
REFS: dict[bytes, int] = {
    b"refs/heads/main": 10,
    b"refs/heads/side": 3,
    b"refs/heads/other": 9,
    b"refs/heads/topic": 11,
    b"refs/heads/lib": 7,
    b"refs/tags/light": 4,
}
MESSAGES = (
    *(
        "Start",
        "Move the guide",
        "Fix the sum",
        "Add notes",
        "Fix the sum",
        'Revert "Fix the sum"',
        "Library",
    ),
    *("Merge the library", "Other", "Merge branch 'other'", "Top"),
)


@dataclass
class Stock:
    """`files` lie at the root of all, `more` at the tip of main; messages by number, from 1."""

    files: Mapping[bytes, bytes] = field(default_factory=lambda: FILES)
    who: Callable[[int], bytes] = lambda number: WHO
    message: Callable[[int], bytes] = lambda number: MESSAGES[number - 1].encode()
    refs: Mapping[bytes, int] = field(default_factory=lambda: REFS)
    tag: bytes = b"Release 1"
    more: Mapping[bytes, bytes] = field(default_factory=dict)
    submodule: bytes = SUBMODULE

    def build(self, repo: Repo) -> Repo:
        options = ("--quiet", "--done", "--force", "--date-format=raw-permissive")
        repo.git("fast-import", *options, stdin=b"\n".join([*self._lines(), b"done", b""]))
        return repo

    def _lines(self):
        fixed = b"1\n2\n3\n"
        yield from self._commit(1, (), *map(changed, self.files, self.files.values()), self._linked())
        yield from self._commit(2, (1,), b"R guide.md docs/guide.md")
        yield from self._commit(3, (2,), changed(b"sum.py", fixed))
        yield from self._commit(4, (2,), changed(b"notes.txt", b"notes\n"))
        yield from self._commit(5, (4,), changed(b"sum.py", fixed))
        yield from self._commit(6, (5,), b"D sum.py")
        yield from self._commit(7, (), changed(b"lib.txt", b"lib\n"))
        yield from self._commit(8, (6, 7), changed(b"vendor/sub/lib.txt", b"lib\n"))
        yield from self._commit(9, (8,), changed(b"other.txt", b"other\n"))
        yield from self._commit(
            10, (8, 9), changed(b"other.txt", b"other\n"), *map(changed, self.more, self.more.values())
        )
        yield from self._commit(11, (10,), changed(b"top.txt", b"top\n"))
        for ref, number in self.refs.items():
            yield from (b"reset " + ref, b"from :%d" % number, b"")
        yield from (b"tag v1", b"from :10", b"tagger " + self.who(12), *data(self.tag))
        yield from (b"reset refs/build", b"from " + b"0" * len(self.submodule.split()[1]))

    def _linked(self) -> bytes:
        mode, commit = self.submodule.split()
        return b"M %b %b vendor/lib" % (mode, commit)

    def _commit(self, number, parents, *changes):
        if not parents:
            yield b"reset refs/build"
        yield from (b"commit refs/build", b"mark :%d" % number)
        yield from (b"author " + self.who(number), b"committer " + self.who(number))
        yield from data(self.message(number))
        yield from (b"%b :%d" % pair for pair in zip([b"from", b"merge", b"merge"], parents, strict=False))
        yield from changes
        yield b""


def data(content: bytes):
    yield from (b"data %d" % len(content), content)


def changed(path: bytes, content: bytes) -> bytes:
    octal = b"".join(b"\\%03o" % byte for byte in path)
    return b"\n".join([b'M 100644 inline "%b"' % octal, *data(content)])
