"""The operator's own text, a Markdown file."""

from functools import lru_cache
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

from lessons.rendering.page import render_fragment


def read_operator_text(path: str) -> SafeString:
    """Return the text as HTML, or "". A changed file is read again."""
    if not path:
        return SafeString("")
    return _render(path, Path(path).stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _render(path: str, changed_at: int) -> SafeString:
    html = render_fragment(Path(path).read_text(encoding="utf-8"), link=_keep_link)
    return mark_safe(html)  # noqa: S308 - rendered by our own renderer, which allows no HTML


def _keep_link(kind: str, slug: str, fragment: str) -> str | None:
    return None  # it is in no course, so it links to no lesson
