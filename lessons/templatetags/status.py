from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

WORDS = {
    "todo": "Not started",
    "part": "In progress",
    "run": "Running",
    "done": "Finished",
    "bad": "Needs work",
    "wait": "Waiting for marking",
}


def _draw(state: str, word: str) -> str:
    return (
        f'<svg class="g {state}" aria-hidden="true" focusable="false"><use href="#g-{state}"/></svg>'
        f'<span class="vh">{word}: </span>'
    )


# The same as partials/_glyph.html, which is too slow to include for each of hundreds of rows.
GLYPHS = {state: mark_safe(_draw(state, word)) for state, word in WORDS.items()}  # noqa: S308 - constants
GLYPHS["later"] = mark_safe(_draw("todo", "Opens later"))  # noqa: S308 - constants


LESSON_GLYPHS = GLYPHS | {"done": mark_safe(_draw("done", "Read"))}  # noqa: S308 - constants


@register.simple_tag
def glyph(state: str) -> SafeString:
    return GLYPHS[state]


@register.simple_tag
def lesson_glyph(state: str) -> SafeString:
    return LESSON_GLYPHS[state]
