"""The pages of a pushed commit in a real browser."""

import pytest

from tests.browsing import LOOKS, axe_violations, open_context, widens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CODE = b"def total(items):\n\treturn sum(item.price * item.quantity for item in items if item.price is not None)\n"


@pytest.mark.heavy
@pytest.mark.parametrize("look", LOOKS)
def test_files_and_changes_are_accessible_and_never_wider_than_the_screen(
    browser, live_server, cast, push, look
):
    push(**{"README.md": b"# Billing\n", "total.py": CODE, "data.bin": b"\0"})
    submission = push(**{"README.md": b"# Billing\n\nTotals.\n", "n" * 200: b"1\n", "total.py": CODE.upper()})
    base = submission.get_absolute_url()
    with open_context(browser, live_server, cast.learner.user, **look()) as context:
        page = context.new_page()
        for address in ("files/", "files/?path=total.py", "files/?path=data.bin", "changes/", "history/"):
            page.goto(base + address)
            assert axe_violations(page) == [], address
            assert not widens(page), address
        page.goto(base)
        page.get_by_role("link", name="Changes").click()
        page.get_by_role("link", name="Files", exact=True).click()
        page.get_by_role("link", name="total.py").click()
        assert "DEF TOTAL" in page.locator("pre").inner_text()
