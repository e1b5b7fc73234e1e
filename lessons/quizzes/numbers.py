"""Read numbers as people type them, and suggest what to type instead of invalid ones.

The same rule applies to learners and authors. A dot is the decimal point. A comma is the decimal comma,
except between one to three digits and exactly three, as in 1,234, where it groups digits. If there are two
kinds of separator, or one occurs twice, there is no ambiguity: the last kind is the decimal one. Groups have
three digits, or two before the last three, as in India.
"""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from .typed import DASHES, INVISIBLE, LONG_DASHES, SINGLE_QUOTES, SPACES

# Python converts at most 4,300 digits; a learner's text is shorter, an author's need not be.
MAX_DIGITS = 1000
MAX_WRITTEN_OUT = 60  # characters; a number in words, a fraction or a power is no longer than this
SIGNS = {
    **dict.fromkeys(DASHES + LONG_DASHES, "-"),
    **dict.fromkeys(SINGLE_QUOTES, "'"),
    **dict.fromkeys("⁺＋﹢", "+"),
    "．": ".",
    "，": ",",
    "٫": ".",
    "٬": ",",
    "⁄": "/",
    "％": "%",
    "：": ":",
    "⁻": "-",
    "½": " 1/2",
    "¼": " 1/4",
    "¾": " 3/4",
    "⅓": " 1/3",
    "⅔": " 2/3",
}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
# Exponents have at most two digits, so that no answer expands to a million digits.
POWER = r"(?:[eE]|\s?[x×·⋅*]\s?10\s?\^\s?)(?P<power>[+-]?[0-9]{1,2})"
NUMBER = re.compile(rf"(?P<sign>[+-]?)\s?(?P<body>[0-9][0-9.,' ]*|[.,][0-9]+)(?:{POWER})?")
GROUPED = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")

WORDS = [
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
]
MORE_WORDS = {
    "none": 0,
    "once": 1,
    "twice": 2,
    "half": 0.5,
    "dozen": 12,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
}
IN_DIGITS = {
    **{word: str(value) for value, word in enumerate(WORDS)},
    **{word: str(value) for word, value in MORE_WORDS.items()},
}
FRACTION = re.compile(r"[+-]?[0-9]{1,6}\s?/\s?[0-9]{1,6}")
CLOCK = re.compile(r"[0-9]{1,2}\s?[:h]\s?[0-9]{2}(?::[0-9]{2})?\s?(?:[ap]\.?m\.?|h|o'clock)?", re.IGNORECASE)
WITH_UNIT = re.compile(
    r"(?P<before>(?:about|approx\.?|around|roughly|ca\.?|\w+\s?=|[^\w\s.,+-]|(?:rs|usd|eur|inr|no)\.?)*\s*)"
    r"(?P<number>[+-]?\s?(?:[0-9][0-9.,']*|[.,][0-9]+)(?:\s[0-9]{3}(?![0-9]))*(?:[eE][+-]?[0-9]{1,2})?)"
    r"(?P<after>\s*[^\s0-9+'-][^0-9]*)?",
    re.IGNORECASE,
)

SCALES = {
    **dict.fromkeys(("k", "thousand", "thousands"), 10**3),
    **dict.fromkeys(("lakh", "lakhs", "lac", "lacs"), 10**5),
    **dict.fromkeys(("mn", "mio", "million", "millions"), 10**6),
    **dict.fromkeys(("cr", "crore", "crores"), 10**7),
    **dict.fromkeys(("bn", "billion", "billions"), 10**9),
    **dict.fromkeys(("tn", "trillion", "trillions"), 10**12),
}
SCALED = re.compile(
    rf"(?P<number>.*[0-9]) ?(?:(?P<million>M)|(?P<scale>{'|'.join(SCALES)}))\b\.?", re.IGNORECASE
)
MIXED = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,6}) (?P<fraction>[0-9]{1,6}/[0-9]{1,6})")
POWERED = re.compile(r"(?P<base>[0-9]{1,3}) ?(?:\^|\*\*) ?(?P<power>[0-9]{1,2})")
SIGN_IN_WORDS = re.compile(r"(?P<sign>minus|negative|plus) (?P<number>.+)", re.IGNORECASE)
TENS_AND_ONES = re.compile(r"(?P<tens>[a-z]+ty)[ -]?(?P<ones>one|two|three|four|five|six|seven|eight|nine)")

