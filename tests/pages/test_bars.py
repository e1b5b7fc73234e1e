from decimal import Decimal

import pytest

from lessons.templatetags.bars import bar

OPEN = '<svg class="bar" aria-hidden="true" focusable="false">'


@pytest.mark.parametrize(
    ("value", "of", "width"),
    [
        (0, 10, "0"),
        (1, 3, "33.33"),
        (Decimal("2.5"), 10, "25"),
        (10, 10, "100"),
        (11, 10, "100"),
        (0, 0, "0"),
    ],
)
def test_bar_is_as_wide_as_the_share(value, of, width):
    assert bar(value, of) == f'{OPEN}<rect width="{width}%"/></svg>'


def test_bar_has_a_tick_at_the_pass_mark():
    assert bar(1, 2, mark=70) == f'{OPEN}<rect width="50%"/><rect class="mark" x="70%"/></svg>'
