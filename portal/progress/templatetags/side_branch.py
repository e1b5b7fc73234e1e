"""Draw a lab's submissions as a side branch, which rejoins the line once the lab is passed."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

MAX_DRAWN = 5  # submissions; the text beside the drawing has their number
STEP = 16


@register.simple_tag
def side_branch(submissions: int, state: str) -> SafeString:
    return _draw(min(submissions, MAX_DRAWN), state) if submissions else SafeString()


@lru_cache(maxsize=4 * MAX_DRAWN)
def _draw(submissions: int, state: str) -> SafeString:
    # `state` is that of the best one, which is drawn last; the others are hollow.
    last = 22 + STEP * (submissions - 1)
    back = f"H{last + 2}C{last + 14} 6 {last + 8} 20 {last + 20} 20" if state == "done" else f"H{last}"
    nodes = [f'<circle class="n-todo" cx="{x}" cy="6" r="4"/>' for x in range(22, last, STEP)]
    nodes.append(_best(last, state))
    return mark_safe(  # noqa: S308 - numbers and constants
        f'<svg class="ln" width="{last + 26}" height="24" viewBox="0 0 {last + 26} 24" aria-hidden="true" '
        f'focusable="false"><path d="M0 20H{last + 26}"/><path d="M2 20C14 20 8 6 20 6{back}"/>{"".join(nodes)}</svg>'
    )


def _best(x: int, state: str) -> str:
    if state == "bad":
        return f'<rect class="n-bad" x="{x - 5}" y="1" width="10" height="10" rx="2"/>'
    return f'<circle class="{"n-ok" if state == "done" else "n-todo"}" cx="{x}" cy="6" r="5"/>'
