"""The pages of a certificate in Chromium: axe, both widths and themes, and the printed page."""

import io
import os

import pypdf
import pytest

from portal.progress.models import Certificate
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import make_learner, make_staff, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.heavy]


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_a_certificate_pass_axe_at_each_width(browser, live_server, learner, make_certificate, look):
    certificate = make_certificate("क्षत्रिय विद्यार्थी", shows_name=True, shows_work=True)
    Certificate.objects.update(wanted_name="Learner A", wanted_because="A letter is missing.")
    own = f"/courses/{learner.course.slug}/certificate/"
    people = (
        (learner.user, [own, certificate.path]),
        (make_learner(learner.course).user, [own]),
        (
            make_staff(learner.course, make_user(is_staff=True)),
            [f"/teach/{learner.course.slug}/certificates/"],
        ),
    )
    for number, (user, addresses) in enumerate(people):
        with open_context(browser, live_server, user, **look()) as context:
            page = context.new_page()
            for address in addresses:
                status = page.goto(address).status
                assert (address, status, axe_violations(page), widens(page)) == (address, 200, [], False)
                if folder := os.environ.get("SHOTS"):
                    page.screenshot(
                        path=f"{folder}/{number}{addresses.index(address)}-{look.__name__}.png",
                        full_page=True,
                    )


def test_certificate_prints_alone_on_one_landscape_page(browser, live_server, learner, make_certificate):
    certificate = make_certificate()
    with open_context(browser, live_server, learner.user, color_scheme="dark") as context:
        page = context.new_page()
        page.goto(f"/courses/{learner.course.slug}/certificate/")
        pdf = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    printed = pdf.pages[0]
    assert len(pdf.pages) == 1
    assert printed.mediabox.width > printed.mediabox.height
    text = printed.extract_text()
    assert "Learner A" in text and certificate.number in text
    assert "What others see" not in text and "Ask for a correction" not in text
