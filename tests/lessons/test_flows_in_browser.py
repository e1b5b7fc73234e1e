"""The text of a flow is the same size on a phone as elsewhere; with enough room, the flow is horizontal."""

import pytest

from lessons import actions
from tests.browsing import LOOKS, open_context, wide_light, widens
from tests.factories import make_lesson

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FLOWS = (
    " -> ".join(f"Step {number}" for number in range(1, 13)),
    "Dev -> Test: QA -> Test: UAT -> Production server 1\n"
    + "".join(f"Test: UAT -> Production server {number}\n" for number in range(2, 10)),
    "A step with a long name -> Another step with a long name -> A third one\nA third one -> A step with a long name",
    "build -> test -> deploy",
)
DRAWN = """() => [...document.querySelectorAll('.flow svg')].map((svg) => {
  const box = svg.getBoundingClientRect();
  const frame = svg.parentElement;
  return { scale: box.width / svg.getAttribute('width'), wide: box.width, tall: box.height,
           reachable: frame.scrollWidth <= frame.clientWidth || frame.tabIndex === 0 };
}).filter((drawing) => drawing.wide)"""


@pytest.mark.parametrize("look", LOOKS)
def test_the_text_of_a_flow_does_not_shrink(browser, live_server, look):
    source = "".join(f"::: flow\n{flow.strip()}\n:::\n\n" for flow in FLOWS)
    lesson = make_lesson(source=source, public=True)
    actions.save_lesson(lesson=lesson)
    context = open_context(browser, live_server, **look())
    page = context.new_page()
    page.goto(lesson.get_absolute_url())
    drawings = page.evaluate(DRAWN)
    assert len(drawings) == len(FLOWS)
    for drawing in drawings:
        assert drawing["scale"] == pytest.approx(1, abs=0.01), drawing
        assert drawing["reachable"], drawing
    last = drawings[-1]
    assert (last["wide"] > last["tall"]) == (look is wide_light)
    assert not widens(page)
    context.close()
