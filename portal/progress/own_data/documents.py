"""The documents of an export: one JSON file for programs, and HTML pages for people. They need no network.

`data.json` is one object: `format`, `version`, `person`, `made_at`, and `sections`. Each section has an `id`, a `title`
and `rows`, which are objects with the names of the database: `lesson__title` is the title of the lesson of a row. Times
are in ISO 8601 and UTC, points are texts, absent values are null. `docs/own-data.md` describes it.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone

from portal.accounts.models import User
from portal.progress.own_data.part import Part
from portal.progress.own_data.parts import PARTS

FORMAT, VERSION = "portal-own-data", 1
SECTIONS = tuple(part for part in PARTS if part.fields)
ACRONYMS = {"url": "URL", "id": "ID", "uid": "ID"}


def write_json(user: User, target: IO[bytes]) -> dict[str, int]:
    """Write `data.json` row by row. Return the number of rows of each section by its key."""
    counts: dict[str, int] = {}
    head = {"format": FORMAT, "version": VERSION, "person": user.email, "made_at": timezone.now()}
    target.write(_json(head)[:-1] + b',\n"sections": [')
    for number, part in enumerate(SECTIONS):
        target.write((b"," if number else b"") + b"\n" + _json({"id": part.key, "title": part.title})[:-1])
        target.write(b', "rows": [')
        counts[part.key] = _write_rows(part, user, target)
        target.write(b"]}")
    target.write(b"\n]}\n")
    return counts


def _write_rows(part: Part, user: User, target: IO[bytes]) -> int:
    count = 0
    for count, row in enumerate(part.values(user), start=1):
        target.write((b",\n" if count > 1 else b"\n") + _json(row))
    return count


# Any: JSON
def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).encode("utf-8", "replace")


# --- HTML -----------------------------------------------------------------------------------------------------------


def write_page(part: Part, user: User, target: IO[bytes]) -> None:
    """Write the page of a section, row by row."""
    frame = render_to_string("own_data/section.html", {"part": part, "user": user})
    head, foot = frame.split("<!-- rows -->")
    target.write(head.encode())
    for row in part.values(user):
        cells = [(_label(name), *_show(value)) for name, value in row.items()]
        target.write(render_to_string("own_data/row.html", {"cells": cells}).encode("utf-8", "replace"))
    target.write(foot.encode())


# Any: values of columns
def _show(value: Any) -> tuple[str, bool]:
    # the text, and if it has lines of its own
    if value is None or value == "":
        return "", False
    if isinstance(value, bool):
        return "yes" if value else "no", False
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC", False
    if isinstance(value, dict | list):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1), True
    text = str(value)
    return text, "\n" in text


def _label(name: str) -> str:
    words = [ACRONYMS.get(word, word) for word in name.replace("__", "_").split("_") if word != "enrollment"]
    label = " ".join(words)
    return label[:1].upper() + label[1:]


def pages_with_rows(counts: dict[str, int]) -> Iterator[Part]:
    return (part for part in SECTIONS if counts[part.key])
