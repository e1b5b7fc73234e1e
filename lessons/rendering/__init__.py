"""Render Markdown to sanitised HTML: the only place in the portal that does. Imports no Django."""

from .headings import MAX_LISTED
from .links import is_broken_link
from .page import (
    Rendered,
    render,
    render_for_staff,
    render_fragment,
    render_inline,
    render_option,
    with_ticks,
)
from .remarks import render_remark
from .sections import Definition, Section
from .state import TooComplexError

__all__ = [
    "MAX_LISTED",
    "Definition",
    "Rendered",
    "Section",
    "TooComplexError",
    "is_broken_link",
    "render",
    "render_for_staff",
    "render_fragment",
    "render_inline",
    "render_option",
    "render_remark",
    "with_ticks",
]
