"""Draw a flow as SVG, from escaped text only, because it is added after sanitising. Colours are in the style sheet."""

from html import escape

from .flow import Flow
from .flow_layers import layer
from .flow_layout import HEAD, LINE, Arrow, Box, Layout, lay_out

NARROW = 286  # px: a 320 px phone without the page margins
WIDE = 620  # px: about the text width; flow.css shows the wide drawing in columns of at least this width


def draw(flow: Flow) -> str:
    """Return the content of the figure: a drawing, or one for phones and one for wide screens, and a list of arrows."""
    layers = layer(flow)
    across, down = (lay_out(flow, layers, down=way) for way in (False, True))
    narrow = min(down, across, key=lambda layout: layout.width)
    title = flow.title or f"Flow that starts at {flow.steps[0]}"
    caption = f"<figcaption>{escape(flow.title)}</figcaption>" if flow.title else ""
    if across.width > WIDE or narrow is across:
        drawings = _region(narrow, title)
    else:
        drawings = _region(narrow, title, " flow-narrow")
        drawings += f'<div class="flow-wide">{_svg(across, title)}</div>'
    return caption + drawings + _as_text(flow)


def _region(layout: Layout, title: str, kind: str = "") -> str:
    # A drawing that is too wide for a phone scrolls on its own, so it must be reachable by keyboard.
    scrolls = f' tabindex="0" role="group" aria-label="{escape(title)}"' if layout.width > NARROW else ""
    return f'<div class="scroll{kind}"{scrolls}>{_svg(layout, title)}</div>'


def _svg(layout: Layout, title: str) -> str:
    size = f"{_n(layout.width)} {_n(layout.height)}"
    width, height = size.split()
    return (
        f'<svg role="img" width="{width}" height="{height}" viewBox="0 0 {size}" font-size="14" '
        f'text-anchor="middle"><title>{escape(title)}</title>'
        + "".join(_arrow(arrow, layout.down) for arrow in layout.arrows)
        + "".join(_box(box) for box in layout.boxes)
        + "</svg>"
    )


def _box(box: Box) -> str:
    middle = _n(box.x + box.width / 2)
    # 5 px from the middle of the letters to the baseline
    top = box.y + box.height / 2 - (len(box.lines) - 1) * LINE / 2 + 5
    lines = "".join(
        f'<tspan x="{middle}" y="{_n(top + number * LINE)}">{escape(line)}</tspan>'
        for number, line in enumerate(box.lines)
    )
    return (
        f'<rect class="flow-box" x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" '
        f'height="{_n(box.height)}" rx="6" fill="none" stroke="currentColor"/>'
        f'<text class="flow-label" fill="currentColor">{lines}</text>'
    )


def _arrow(arrow: Arrow, down: bool) -> str:
    curve = f"M{_xy(*arrow.points[0])}"
    for (x1, y1), (x2, y2) in zip(arrow.points, arrow.points[1:], strict=False):
        bend = (x1, (y1 + y2) / 2, x2, (y1 + y2) / 2) if down else ((x1 + x2) / 2, y1, (x1 + x2) / 2, y2)
        curve += f"C{_xy(*bend[:2])} {_xy(*bend[2:])} {_xy(x2, y2)}"
    name = "flow-arrow flow-back" if arrow.back else "flow-arrow"
    return (
        f'<path class="{name}" d="{curve}" fill="none" stroke="currentColor"/>'
        f'<path class="flow-head" d="{_head(arrow, down)}" fill="currentColor"/>'
    )


def _head(arrow: Arrow, down: bool) -> str:
    (x, y), half = arrow.points[-1], HEAD / 2
    base = ((x - half, y), (x + half, y)) if down else ((x, y - half), (x, y + half))
    return f"M{_xy(*base[0])}L{_xy(*arrow.tip)}L{_xy(*base[1])}Z"


def _as_text(flow: Flow) -> str:
    lines = [f"{flow.steps[a]} → {flow.steps[b]}" for a, b in flow.arrows] or flow.steps
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<details><summary>As text</summary><ul>{items}</ul></details>"


def _xy(x: float, y: float) -> str:
    return f"{_n(x)},{_n(y)}"


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
