"""The Markdown of each HTML element."""

MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "cite": "*", "dfn": "*", "var": "*"} | {
    "del": "~~",
    "s": "~~",
    "strike": "~~",
    "mark": "==",
}
CLASS_MARKS = {"strike": "~~", "mark": "=="}  # as `xhtml` writes what QTI has no element for
CODE = {"code", "tt", "kbd", "samp"}
HEADINGS = {f"h{level}": max(3, level) for level in range(1, 7)}
CONTAINERS = {
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "center",
    "main",
    "figure",
    "figcaption",
} | {
    *("body", "html", "prompt", "itembody", "address", "fieldset", "details", "summary", "aside", "nav"),
    *("rubricblock", "form", "caption"),
}
BLOCKS = CONTAINERS | {*HEADINGS, "ul", "ol", "li", "blockquote", "pre", "table", "hr", "dl", "dt", "dd"}
SILENT = {"span", "a", "abbr", "acronym", "label", "bdi", "bdo", "time", "data", "wbr", "head", "q", "nobr"}
GONE = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "video",
    "audio",
    "svg",
    "math",
    "canvas",
    "input",
} | {
    *("select", "textarea", "button", "meta", "link", "title", "applet", "source", "track", "noscript"),
}
