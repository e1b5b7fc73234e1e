"""Store the pictures that come with notes as images of the portal."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from lessons.images import FOLDER, ImageRefusedError, store_image
from lessons.models import Notes
from lessons.notes import Source
from lessons.texts.problem import Problem

TARGET = re.compile(r"\]\((<[^<>\n]{1,500}>|[^()\s]{1,500})\)")


def store_pictures(notes: Notes, source: Source) -> list[Problem]:
    """Store the pictures that are new or changed; return a problem for each that a lesson cannot show.

    The row is not saved. An image that an earlier state used stays, since edited lessons may show it.
    """
    problems = []
    stored: dict[str, Any] = dict(notes.pictures)
    for path, content in source.pictures.items():
        digest = sha256(content).hexdigest()
        if stored.get(path, [""])[0] == digest:
            continue
        try:
            name = store_image(SimpleUploadedFile(path, content))
        except ImageRefusedError as error:
            problems.append(Problem(1, "", f"This picture is left out. {error}", path=path))
            continue
        stored[path] = [digest, name]
    notes.pictures = stored
    return problems


def with_stored_pictures(markdown: str, stored: Mapping[str, list[str]]) -> str:
    """Return the Markdown with the addresses of the stored images in place of their paths in the notes."""
    if not stored:
        return markdown

    def address(match: re.Match[str]) -> str:
        found = stored.get(match[1].strip("<>"))
        return f"](/media/{FOLDER}/{found[1]})" if found else match[0]

    return TARGET.sub(address, markdown)
