"""Ranges of numbers as exact decimals: 3.141 to 3.142 is 3.1415 ± 0.0005."""

from fractions import Fraction

from .weighing import NUMBER, Answer, plain_number


def read_number(text: str) -> Fraction | None:
    plain = plain_number(text)
    return Fraction(plain) if NUMBER.fullmatch(plain) else None


def range_answer(low: str, high: str, weight: Fraction, feedback: str = "") -> Answer | None:
    """Return the middle of a range with its tolerance, None if it is not a range."""
    first, last = read_number(low), read_number(high)
    if first is None or last is None or first > last:
        return None
    return Answer(decimal((first + last) / 2), weight, feedback, decimal((last - first) / 2))


def decimal(number: Fraction) -> str:
    # Halves and sums of decimals end, so this is exact.
    places = next((n for n in range(310) if (number * 10**n).denominator == 1), 310)
    digits = str(abs(int(number * 10**places))).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if number < 0 else text
