"""Conversion of text to numbers and back in GitHub's expressions."""

import math
import re
from decimal import Decimal

_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_BASED = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")
_BASES = {"x": 16, "o": 8, "b": 2}
MAX_DIGITS = 250  # of a hexadecimal number; a longer one would not be finite


def number_of(text: str) -> float:
    """Convert a text as GitHub does: 0 if it is empty, NaN if it is not a number."""
    text = text.strip()
    if not text:
        return 0.0
    if _BASED.fullmatch(text):
        return float(int(text[2:], _BASES[text[1].lower()])) if len(text) < MAX_DIGITS else math.inf
    if _DECIMAL.fullmatch(text):
        return float(text)
    return {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}.get(text, math.nan)


def number_text(number: float) -> str:
    """Write a number as GitHub does: 1 for 1.0, at most 15 decimal places."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    exact = Decimal(repr(round(number, 15)))
    if not exact:
        return "0"
    if -7 < exact.adjusted() < 21:
        return format(exact.normalize(), "f")
    digits = "".join(map(str, exact.normalize().as_tuple().digits))
    sign, power = "-" * (exact < 0), exact.adjusted()
    return f"{sign}{digits[0]}{'.' * (len(digits) > 1)}{digits[1:]}e{'+' if power > 0 else '-'}{abs(power)}"
