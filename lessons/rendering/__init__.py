"""Markdown to sanitised HTML: the only place in the portal where this happens. Imports no Django."""

from .page import Rendered, TooComplex, render, render_fragment, render_inline, with_ticks

__all__ = ["Rendered", "TooComplex", "render", "render_fragment", "render_inline", "with_ticks"]
