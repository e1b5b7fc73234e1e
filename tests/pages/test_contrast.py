"""The contrast of every pair of colours in use, computed from tokens.css with WCAG 2.2's formula."""

import re

import pytest
from django.conf import settings

TOKENS = (settings.BASE_DIR / "static/css/tokens.css").read_text()
THEMES = ("light", "dark")

# foreground, background, the least ratio
PAIRS = [
    ("ink", "paper", 7),
    ("ink", "surface", 7),
    ("ink", "sunk", 7),
    ("ink2", "paper", 4.5),
    ("ink2", "surface", 4.5),
    ("ink2", "sunk", 4.5),
    ("accent", "paper", 4.5),
    ("accent", "surface", 4.5),
    ("accent", "accent-tint", 4.5),
    ("ink", "accent-tint", 7),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-hover", 4.5),
    ("accent", "paper", 3),
    ("rule", "paper", 3),
    ("rule", "surface", 3),
    ("focus", "paper", 3),
    ("focus", "surface", 3),
    ("focus", "sunk", 3),
    ("now-ink", "now-tint", 4.5),
    ("ink", "now-tint", 7),
    ("ok", "paper", 4.5),
    ("ok", "surface", 4.5),
    ("ok", "ok-tint", 4.5),
    ("bad", "paper", 4.5),
    ("bad", "surface", 4.5),
    ("bad", "bad-tint", 4.5),
    ("warn", "paper", 4.5),
    ("warn", "warn-tint", 4.5),
    ("run", "paper", 4.5),
    ("run", "run-tint", 4.5),
    ("idle", "idle-tint", 4.5),
    ("ink", "ok-tint", 7),
    ("ink", "bad-tint", 7),
    ("ink", "mark", 7),
    ("ink", "code-bg", 7),
    ("c-kw", "code-bg", 4.5),
    ("c-str", "code-bg", 4.5),
    ("c-num", "code-bg", 4.5),
    ("c-com", "code-bg", 4.5),
    ("c-fn", "code-bg", 4.5),
    ("c-type", "code-bg", 4.5),
    ("c-err", "code-bg", 4.5),
    ("ink", "c-del-bg", 7),
    ("ink", "c-add-bg", 7),
    ("h0-fg", "h0", 4.5),
    ("h1-fg", "h1", 4.5),
    ("h2-fg", "h2", 4.5),
    ("h3-fg", "h3", 4.5),
    ("h4-fg", "h4", 4.5),
    # ours beside that page: links on the tints of notes, glyphs on them, line numbers in excerpts
    ("accent", "ok-tint", 4.5),
    ("accent", "bad-tint", 4.5),
    ("accent", "warn-tint", 4.5),
    ("accent", "sunk", 4.5),
    ("ink2", "code-bg", 4.5),
    ("bad", "c-del-bg", 3),
]


def colours(theme: str) -> dict[str, str]:
    """Map tokens to `#RRGGBB`; `light-dark(a, b)` yields the colour of the theme."""
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", TOKENS)
    return {name: pair[THEMES.index(theme)] for name, *pair in found}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_known_colours_is_as_published():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_pair_reaches_its_contrast(front, back, least, theme):
    colour = colours(theme)
    assert contrast(colour[front], colour[back]) >= least
