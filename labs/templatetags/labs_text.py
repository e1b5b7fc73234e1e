import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from labs.grader.report import Drawing
from lessons.pages.context import Context
from lessons.templatetags.code import with_code

NARROW = 286  # px: a phone of 320 less the margins of the page; a wider drawing gets its own scroll bar
register = template.Library()
register.filter("with_code", with_code)


@register.inclusion_tag("labs/_drawing.html")
def draw(drawing: Drawing, *, caption: bool = True, inset: int = 0) -> Context:
    # A drawing of a stored report with its text beside it. Only our own worker writes these reports.
    width = re.match(r'<svg [^>]*?\bwidth="(\d+)', drawing.svg)
    return {
        "drawing": drawing,
        "caption": caption,
        "svg": mark_safe(drawing.svg),  # noqa: S308 - built by the engine from escaped text
        "scrolls": width and int(width[1]) > NARROW - inset,
    }


@register.simple_tag
def rail_item(item: Context, *, swap: bool = False) -> SafeString:
    # One item of a rail: glyph, word, text, url, note, id and whether it is the current page. A page has ten of them,
    # and including two templates for each is slow.
    marks = (' hx-swap-oob="true"' if swap else "") + (' aria-current="page"' if item["current"] else "")
    return format_html(
        '<li id="{id}"{marks}><svg class="g {glyph}" aria-hidden="true" focusable="false"><use href="#g-{glyph}"/>'
        '</svg><span class="vh">{word}: </span>\n<a href="{url}">{text}</a>\n<small>{note}</small>\n</li>',
        **{**item, "marks": mark_safe(marks)},  # noqa: S308 - constants
    )
