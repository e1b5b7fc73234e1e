"""The documents for contributors name files, goals, modules and commands that exist."""

import re
import subprocess
from fnmatch import fnmatch

import pytest
from django.core.management import get_commands

from tests.run_all import HERE

ROOT = HERE.parent
DOCUMENTS = [
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "README.md",
    "docs/architecture.md",
    "docs/labs.md",
    "docs/production.md",
]
IN_BACKTICKS = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*/?")
ENDINGS = (".py", ".md", ".toml", ".txt", ".html", ".css", ".js")
MADE = ("var/", ".venv/")  # not in the repository


@pytest.fixture(scope="module")
def tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    files = set(listed.stdout.splitlines())
    folders = {f"{parent}" for file in files for parent in parents(file)}
    return files | folders


def parents(file):
    parts = file.split("/")[:-1]
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


def words(text):
    """Yield each text in backticks, and each word of a block of commands."""
    for number, part in enumerate(re.split(r"^ *```\w*$", text, flags=re.MULTILINE)):
        yield from part.split() if number % 2 else IN_BACKTICKS.findall(part)


def is_path(word, top):
    if not PATH.fullmatch(word) or word.startswith(MADE):
        return False
    return word.endswith(ENDINGS) or ("/" in word and word.split("/")[0] in top)


def missing_paths(text, tracked):
    """Return the paths that a text names and nobody can open; a path may leave out its first folders."""
    top = {name.split("/")[0] for name in tracked}
    named = {word for word in words(text) if is_path(word, top)}
    return sorted(name for name in named if not any(matches(file, name.rstrip("/")) for file in tracked))


def matches(file, name):
    return fnmatch(file, name) or fnmatch(file, f"*/{name}")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_exists(document, tracked):
    path = ROOT / document
    assert missing_paths(path.read_text(), tracked) == []
    assert [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()] == []


def test_a_missing_file_is_noticed(tracked):
    text = "`labs/gone.py` `labs/models/lab.py` `labs/grader/` `gone/away` `gone.md`\n```\nls tests/gone\n```\n`/help/`"
    assert missing_paths(text, tracked) == ["gone.md", "labs/gone.py", "tests/gone"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_goal_module_and_command_exists(document):
    text = (ROOT / document).read_text()
    goals = set(re.search(r"^GOALS = (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split())
    code = "\n".join([*IN_BACKTICKS.findall(text), *re.findall(r"```\n(.*?)```", text, re.DOTALL)])
    assert set(re.findall(r"\bmake ([a-z-]+)", code)) <= goals
    modules = re.findall(r"-m ((?:portal|lessons|labs|tests)(?:\.\w+)+)", code)
    assert [name for name in modules if not (ROOT / f"{name.replace('.', '/')}.py").exists()] == []
    assert set(re.findall(r"manage\.py ([a-z_]+)", code)) <= set(get_commands())


def test_every_goal_is_described():
    makefile, goals = (ROOT / "Makefile").read_text(), (ROOT / "CONTRIBUTING.md").read_text()
    for goal in re.search(r"^GOALS = (.*)$", makefile, re.MULTILINE)[1].split():
        assert re.search(rf"^# make {goal} ", makefile, re.MULTILINE)
        assert f"| `make {goal}` |" in goals
