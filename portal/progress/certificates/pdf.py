"""A certificate as a PDF: one page, A4 landscape, with the drawn route."""

import io
from datetime import date

from django.utils.formats import date_format
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from portal.progress.certificates.fonts import draw_text, text_width, wrap
from portal.progress.certificates.route import WIDTH, Drawing, draw, load
from portal.progress.certificates.words import completed_words, period_words
from portal.progress.models import Certificate

# Colours of static/css/tokens.css, light.
INK, QUIET, ACCENT, BAD, RULE = map(HexColor, ("#1C1A17", "#57534A", "#0B5F66", "#8F1A12", "#857F72"))
PAGE_WIDTH, PAGE_HEIGHT = landscape(A4)
MARGIN, LEFT = 28, 72  # points
TEXT_WIDTH = PAGE_WIDTH - 2 * LEFT
NAME_SIZES = (46, 40, 34, 28, 23, 19)
MAX_ROUTE_HEIGHT = 150  # points
LABEL_SIZE = 9


def to_pdf(certificate: Certificate) -> bytes:
    """Return the PDF. Raises NoFontError if this server cannot draw the name or a title."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=1, lang="en")
    content = certificate.content
    canvas.setTitle(f"{content['course']}: certificate of {certificate.name}")
    canvas.setAuthor(content["issuer"])
    canvas.setSubject(certificate.address)
    _draw_frames(canvas)
    _draw_mark(canvas, LEFT, PAGE_HEIGHT - 84, 24)
    _draw_seal(canvas, PAGE_WIDTH - LEFT - 34, PAGE_HEIGHT - 90)
    _text(canvas, LEFT + 32, PAGE_HEIGHT - 80, content["issuer"], 16, "bold")
    y = _draw_name(canvas, certificate.name, PAGE_HEIGHT - 150)
    y = _draw_sentence(canvas, completed_words(content), y - 26)
    _draw_route(canvas, draw(load(content["route"])), y - 14)
    _draw_foot(canvas, certificate)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _text(
    canvas: Canvas, x: float, y: float, text: str, size: float, weight: str = "regular", colour: Color = INK
) -> None:
    canvas.setFillColor(colour)
    draw_text(canvas, x, y, text, size, weight)


def _draw_frames(canvas: Canvas) -> None:
    canvas.setLineWidth(0.75)
    for inset, colour in ((MARGIN, RULE), (MARGIN + 10, ACCENT)):
        canvas.setStrokeColor(colour)
        canvas.rect(inset, inset, PAGE_WIDTH - 2 * inset, PAGE_HEIGHT - 2 * inset)


def _draw_mark(canvas: Canvas, x: float, y: float, size: float) -> None:
    # The logo: a line, and a side branch that comes back to it, in a square of 24 units.
    unit = size / 24
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(unit, unit)
    canvas.setStrokeColor(ACCENT)
    canvas.setFillColor(ACCENT)
    canvas.setLineWidth(2.2)
    canvas.line(2, 6, 22, 6)
    path = canvas.beginPath()
    path.moveTo(3, 6)
    path.curveTo(7, 6, 6.5, 16, 12, 16)
    path.curveTo(17.5, 16, 17, 6, 21, 6)
    canvas.drawPath(path)
    canvas.circle(12, 16, 3.3, stroke=0, fill=1)
    canvas.restoreState()


def _draw_seal(canvas: Canvas, x: float, y: float) -> None:
    canvas.setStrokeColor(ACCENT)
    canvas.setLineWidth(0.75)
    canvas.circle(x, y, 30)
    canvas.circle(x, y, 33)
    _draw_mark(canvas, x - 17, y - 14, 34)


def _draw_name(canvas: Canvas, name: str, y: float) -> float:
    _text(canvas, LEFT, y, "This certifies that", 12, colour=QUIET)
    size = next((each for each in NAME_SIZES if text_width(name, each, "bold") <= TEXT_WIDTH), NAME_SIZES[-1])
    for line in wrap(name, size, TEXT_WIDTH, "bold"):
        y -= size * 1.25
        _text(canvas, LEFT, y, line, size, "bold")
    return y


def _draw_sentence(canvas: Canvas, sentence: str, y: float) -> float:
    for line in wrap(sentence, 13, TEXT_WIDTH):
        _text(canvas, LEFT, y, line, 13)
        y -= 19
    return y


def _draw_route(canvas: Canvas, drawing: Drawing, top: float) -> None:
    scale = min(TEXT_WIDTH / WIDTH, MAX_ROUTE_HEIGHT / drawing.height)
    canvas.saveState()
    canvas.translate(LEFT, top)
    canvas.scale(scale, -scale)  # the drawing counts from the top, a PDF from the bottom
    canvas.setStrokeColor(ACCENT)
    canvas.setLineWidth(1.8)
    for y in drawing.lines:
        canvas.line(0, y, WIDTH, y)
    for points in drawing.branches:
        path = canvas.beginPath()
        path.moveTo(*points[0])
        for one, two, end in zip(points[1::3], points[2::3], points[3::3], strict=True):
            path.curveTo(*one, *two, *end)
        canvas.drawPath(path)
    for node in drawing.nodes:
        canvas.setFillColor(ACCENT if node.passed else BAD)
        if node.passed:
            canvas.circle(node.x, node.y, node.radius, stroke=0, fill=1)
        else:
            side = 2 * node.radius
            canvas.rect(node.x - node.radius, node.y - node.radius, side, side, stroke=0, fill=1)
    canvas.restoreState()
    for label in drawing.labels:
        half = text_width(label.text, LABEL_SIZE) / 2
        _text(
            canvas, LEFT + label.x * scale - half, top - label.y * scale, label.text, LABEL_SIZE, colour=QUIET
        )
    legend = "The route, including retries. Square: a submission that needed work. Circle: one that passed."
    _text(canvas, LEFT, top - drawing.height * scale - 10, legend, LABEL_SIZE, colour=QUIET)


def _draw_foot(canvas: Canvas, certificate: Certificate) -> None:
    content, y = certificate.content, MARGIN + 44
    issued = date_format(date.fromisoformat(content["issued_on"]), "j F Y")
    columns = (
        (LEFT, content["signed_by"] or content["issuer"], content["cohort"]),
        (LEFT + TEXT_WIDTH * 0.36, issued, period_words(content)),
        (LEFT + TEXT_WIDTH * 0.60, f"Certificate {certificate.number}", ""),
    )
    for x, title, under in columns:
        _text(canvas, x, y + 14, title, 11, "bold")
        if under:
            _text(canvas, x, y, under, 9, colour=QUIET)
    x = columns[-1][0]
    address = certificate.address
    size = min(9.0, 9.0 * (TEXT_WIDTH * 0.40) / text_width(address, 9))
    _text(canvas, x, y, address, size, colour=QUIET)
    canvas.linkURL(address, (x, y - 3, x + text_width(address, size), y + 10))
