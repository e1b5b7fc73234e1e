from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

WORDS = {
    "todo": "Not started",
    "part": "In progress",
    "run": "Running",
    "done": "Finished",
    "bad": "Needs work",
}


@register.filter
def state_word(state: str) -> str:
    """The word that says what the glyph of this state shows."""
    return WORDS[state]


def _draw(state: str) -> str:
    return (
        f'<svg class="glyph {state}" aria-hidden="true" focusable="false"><use href="#g-{state}"/></svg>'
        f'<span class="vh">{WORDS[state]}: </span>'
    )


# As partials/_glyph.html; a list of hundreds has no time to include a template for each.
GLYPHS = {state: mark_safe(_draw(state)) for state in WORDS}  # noqa: S308 - constants


@register.simple_tag
def glyph(state: str) -> SafeString:
    """The glyph of a state with its word."""
    return GLYPHS[state]
