"""The PDF, read back by another library. A shaped text has other glyphs than one drawn letter by letter."""

import io

import pymupdf_fonts
import pypdf
import pytest

from portal.progress.certificates.fonts import NoFontError, text_width
from portal.progress.certificates.pdf import to_pdf

DEVANAGARI = "क्षत्रिय विद्यार्थी"
TAMIL = "தமிழ்"


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def test_pdf_is_one_landscape_page_with_name_course_route_and_address(make_certificate):
    certificate = make_certificate()
    pdf = read(to_pdf(certificate))
    page = pdf.pages[0]
    assert len(pdf.pages) == 1
    assert page.mediabox.width > page.mediabox.height
    text = page.extract_text()
    for part in ("Learner A", "Example Academy", "Lab 1", "88 of 100", "29 November to 14 December 2025"):
        assert part in text.replace("\n", " ")
    assert certificate.number in text
    link = page["/Annots"][0].get_object()["/A"]["/URI"]
    assert link == certificate.address


@pytest.mark.parametrize(
    "name", [DEVANAGARI, "محمد علي", "שלום", "Nguyễn Ελλάς Жук", "ไทยนี้", "Learner " * 14]
)
def test_pdf_has_a_name_in_any_script_of_the_packaged_font(make_certificate, name):
    pdf = read(to_pdf(make_certificate(name.strip())))
    assert len(pdf.pages) == 1
    assert name.strip() in pdf.metadata.title


def test_devanagari_is_shaped():
    # As in a conjunct: three letters with a virama are drawn as one glyph, narrower than the letters apart.
    assert text_width("क्ष", 20) < text_width("क", 20) + text_width("ष", 20)


def test_same_certificate_gives_the_same_file(make_certificate):
    certificate = make_certificate()
    assert to_pdf(certificate) == to_pdf(certificate)


def test_script_without_a_font_is_refused_with_its_letter(make_certificate, settings, tmp_path):
    settings.CERTIFICATE_FONTS = [str(tmp_path)]
    with pytest.raises(NoFontError, match="TAMIL"):
        to_pdf(make_certificate(TAMIL + "ஃ"))


def test_font_of_the_server_is_used_where_the_packaged_one_lacks_a_letter(
    make_certificate, settings, tmp_path, monkeypatch
):
    from portal.progress.certificates import fonts

    (tmp_path / "broken.ttf").write_bytes(b"no font")
    (tmp_path / "NotoSans-Regular.ttf").write_bytes(pymupdf_fonts.myfont("notos"))
    settings.CERTIFICATE_FONTS = [str(tmp_path)]
    letter = next(
        chr(code)
        for code in sorted(fonts._letters(pymupdf_fonts.myfont("notos")) - fonts._packaged("bold")[1])
        if chr(code).isalpha()
    )
    to_pdf(make_certificate(f"{letter} A"))
