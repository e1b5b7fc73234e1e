"""Who types along with a lesson of the course, in order, gets what the lesson says."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

MLOPS = Path(__file__).parents[2] / "courses" / "mlops"
BLOCK = re.compile(
    r"^```(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
STOPS = "# stops"  # said behind a command that is meant to fail
LESSONS = [path for path in sorted(MLOPS.glob("[0-9]*/*.md")) if ".quiz." not in path.name]
TYPED = [path for path in LESSONS if "```bash" in path.read_text()]


@dataclass
class Terminal:
    """A home of its own, without settings, and an empty repository for `ADDRESS`."""

    home: Path
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.home
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
            "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "false", "GIT_PAGER": "cat",
            "GIT_CEILING_DIRECTORIES": str(self.home),
        }  # fmt: skip
        self.remote = self.home / "remote.git"
        self.type(f"git init -q --bare {self.remote}")

    def type(self, command: str) -> None:
        if command.startswith("cd "):
            self.folder = self.folder / command[3:]
            return
        done = subprocess.run(
            ["bash", "-c", command.replace("ADDRESS", str(self.remote))],
            cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert (done.returncode != 0) == (STOPS in command), f"{command}\n{done.stdout}{done.stderr}"


def commands(text: str) -> list[str]:
    """Each with the lines that it goes on for."""
    return [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]


def type_along(lesson: Path, terminal: Terminal) -> list[str]:
    """Type all commands and write all files in order; the texts that the lesson shows, and what Git wrote then."""
    seen = []
    for block in BLOCK.finditer(lesson.read_text()):
        if block["language"] == "bash":
            for command in commands(block["text"]):
                terminal.type(command)
        elif block["file"] and terminal.folder != terminal.home:
            (terminal.folder / block["file"]).write_text(block["text"])
        elif "<<<<<<<" in block["text"]:
            seen += [block["text"], (terminal.folder / "payment.txt").read_text()]
    return seen


@pytest.mark.parametrize("lesson", TYPED, ids=lambda path: path.stem)
def test_commands_of_a_lesson_run_in_order(lesson, tmp_path):
    terminal = Terminal(tmp_path)
    type_along(lesson, terminal)
    if terminal.folder != terminal.home:
        terminal.type('test -z "$(git status --porcelain)"')


def test_git_for_the_labs_ends_as_it_says(tmp_path):
    terminal = Terminal(tmp_path)
    said, written = type_along(MLOPS / "02-mlops" / "05-git-basics.md", terminal)
    assert written == said  # the conflict
    assert (terminal.folder / ".env").exists()  # kept on disk, though it is not tracked
    terminal.type("! git ls-files --error-unmatch .env")
    terminal.type("git merge-base --is-ancestor card-payment main")
    assert (terminal.remote / "refs/tags/v1.0").exists()


def test_no_lesson_prints_the_dates_of_one_cohort():
    months = "January|February|March|April|May|June|July|August|September|October|November|December"
    dated = re.compile(rf"\b(?:{months}) 20\d\d\b")
    assert {
        path.name: dated.findall(path.read_text()) for path in LESSONS if dated.search(path.read_text())
    } == {}
