"""Refuse long but guessable passwords without asking another service."""

from functools import cache
from itertools import pairwise

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from portal.accounts.models import User

MAX_JUDGED = 256  # characters: if this much of a password is weak, the rest does not help
MIN_DIFFERENT = 5
MIN_SURPRISES = 5
MAX_JOINED = 3  # four unrelated words are a good password
MAX_COMMON = 33  # characters, the longest in the list
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
    """Refuse repetitions, keyboard and alphabet sequences, and common passwords with additions.

    No list of leaked passwords is used: a complete one is some 20 GB, and asking a service would disclose
    something about each password and make sign-up depend on it. The most frequently leaked ones are in
    Django's list of some 20,000 common passwords; simple variations of those are refused too.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        if why := why_guessable(password):
            raise ValidationError(f"{why} Try four unrelated words.", code="guessable")

    def get_help_text(self) -> str:
        return "Avoid repetition, keyboard sequences, and common passwords with digits added."


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
        return "This password is mostly a sequence from the alphabet, the digits or a keyboard."
    words = bare_words(text)
    if any(word in common_passwords() for word in words):
        return "This is a common password with characters added."
    if any(is_joined(word, MAX_JOINED) for word in words):
        return "This is two or three common passwords in a row."
    return ""


def repeated_part(text: str) -> str:
    # The shortest prefix that yields the whole text when repeated; the last repetition may be cut short.
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


def bare_words(text: str) -> set[str]:
    # Attackers first try the words without the digits and symbols around them or between their letters.
    words = set()
    for spelt in (text, text.translate(LOOKALIKES)):
        words |= {spelt.strip("0123456789 !@#$%^&*()-_=+.,?"), "".join(filter(str.isalpha, spelt))}
    return words | {repeated_part(word) for word in words}


def is_joined(word: str, max_words: int) -> bool:
    common = common_passwords()
    if word in common:
        return True
    return max_words > 1 and any(
        word[:length] in common and is_joined(word[length:], max_words - 1)
        for length in range(1, min(len(word), MAX_COMMON + 1))
    )


@cache
def common_passwords() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)
