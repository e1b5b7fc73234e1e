"""A course with one lesson, `git`, with one heading, `commit`, and one quiz and one lab of that name."""

import pytest

from lessons.rendering import render


def resolve(kind: str, slug: str, fragment: str) -> str | None:
    if slug != "git" or fragment not in ("", "commit"):
        return None
    folder = {"lesson": "", "quiz": "quizzes/", "lab": "labs/"}[kind]
    return f"/courses/mlops/{folder}git/" + (f"#{fragment}" if fragment else "")


@pytest.fixture
def page():
    """Render Markdown in that course."""
    return lambda source: render(source, link=resolve)
