"""The publish gate in use, and the pages that it lets through."""

import re

import pytest
from playwright.sync_api import expect

from lessons.models import Lesson
from tests.authoring.conftest import change_address, save
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_learner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.heavy]

FAULTY = "## Steps\n\n#### Too deep\n\nRead [here](https://git-scm.com/).\n\n```\ngit status\n```\n"
MENDED = FAULTY.replace("####", "###").replace("[here]", "[the manual]").replace("```\ngit", "```bash\ngit")
LONG = "+".join(f"a_{{{number}}}" for number in range(60))
RICH = f"""\
## Formulas

The mean is $`\\bar{{x}}`$, and a long one in a line is $`{LONG}`$.

```math
{LONG}
```

```math
\\begin{{aligned}} a &= \\frac{{b}}{{c}} \\\\
d + e &= \\begin{{cases}} 1 & x > 0 \\\\ 0 & \\text{{otherwise}} \\end{{cases}} \\end{{aligned}}
```

```math
\\begin{{array}}{{|l|r|}} \\hline 1 & 22 \\\\ \\hline 333 & 4 \\\\ \\hline \\end{{array}}
\\quad \\boxed{{x}} \\quad \\cancel{{y}}
```

::: video
[Git in five minutes](https://www.youtube.com/watch?v=x)
:::

Term
: Its meaning.

A footnote[^1].

[^1]: Its text with $`x^2`$.
"""


def selected(field) -> str:
    return field.evaluate(
        "({value, selectionStart, selectionEnd}) => value.slice(selectionStart, selectionEnd)"
    )


def test_an_error_leads_to_its_line_is_mended_and_published(tab, lesson):
    Lesson.objects.update(status="draft")
    tab.goto(change_address(lesson))
    field = tab.locator("textarea[data-kind]")
    field.fill(FAULTY)
    tab.get_by_label("Status:").select_option("Published")
    tab.get_by_role("button", name="Save", exact=True).click()
    errors = tab.locator(".errorlist")
    expect(errors).to_contain_text("Line 3: This heading skips a level")
    expect(errors).to_contain_text("Line 5: “here” does not say where the link leads")
    assert Lesson.objects.get().status == "draft"
    errors.get_by_role("link", name="Line 3").click()
    assert selected(field) == "#### Too deep"
    notes = tab.locator(".editor-notes")
    expect(notes).to_contain_text("2 problems to fix before you publish")
    expect(notes).to_contain_text("Line 7: This code block has no language")
    assert tab.faults == []
    for options in (small_dark(), wide_light()):
        tab.set_viewport_size(options["viewport"])
        tab.emulate_media(color_scheme=options["color_scheme"])
        assert axe_violations(tab) == []
        assert not widens(tab)
    tab.faults.clear()  # axe itself sets inline styles, which the policy blocks
    field.fill(MENDED)
    expect(notes.locator(".problems")).to_have_count(0)
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator(".band.ok")).to_contain_text("was changed successfully")
    assert Lesson.objects.get().status == "published"


def test_a_file_is_attached_and_a_learner_downloads_it(tab, browser, live_server, course, lesson):
    tab.goto(change_address(lesson))
    field = tab.locator("textarea[data-kind]")
    field.fill("Take this: ")
    field.press("ControlOrMeta+End")
    chosen = {"name": "reviews.csv", "mimeType": "text/csv", "buffer": b"stars,text\n"}
    tab.locator("input[type=file]").set_input_files(chosen)
    expect(field).to_have_value(
        re.compile(r"\[reviews\.csv \(11 bytes\)\]\(/media/files/\w{32}/reviews\.csv\)")
    )
    assert selected(field) == "reviews.csv (11 bytes)"
    tab.keyboard.type("The reviews")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.locator(".band.ok")).to_contain_text("was changed successfully")
    context = open_context(browser, live_server, make_learner(course).user)
    page = context.new_page()
    page.goto(lesson.get_absolute_url())
    with page.expect_download() as download:
        page.get_by_role("link", name="The reviews").click()
    assert download.value.suggested_filename == "reviews.csv"
    assert download.value.path().read_bytes() == b"stars,text\n"
    context.close()


@pytest.mark.parametrize("options", [small_dark(), wide_light()], ids=["small and dark", "wide and light"])
def test_formulas_and_cards_fit_and_wide_ones_scroll(browser, live_server, course, lesson, options):
    save(lesson, RICH)
    assert Lesson.objects.get().html.count("<math") == 6
    context = open_context(browser, live_server, make_learner(course).user, **options)
    page = context.new_page()
    elsewhere, faults = [], []
    page.on(
        "request", lambda request: request.url.startswith(live_server.url) or elsewhere.append(request.url)
    )
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(lesson.get_absolute_url())
    wide = page.get_by_role("region", name="Formula", exact=True)
    expect(wide).to_be_visible()
    scrolls = "element => element.scrollWidth > element.clientWidth"
    assert wide.evaluate(scrolls)
    assert page.get_by_role("group", name="Formula").evaluate(scrolls)
    assert not widens(page)
    above, below = (page.locator("mfrac > *").nth(number).bounding_box() for number in (0, 1))
    assert above["y"] + above["height"] <= below["y"]  # drawn as a fraction, not as two letters
    cell, last = (
        page.locator(name).first.bounding_box() for name in ("mtd.right", "mtd.right > :last-child")
    )
    assert cell["x"] + cell["width"] - last["x"] - last["width"] < 2  # aligned with the row below
    assert axe_violations(page) == []
    assert (elsewhere, faults) == ([], [])
    context.close()
