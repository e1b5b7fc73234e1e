"""Dockerfile, docker-compose.yml and docs/production.md, read as far as the tests need them."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.servers import ROOT

VALUES = {
    "SECRET_KEY": "8d41f0a76c5b49d3be1e7f92a0c3d5648d41f0a76c5b49d3be1e7f92a0c3d564",
    "POSTGRES_PASSWORD": "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd6",
    "REDIS_PASSWORD": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0",
    "PUBLIC_URL": "https://portal.example.org",
    "ALLOWED_HOSTS": "portal.example.org",
}
VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?::([-?])([^}]*))?\})")


class MissingError(Exception):
    """A variable that Compose refuses to start without."""


def compose(values: dict[str, str]) -> dict[str, Any]:
    """docker-compose.yml with its merges made and its variables filled in. Raises Missing."""

    def fill(found: re.Match[str]) -> str:
        dollar, name, operator, words = found.groups()
        if dollar:
            return "$"
        if not values.get(name) and operator == "?":
            raise MissingError(words)
        return values.get(name) or words

    def filled(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: filled(value) for key, value in node.items()}
        if isinstance(node, list):
            return [filled(item) for item in node]
        return VARIABLE.sub(fill, node) if isinstance(node, str) else node

    return filled(YAML(typ="safe", pure=True).load(ROOT / "docker-compose.yml"))


def dockerfile() -> list[tuple[str, str]]:
    """The instructions of the last stage, as (`RUN`, its arguments)."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    instructions = [tuple(line.split(maxsplit=1)) for line in lines]
    last = max(number for number, (name, _) in enumerate(instructions) if name == "FROM")
    return instructions[last:]


def arguments(name: str) -> list[str]:
    return [argument for instruction, argument in dockerfile() if instruction == name]


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for line in arguments("ENV") for pair in shlex.split(line))


def copied() -> dict[str, str]:
    """Return the files that the image copies: path in the checkout to path under /app."""
    pairs = (line.split() for line in arguments("COPY") if not line.startswith("--from"))
    return dict(pairs)


def lay_out(folder: Path) -> None:
    """Copy to a folder the files that the image has in /app."""
    folder.mkdir(parents=True)
    for source, target in copied().items():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, folder / target)


def commands(title: str) -> str:
    """The commands under a heading of docs/production.md."""
    section = (ROOT / "docs/production.md").read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    return "".join(re.findall(r"^```\n(.*?)^```$", section, re.DOTALL | re.MULTILINE))
