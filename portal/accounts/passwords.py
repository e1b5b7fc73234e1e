"""Refuse long passwords that are easy to guess, without asking another service."""

from functools import cache
from itertools import pairwise

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from portal.accounts.models import User

MAX_JUDGED = 256  # of a longer one the beginning is judged: it is good enough, or no length makes it so
MIN_DIFFERENT = 5
MIN_SURPRISES = 5
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    *("qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"),
    *("!@#$%^&*()", "qwertzuiop", "azertyuiop", "qsdfghjklm", "wxcvbn"),
    *("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/"),
    *("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
)
NEIGHBOURS = {pair for row in ROWS for one, other in pairwise(row) for pair in (one + other, other + one)}
LOOKALIKES = str.maketrans("013457@$!", "oleastasi")


class GuessableValidator:
    """Refuse repeats, rows of the keyboard or the alphabet, and common passwords with something put around them."""

    def validate(self, password: str, user: User | None = None) -> None:
        if why := why_guessable(password):
            raise ValidationError(f"{why} Use three or four unrelated words, for example.", code="guessable")

    def get_help_text(self) -> str:
        return "No repeats, no rows of keys, no common password with digits added."


def why_guessable(password: str) -> str:
    """Return the reason in one sentence, "" for an acceptable password."""
    text = password[:MAX_JUDGED].casefold()
    if len(set(text)) < MIN_DIFFERENT:
        return f"This password uses fewer than {MIN_DIFFERENT} different characters."
    if not any(letter.isalpha() for letter in text):
        return "This password has no letters."
    if len(repeated_part(text)) <= len(text) / 2:
        return "This password repeats itself."
    if surprises(text) < MIN_SURPRISES:
        return "This password follows the alphabet, the digits or the rows of a keyboard."
    if is_common_with_additions(text):
        return "This is a common password with something added."
    return ""


def repeated_part(text: str) -> str:
    """The shortest beginning that makes up the whole when it is repeated; the last time may be cut short."""
    lengths = range(1, len(text))
    length = next((n for n in lengths if text.startswith(text[n:])), len(text))
    return text[:length]


def surprises(text: str) -> int:
    """Count the characters that neither repeat nor neighbour one of the two before them."""
    return sum(
        not any(
            letter == before or letter + before in NEIGHBOURS for before in text[max(0, place - 2) : place]
        )
        for place, letter in enumerate(text)
    )


def is_common_with_additions(text: str) -> bool:
    common = common_passwords()
    for spelt in (text, text.translate(LOOKALIKES)):
        words = {spelt.strip("0123456789 !@#$%^&*()-_=+.,?"), "".join(filter(str.isalpha, spelt))}
        # All the digits and signs around a word, or in it, leave what is guessed first.
        words |= {repeated_part(word) for word in words}
        if any(word in common for word in words):
            return True
    return False


@cache
def common_passwords() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)
