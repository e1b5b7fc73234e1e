"""Draw the route of a certificate as SVG."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.progress.certificates.route import WIDTH, Drawing, Node, describe, draw, load
from portal.progress.models import Certificate

register = template.Library()


@register.simple_tag
def route(certificate: Certificate) -> SafeString:
    stretches = load(certificate.content["route"])
    drawing = draw(stretches)
    return format_html(
        '<svg class="ln" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}{}</svg>',
        *(WIDTH, drawing.height, f"The route of {certificate.name}: {describe(stretches)}"),
        format_html_join("", '<path d="M0 {}H{}"/>', ((y, WIDTH) for y in drawing.lines)),
        format_html_join("", '<path d="{}"/>', ((path,) for path in _paths(drawing))),
        format_html_join("", "{}", ((_draw_node(node),) for node in drawing.nodes)),
        format_html_join(
            "",
            '<text x="{}" y="{}" text-anchor="middle">{}</text>',
            ((round(label.x, 1), label.y, label.text) for label in drawing.labels),
        ),
    )


def _paths(drawing: Drawing) -> list[str]:
    paths = []
    for (x, y), *curves in drawing.branches:
        paths.append(f"M{x:.1f} {y}C" + " ".join(f"{a:.1f} {b}" for a, b in curves))
    return paths


def _draw_node(node: Node) -> SafeString:
    x, y, radius = round(node.x, 1), node.y, round(node.radius, 1)
    if node.passed:
        return format_html('<circle class="n-ok" cx="{}" cy="{}" r="{}"/>', x, y, radius)
    shape = '<rect class="n-bad" x="{}" y="{}" width="{}" height="{}" rx="1.5"/>'
    return format_html(shape, round(x - radius, 1), round(y - radius, 1), 2 * radius, 2 * radius)
