"""Type the commands of a lesson or a brief, in order, in a separate home."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

MLOPS = Path(__file__).parents[2] / "courses" / "mlops"
LESSONS = [path for path in sorted(MLOPS.glob("[0-9]*/*.md")) if ".quiz." not in path.name]
BRIEFS = sorted(MLOPS.glob("labs/*/brief.md"))
BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
INLINE = re.compile(r"(?<!`)`((?:git|pip|python|make|sudo|xcode-select|\./)[ ./][^`\n]*)`")
# prices.csv after the conflict of the labs on merging
PRICES = "item,price,tax\nrice,62,5\noil,125,12\ntea,95,5\nsweets,220,5\ncandles,40,12\n"
STOPS = "# stops"  # follows a command that is meant to fail


@dataclass(frozen=True)
class Block:
    language: str
    file: str | None
    text: str

    def commands(self) -> list[str]:
        """Return the commands without comments, each joined with its continuation lines."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line for line in lines if line and not line.startswith("#")]


def blocks(text: str) -> list[Block]:
    return [
        Block(found["language"], found["file"], re.sub(f"(?m)^{found['indent']}", "", found["text"]))
        for found in BLOCK.finditer(text)
    ]


def file_in(lesson: str, name: str) -> str:
    """The file of this name as a lesson shows it."""
    (path,) = [path for path in LESSONS if path.stem.endswith(lesson)]
    (found,) = [block.text for block in blocks(path.read_text()) if block.file == name]
    return found


@dataclass
class Terminal:
    """A home without settings, and an empty repository for `ADDRESS`."""

    home: Path
    folder: Path = field(init=False)
    typed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = self.home
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(self.home),
            "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "false",
            "GIT_PAGER": "cat", "GIT_CEILING_DIRECTORIES": str(self.home),
        }  # fmt: skip
        self.remote = self.home / "remote.git"
        self.type(f"git init -q --bare {self.remote}")

    def introduce(self) -> None:
        """Configure Git as the lesson on Git says, before any brief."""
        self.type('git config --global user.name "Your Name"')
        self.type('git config --global user.email "you@example.org"')

    def type(self, command: str, status: int | None = None) -> str:
        """Return the command's output. It has to succeed, to fail if the text says so, or to end with this status."""
        self.typed.append(command)
        if command.startswith("cd "):
            self.folder = self.folder / command[3:]
            return ""
        if command == "source .venv/bin/activate":
            self.environment["PATH"] = f"{self.folder}/.venv/bin:{self.environment['PATH']}"
            return ""
        done = subprocess.run(
            ["bash", "-c", command.replace("ADDRESS", str(self.remote))],
            cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        as_meant = (
            (done.returncode != 0) == (STOPS in command) if status is None else done.returncode == status
        )
        assert as_meant, f"{command}\n{done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
