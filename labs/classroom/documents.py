"""JSON and YAML files as plain values, and typed access to hostile ones."""

import json
import re
from typing import Any

from labs.classroom.model import Person
from labs.classroom.tables import TableError, decode
from labs.grader.formats.yaml_values import read_yaml

MAX_ITEMS = 20_000
MAX_TEXT = 100_000
MAX_LINE = 200
Record = dict[str, Any]  # Any: values of JSON

_DIGITS = re.compile(r"[0-9]{1,20}")


class DocumentError(Exception):
    """A file does not have the format of its name; the message says why, without a full stop."""


# Any: values of JSON
def read_json(data: bytes) -> Any:
    """Return the value of a JSON file. Raises DocumentError."""
    try:
        return json.loads(decode(data))
    except TableError as error:
        raise DocumentError("It is not in UTF-8") from error
    except RecursionError as error:
        raise DocumentError("It is nested too deeply") from error
    except ValueError as error:
        raise DocumentError(f"It is not valid JSON: {error}") from error


# Any: values of YAML
def read_yaml_file(data: bytes) -> Any:
    """Return the value of a YAML file without anchors and tags. Raises DocumentError."""
    try:
        value, problems = read_yaml(decode(data))
    except TableError as error:
        raise DocumentError("It is not in UTF-8") from error
    if value is None or problems:
        raise DocumentError(f"It is not valid YAML: {problems[0]}" if problems else "It is empty")
    return value.plain()


def records(value: object) -> list[Record]:
    """Return the mappings of a list, at most 20,000; anything else is left out."""
    items = value[:MAX_ITEMS] if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


def record(value: object) -> Record:
    return value if isinstance(value, dict) else {}


def line_of(values: Record, *keys: str) -> str:
    """Return the first of these values that is a text or a number, as one printable line."""
    for key in keys:
        found = values.get(key)
        if isinstance(found, str | int) and not isinstance(found, bool) and str(found).strip():
            return clean_line(str(found))
    return ""


def clean_line(text: str) -> str:
    words = " ".join(text[: MAX_LINE * 4].split())
    return "".join(sign for sign in words if sign.isprintable())[:MAX_LINE].strip()


def text_of(values: Record, *keys: str) -> str:
    """Return the first of these values that is a text, with line feeds as line ends."""
    for key in keys:
        found = values.get(key)
        if isinstance(found, str | int) and not isinstance(found, bool):
            text = str(found)[:MAX_TEXT].replace("\r\n", "\n").replace("\0", "")
            return text.encode("utf-8", "replace").decode()
    return ""


def number_of(values: Record, *keys: str) -> float | None:
    """Return the first of these values that is a number from 0 to 1,000,000, also as text."""
    for key in keys:
        found = values.get(key)
        if isinstance(found, bool) or not isinstance(found, int | float | str):
            continue
        try:
            number = float(str(found)[:40])
        except ValueError:
            continue
        if 0 <= number <= 1_000_000:
            return number
    return None


def id_of(values: Record, key: str) -> str:
    """Return a number that names something, as digits; "" for anything else."""
    found = str(values.get(key, ""))[:40].strip()
    return found if _DIGITS.fullmatch(found) else ""


def person_of(values: Record) -> Person:
    """Return the person of a record of GitHub's API."""
    return Person(
        github_name=line_of(values, "login"), github_id=id_of(values, "id"), name=line_of(values, "name")
    )
