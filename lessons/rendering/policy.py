"""The allowlist of HTML. It trusts nothing that earlier rules produced."""

import re

import nh3
from pygments.token import STANDARD_TYPES

PLAIN = {
    *("p", "em", "strong", "s", "code", "blockquote", "ul", "br", "hr", "figcaption"),
    *("h4", "h5", "h6", "table", "thead", "tbody", "tr"),
    *("dl", "dt", "dd", "mark", "sup", "summary"),
}
ATTRIBUTES = {
    "a": {"href", "title", "aria-label", "id"},
    "details": {"open"},
    "img": {"src", "alt", "title"},
    "h2": {"id"},
    "h3": {"id"},
    "ol": {"start"},
    "ul": {"data-checklist"},
    "li": {"data-key", "id"},
    "figure": {"data-flow"},
    "div": {"aria-label"},
    "span": {"aria-label"},
}
VALUES = {
    "a": {"rel": {"noopener noreferrer"}},
    "aside": {"role": {"note"}},
    "div": {"tabindex": {"0"}, "role": {"region"}},
    "pre": {"tabindex": {"0"}},
    "math": {"display": {"block"}},
    "span": {"role": {"img", "group"}, "tabindex": {"0"}},
    "th": {"scope": {"row"}},
}
# MathML Core, as far as math-core writes it. Text in formulas is plain: no HTML, links or annotations inside.
FORMULAS = {
    *(
        "math",
        "mrow",
        "mi",
        "mn",
        "mo",
        "mtext",
        "mspace",
        "mfrac",
        "msqrt",
        "mroot",
        "msub",
        "msup",
        "msubsup",
    ),
    *("munder", "mover", "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr", "mtd"),
    *("mphantom", "mpadded", "menclose"),
}
SIZED = {"displaystyle", "scriptlevel"}
IN_FORMULAS = {
    "mi": {"mathvariant"},
    "mo": {
        *("form", "stretchy", "symmetric", "movablelimits"),
        *("lspace", "rspace", "minsize", "maxsize"),
    },
    "mspace": {"width"},
    "mfrac": {"linethickness", *SIZED},
    "mrow": SIZED,
    "mtable": SIZED,
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mpadded": {"width", "height", "voffset"},
    "menclose": {"notation"},
}
CELLS = {
    *("left", "right", "wide", "half", "joined-left", "joined-right", "apart"),
    *(f"{kind}-{side}" for kind in ("solid", "dashed") for side in ("left", "right", "top", "bottom")),
}
CLASSES = {
    "a": {"anchor"},
    "code": {"lines"},
    "aside": {"note", "tip", "warning", "staff", "objectives", "key-points"},
    "div": {"heading", "scroll", "footnotes"},
    "figure": {"code", "flow"},
    "li": {"task-list-item"},
    "mrow": {"menclose-updiagonalstrike", "menclose-downdiagonalstrike"},
    "mtable": CELLS,
    "mtd": CELLS,
    "p": {"note-title", "video"},
    "span": {"formula", "task-box", "video-host", *filter(None, STANDARD_TYPES.values())},
    "td": {"center", "right"},
    "th": {"center", "right"},
    "ul": {"checklist"},
}
# Ids of footnotes and of their references.
FOOTNOTES = {"li": re.compile("note--[0-9]+"), "a": re.compile("ref--[0-9]+(?:-[0-9]+)?")}


def check_address(tag: str, attribute: str, value: str) -> str | None:
    # Refuses URLs that the schemes below allow: scheme-relative ones, and images over http. Browsers drop
    # spaces and control characters from a URL and read \ as /.
    if attribute == "id" and tag in FOOTNOTES:
        return value if FOOTNOTES[tag].fullmatch(value) else None
    if attribute not in ("href", "src"):
        return value
    start = re.sub(r"[\0- ]", "", value).replace("\\", "/").lower()
    return None if start.startswith(("//", "http:") if tag == "img" else "//") else value


CLEANER = nh3.Cleaner(
    tags=PLAIN | FORMULAS | ATTRIBUTES.keys() | VALUES.keys() | CLASSES.keys(),
    attributes=ATTRIBUTES | IN_FORMULAS,
    attribute_filter=check_address,
    tag_attribute_values=VALUES,
    allowed_classes=CLASSES,
    url_schemes={"https", "http", "mailto"},
    link_rel=None,
)


def sanitise(html: str) -> str:
    return CLEANER.clean(html)
