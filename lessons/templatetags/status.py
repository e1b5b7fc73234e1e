from django import template

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
