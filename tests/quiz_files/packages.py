"""Packages as platforms export them, made of the samples."""

import zipfile
from io import BytesIO

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6364f8cf500f000306018"
    "05a34fbaf0000000049454e44ae426082"
)


def make_zip(files: dict[str, bytes | str], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return out.getvalue()


def manifest(*hrefs: str) -> str:
    resources = "".join(
        f'<resource identifier="r{n}" type="imsqti" href="{href}"/>' for n, href in enumerate(hrefs)
    )
    return f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>{resources}</resources></manifest>'


def item_21(name: str, *, image: str = "") -> str:
    picture = f'<p><img src="{image}" alt="A picture"/></p>' if image else ""
    return (
        f'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="{name}" title="Item {name}">'
        '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">'
        "<correctResponse><value>A</value></correctResponse></responseDeclaration>"
        f'<itemBody><p>What is {name}?</p>{picture}<choiceInteraction responseIdentifier="RESPONSE" shuffle="true">'
        '<simpleChoice identifier="A">This</simpleChoice><simpleChoice identifier="B">That</simpleChoice>'
        "</choiceInteraction></itemBody></assessmentItem>"
    )


def list_21(*hrefs: str) -> str:
    refs = "".join(f'<assessmentItemRef identifier="i{n}" href="{href}"/>' for n, href in enumerate(hrefs))
    return (
        f'<assessmentTest identifier="t" title="A test of two"><testPart>{refs}</testPart></assessmentTest>'
    )
