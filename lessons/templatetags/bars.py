from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def bar(value: Decimal | int, of: Decimal | int, mark: int | None = None, more: int = 0) -> SafeString:
    """Draw `value` out of `of` as a bar, with a tick at `mark` percent; `more` follows it in a paler colour.

    It is hidden from screen readers, so the page must also show the numbers as text. The width is an SVG attribute
    because the Content-Security-Policy blocks inline styles.
    """
    share = min(Decimal(value) / Decimal(of), Decimal(1)) * 100 if of else Decimal(0)
    paler = min(Decimal(more) / Decimal(of), Decimal(1)) * 100 if of else Decimal(0)
    rest = (
        format_html('<rect class="more" x="{}%" width="{}%"/>', f"{float(share):.4g}", f"{float(paler):.4g}")
        if more
        else ""
    )
    tick = format_html('<rect class="mark" x="{}%"/>', mark) if mark is not None else ""
    return format_html(
        '<svg class="bar" aria-hidden="true" focusable="false"><rect width="{}%"/>{}{}</svg>',
        f"{float(share):.4g}",
        rest,
        tick,
    )