# Units that leave no doubt that a number is meant, before or after it: percent and money.
CERTAIN_UNITS = {
    ("", "%"),
    ("", "percent"),
    *((sign, "") for sign in "$€£¥₹"),
    *(("", sign) for sign in "$€£¥₹"),
}


@dataclass(frozen=True)
class Number:
    """`plain` is the number in digits with a decimal point, `typed` the text as written."""

    typed: str
    plain: str

    @property
    def value(self) -> Fraction:
        return Fraction(self.plain)


def read(text: str) -> Number | None:
    """Return the number in `text`, None if it is not a number."""
    typed = _unify(text)
    found = NUMBER.fullmatch(typed) if len(typed) <= MAX_DIGITS else None
    body = _digits(found["body"].strip()) if found else None
    if not found or body is None:
        return None
    body = f"0{body}" if body.startswith(".") else body
    power = f"e{found['power']}" if found["power"] else ""
    return Number(typed, f"{found['sign']}{body}{power}")


def describe(text: str) -> str:
    """Explain how an ambiguous number is read; "" if it is read as typed."""
    number = read(text)
    if number is None:
        return ""
    if EITHER.fullmatch(number.typed):
        sign = number.typed[-4]
        if sign == ".":
            whole = number.plain.replace(".", "")
            return (
                f"We read the dot in {number.typed} as a decimal point. For the whole number, enter {whole}."
            )
        decimal = number.typed.replace(",", ".")
        return f"We read {number.typed} as {number.plain}. For the decimal number, enter {decimal}."
    as_usual = number.typed.replace("E", "e").replace(" ", "", number.typed[:1] in "+-").rstrip(".,")
    return (
        ""
        if number.plain.removeprefix("0") == as_usual.removeprefix("0")
        else (f"We read {number.typed} as {number.plain}.")
    )


def suggest_number(text: str) -> str:
    """Suggest what to type instead of `text`, which is not a number."""
    typed = _unify(text)
    shown = typed if len(typed) <= 40 else f"{typed[:40]}…"
    word = typed.lower().rstrip(".!")
    if word in IN_DIGITS:
        return f"“{shown}” is a word. Enter the number in digits: {IN_DIGITS[word]}"
    if in_digits := _digits_of_words(typed):
        return f"Enter “{shown}” as one number in digits: {in_digits}"
    if CLOCK.fullmatch(typed):
        hour = re.split("[:h]", typed, flags=re.IGNORECASE)[0].strip()
        return f"“{shown}” is a time of day. Enter one number, such as {hour}"
    if FRACTION.fullmatch(typed):
        return f"“{shown}” is a fraction. Enter a decimal number, such as {_decimal(typed)}"
    if (found := WITH_UNIT.fullmatch(typed)) and (number := read(found["number"])):
        return f"“{shown}” contains more than a number. Enter only the number: {number.plain}"
    if NUMBER.fullmatch(typed) and len(typed) <= MAX_DIGITS:
        return f"The separators in “{shown}” can’t be read. Use at most one decimal point, as in 1234.5"
    if re.fullmatch(r"[+-]?[0-9_]+", typed):
        return f"“{shown}” has underscores. Enter only the digits: {typed.replace('_', '')}"
    if re.fullmatch(r"[+-]?[0-9.,]+[eE][+-]?[0-9]{3,}", typed) or len(typed) > MAX_DIGITS:
        return f"“{shown}” is too long or too large. Use at most two digits after the e"
    return f"“{shown}” is not a number. Enter one number in digits, such as 3 or 0.5"


