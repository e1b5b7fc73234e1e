"""Parts of the rows of the class page."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from lessons.models import Cohort
from portal.progress.class_page.heat import heat, percent_of
from portal.progress.class_page.heat_page import HeatRow
from portal.progress.class_page.links import class_address, learner_address
from portal.progress.class_page.stuck import StuckRow

register = template.Library()

GLYPHS = {
    state: mark_safe(  # noqa: S308 - constants
        f'<svg class="g {state}" aria-hidden="true" focusable="false"><use href="#g-{state}"/></svg>'
        f'<span class="vh">{word}: </span>'
    )
    for state, word in (("bad", "Needs work"), ("skip", "Away"))
}

CHANGED = '<b class="hand" aria-hidden="true">*</b><span class="vh"> changed by staff</span>'


@register.simple_tag
def stuck_glyph(state: str) -> SafeString:
    return GLYPHS[state]


@register.simple_tag
def finding_url(cohort: Cohort, row: StuckRow) -> str:
    address = class_address(cohort, "teach_finding", row.learner)
    return f"{address}?lab={row.lab}" if row.lab else address


@register.simple_tag
def learner_url(cohort: Cohort, learner: int) -> str:
    return learner_address(cohort, learner)


@register.simple_tag
def heat_cells(row: HeatRow) -> SafeString:
    # A template would take a second for the 1,250 cells of a page.
    parts = [
        '<td class="h0">–</td>'
        if each is None
        else f'<td class="h{heat(each.share)}">{percent_of(each.share)}{CHANGED if each.is_changed else ""}</td>'
        for each in row.cells
    ]
    return mark_safe("".join(parts))  # noqa: S308 - numbers
