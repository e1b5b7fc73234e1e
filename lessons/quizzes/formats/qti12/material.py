"""Material of QTI 1.2 -> HTML."""

from html import escape

from .._shared.xml import Node

RESPONSES = ("response_lid", "response_str", "response_num", "response_grp", "response_xy")
RENDERS = ("render_choice", "render_fib", "render_hotspot", "render_slider", "render_extension")


def own_html(node: Node | None, skip: frozenset[str] = frozenset()) -> str:
    """Return the material in a node, without that of its responses and options."""
    parts: list[str] = []
    waiting = [node] if node else []
    while waiting:
        current = waiting.pop()
        if current.tag == "material" or current.tag == "material_ref":
            parts.append(material_html(current))
        elif current is node or (current.tag not in RESPONSES + RENDERS and current.get("class") not in skip):
            waiting += reversed(current.nodes)
    return "".join(f"<p>{part}</p>" if "<p" not in part else part for part in parts if part.strip())


def material_html(material: Node) -> str:
    return "".join(_html(each) for each in material.nodes)


def _html(node: Node) -> str:
    kind = (node.get("texttype") or node.get("type") or "text/plain").lower()
    if node.tag in ("mattext", "matemtext", "mat_formattedtext"):
        if node.nodes:
            return node.html()
        is_html = "html" in kind or "smart_text" in kind
        return node.text if is_html else escape(node.text.strip()).replace("\n", "<br>")
    if node.tag == "matbreak":
        return "<br>"
    if node.tag == "matimage":
        address = node.get("uri") or node.get("label")
        return f'<img src="{escape(address)}" alt="{escape(node.get("label"))}">'
    if node.tag in ("mataudio", "matvideo", "matapplet", "matapplication"):
        return f'<object data="{escape(node.get("uri"))}"></object>'
    if node.tag == "matref":
        return f'<object data="{escape(node.get("linkrefid"))}"></object>'
    return "".join(_html(each) for each in node.nodes)


def labels_of(response: Node) -> list[tuple[str, str]]:
    """Return the identifier and HTML of each option."""
    return [(each.get("ident"), own_html(each)) for each in response.find("response_label")]
