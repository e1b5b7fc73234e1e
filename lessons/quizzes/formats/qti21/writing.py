"""Write a package of QTI 2.1: an item for each question, a test, and a manifest."""

import zipfile
from io import BytesIO
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ...front_matter import Pool
from ...question import AnyQuestion
from ...quiz import Quiz
from ...writing import write_question
from .._shared.format import Losses, report_portal_texts, report_rules
from .item import SCHEMA, identifier
from .items import write_item

MANIFEST = "http://www.imsglobal.org/xsd/imscp_v1p1"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a .zip; the same quiz gives the same bytes


def write_package(quiz: Quiz, losses: Losses) -> bytes:
    report_rules(quiz, losses, carried=True)
    items: dict[str, bytes] = {}
    images: dict[str, bytes] = {}
    for question in quiz.questions:
        element = write_item(question, losses)
        if element is not None:
            report_portal_texts(question, write_question(question), losses)
            images |= _take_images(element, losses)
            items[identifier(question.key)] = _document(element, neat=False)
    files = {f"items/{name}.xml": data for name, data in items.items()}
    files = {
        "imsmanifest.xml": _manifest(items, images),
        "test.xml": _test(quiz, items, losses),
        **files,
        **images,
    }
    return _zip(files)


def _take_images(item: Element, losses: Losses) -> dict[str, bytes]:
    found = {}
    for node in item.iter("img"):
        address = node.get("src", "")
        if address in losses.images:
            path = f"images/{address.rpartition('/')[2]}"
            node.set("src", f"../{path}")
            found[path] = losses.images[address]
    return found


def _test(quiz: Quiz, items: dict[str, bytes], losses: Losses) -> bytes:
    root = Element(
        "assessmentTest",
        {**SCHEMA, "identifier": "test", "title": " ".join(quiz.title.split())},
    )
    if quiz.time_limit:
        SubElement(root, "timeLimits", {"maxTime": str(quiz.time_limit * 60)})
    part = SubElement(
        root,
        "testPart",
        {"identifier": "part", "navigationMode": "nonlinear", "submissionMode": "simultaneous"},
    )
    section = SubElement(
        part, "assessmentSection", {"identifier": "section", "title": quiz.title, "visible": "false"}
    )
    if quiz.shuffle:
        SubElement(section, "ordering", {"shuffle": "true"})
    written = [question for question in quiz.questions if identifier(question.key) in items]
    pools = {pool.name: _pool(section, pool) for pool in quiz.pools}
    for question in written:
        name, inside = identifier(question.key), pools.get(question.pool, section)
        if inside is not section and inside not in list(section):
            section.append(inside)
        SubElement(inside, "assessmentItemRef", {"identifier": name, "href": f"items/{name}.xml"})
    _report_scattered(written, quiz, losses)
    return _document(root)


def _pool(section: Element, pool: Pool) -> Element:
    # Without keepTogether, the questions of a pool mix with the others if the test is shuffled.
    attributes = {"identifier": pool.name, "title": pool.name, "visible": "false", "keepTogether": "false"}
    found = Element("assessmentSection", attributes)
    SubElement(found, "selection", {"select": str(pool.draw)})
    return found


def _report_scattered(written: list[AnyQuestion], quiz: Quiz, losses: Losses) -> None:
    runs = [name for name, _ in groupby(question.pool for question in written) if name]
    if len(runs) > len(set(runs)) and not quiz.shuffle:
        losses.add(None, "The questions of a pool are together: a test draws them from a section.")


def _manifest(items: dict[str, bytes], images: dict[str, bytes]) -> bytes:
    root = Element("manifest", {"xmlns": MANIFEST, "identifier": "manifest"})
    metadata = SubElement(root, "metadata")
    SubElement(metadata, "schema").text = "QTIv2.1 Package"
    SubElement(metadata, "schemaversion").text = "1.0.0"
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    _resource(resources, "test-file", "imsqti_test_xmlv2p1", "test.xml", items)
    for name in items:
        _resource(resources, f"file-{name}", "imsqti_item_xmlv2p1", f"items/{name}.xml")
    for number, path in enumerate(images, 1):
        _resource(resources, f"image-{number}", "webcontent", path)
    return _document(root)


def _resource(
    resources: Element, name: str, kind: str, path: str, needs: dict[str, bytes] | None = None
) -> None:
    resource = SubElement(resources, "resource", {"identifier": name, "type": kind, "href": path})
    SubElement(resource, "file", {"href": path})
    for each in needs or ():
        SubElement(resource, "dependency", {"identifierref": f"file-{each}"})


def _document(root: Element, *, neat: bool = True) -> bytes:
    # Blanks inside the text of an item would show.
    if neat:
        indent(root)
    written: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def _zip(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path, EARLIEST), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