def _digits_of_words(typed: str) -> str:
    # Digits of a number written with words, a fraction or a power; "" for any other text.
    if len(typed) > MAX_WRITTEN_OUT:
        return ""
    if found := SIGN_IN_WORDS.fullmatch(typed):
        number = read(found["number"])
        digits = number.plain if number else IN_DIGITS.get(found["number"].lower())
        digits = digits or _digits_of_words(found["number"])
        is_signed_twice = digits.startswith(("+", "-"))
        sign = "" if found["sign"].lower() == "plus" else "-"
        return f"{sign}{digits}" if digits and not is_signed_twice else ""
    if (found := TENS_AND_ONES.fullmatch(typed.lower())) and found["tens"] in IN_DIGITS:
        return str(int(IN_DIGITS[found["tens"]]) + int(IN_DIGITS[found["ones"]]))
    if found := MIXED.fullmatch(typed):
        above, below = (int(part) for part in found["fraction"].split("/"))
        return f"{found['sign']}{_in_digits(int(found['whole']) + Fraction(above, below))}" if below else ""
    if found := POWERED.fullmatch(typed):
        return str(int(found["base"]) ** int(found["power"]))
    if (found := SCALED.fullmatch(typed)) and (number := read(found["number"])):
        if found["million"] == "m":  # metres or minutes
            return ""
        return _in_digits(number.value * (10**6 if found["million"] else SCALES[found["scale"].lower()]))
    return ""


def _in_digits(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.12g}"


def meant_by(text: str) -> tuple[str, bool] | None:
    """Return the number that an author's text may mean, and whether it is certain; None if there is none."""
    typed = _unify(text)
    word = typed.lower()
    if word in IN_DIGITS:
        return IN_DIGITS[word], False
    if in_digits := _digits_of_words(typed):
        return in_digits, False
    if typed.count(".") > 2:  # an IP address
        return None
    if number := read(text):
        return number.plain, typed.count(".") < 2  # two dots may be a version
    if CLOCK.fullmatch(typed):
        return re.split("[:h]", typed, flags=re.IGNORECASE)[0].strip(), False
    if FRACTION.fullmatch(typed):
        return _decimal(typed), True
    found = WITH_UNIT.fullmatch(typed)
    number = read(found["number"]) if found else None
    if found and number:
        return number.plain, (found["before"].strip(), (found["after"] or "").strip()) in CERTAIN_UNITS
    return None


def _unify(text: str) -> str:
    # Replaces lookalike signs and the digits of other scripts, and collapses spaces.
    text = INVISIBLE.sub("", text)
    text = RAISED.sub(lambda found: "^" + found[0].translate(SUPERSCRIPTS), text)
    text = "".join(SIGNS.get(sign) or _digit(sign) for sign in SPACES.sub(" ", text))
    return " ".join(text.split())


def _digit(sign: str) -> str:
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)


def _digits(body: str) -> str | None:
    # At most one dot in the result; None if the separators are inconsistent.
    for sign in ".,":  # punctuation of a sentence
        body = body.removesuffix(sign) if body.count(sign) == 1 else body
    separators = [sign for sign in body if not sign.isdigit()]
    kinds = list(dict.fromkeys(separators))
    if not kinds:
        return body
    if len(kinds) == 1:
        sign = kinds[0]
        is_decimal = len(separators) == 1 and (sign == "." or (sign == "," and not GROUPED.fullmatch(body)))
        return body.replace(",", ".") if is_decimal else _ungroup(body, sign)
    if len(kinds) > 2 or separators.count(kinds[1]) > 1 or kinds[1] not in ".," or separators[-1] != kinds[1]:
        return None
    whole, _, rest = body.partition(kinds[1])
    digits = _ungroup(whole, kinds[0])
    return f"{digits}.{rest}" if digits and rest else digits


def _ungroup(text: str, sign: str) -> str | None:
    first, *groups, last = text.split(sign)
    sizes = {len(group) for group in groups}
    western = sizes <= {3} and 1 <= len(first) <= 3
    indian = sizes == {2} and 1 <= len(first) <= 2
    return "".join((first, *groups, last)) if len(last) == 3 and (western or indian) else None


def _decimal(fraction: str) -> str:
    above, below = (int(part) for part in fraction.replace(" ", "").split("/"))
    return f"{above / below:.4g}" if below else "0.5"
