"""Parts of the rows of the class page."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from lessons.models import Cohort
from portal.progress.class_page.links import class_address
from portal.progress.class_page.stuck import StuckRow

register = template.Library()

GLYPHS = {
    state: mark_safe(  # noqa: S308 - constants
        f'<svg class="g {state}" aria-hidden="true" focusable="false"><use href="#g-{state}"/></svg>'
        f'<span class="vh">{word}: </span>'
    )
    for state, word in (("bad", "Needs work"), ("skip", "Away"))
}


@register.simple_tag
def stuck_glyph(state: str) -> SafeString:
    return GLYPHS[state]


@register.simple_tag
def finding_url(cohort: Cohort, row: StuckRow) -> str:
    address = class_address(cohort, "teach_finding", row.learner)
    return f"{address}?lab={row.lab}" if row.lab else address
