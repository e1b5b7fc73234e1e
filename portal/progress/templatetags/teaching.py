"""Parts of the rows of an outline. Including a template in each of hundreds of rows would be too slow."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lessons.models.release import Status
from portal.progress.teaching.outline import Part

register = template.Library()

BUTTON = (
    '<button class="btn sm ghost" name="move" value="{way} {place}" data-step="{step}"'
    ' aria-label="Move {way}: {title}"><span aria-hidden="true">{arrow}</span></button>'
)


@register.simple_tag
def move_buttons(kind: str, key: int, title: str) -> SafeString:
    ways = (("up", -1, "↑"), ("down", 1, "↓"))
    place = f"{kind}-{key}"
    buttons = [
        format_html(BUTTON, way=way, place=place, step=step, title=title, arrow=arrow)
        for way, step, arrow in ways
    ]
    return format_html("{}{}", *buttons)


@register.simple_tag
def state_of(part: Part, *, quiet: bool = False) -> SafeString:
    """Show the state as a chip. With `quiet`, the normal state is plain text."""
    if quiet and part.state == Status.PUBLISHED.label:
        return format_html("<small>{}</small>", part.state)
    return format_html('<span class="chip {}">{}</span>', part.look, part.state)
