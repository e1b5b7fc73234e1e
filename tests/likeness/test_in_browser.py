"""The pages of likeness in Chromium: axe at both widths and themes."""

import pytest

from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import make_staff, make_user
from tests.likeness.comparing import compare
from tests.likeness.test_winnowing import PROGRAM, RENAMED

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.heavy]


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_likeness_pass_axe_at_each_width(browser, live_server, lab, hand_in, look):
    hand_in({"stats.py": PROGRAM, "same.md": "The same text.\n"})
    hand_in({"stats.py": RENAMED, "same.md": "The same text.\n"})
    pair = compare(lab).pairs.get()
    page_of = f"{lab.get_absolute_url()}likeness/"
    with open_context(
        browser, live_server, make_staff(lab.course, make_user(is_staff=True)), **look()
    ) as context:
        page = context.new_page()
        for address in (page_of, f"{page_of}{pair.pk}/"):
            status = page.goto(address).status
            assert (address, status, axe_violations(page), widens(page)) == (address, 200, [], False)
