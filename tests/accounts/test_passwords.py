"""W12: accepted and refused passwords."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from portal.accounts.models import User
from portal.accounts.passwords import MAX_JUDGED

LETTERS = "This password has no letters. Try four unrelated words."
FEW = "This password uses fewer than 5 different characters. Try four unrelated words."
REPEATS = "This password repeats itself. Try four unrelated words."
ROWS = "This password is mostly a sequence from the alphabet, the digits or a keyboard. Try four unrelated words."
COMMON = "This is a common password with characters added. Try four unrelated words."
JOINED = "This is two or three common passwords in a row. Try four unrelated words."
REFUSED = {
    "123456789012": LETTERS,
    "987654321098": LETTERS,
    "2026-11-28 12:00": LETTERS,
    "aaaaaaaaaaaa": FEW,
    "            ": FEW,
    "abababababab": FEW,
    "aaaabbbbcccc": FEW,
    "passwordpassword": REPEATS,
    "trustno1trustno1": REPEATS,
    "blue7blue7bl": REPEATS,
    "qwertyuiop12": ROWS,
    "asdfghjkl;'1": ROWS,
    "poiuytrewqas": ROWS,
    "1q2w3e4r5t6y": ROWS,
    "1qaz2wsx3edc": ROWS,
    "abcdefghijkl": ROWS,
    "zyxwvutsrqpo": ROWS,
    "qwerty 123456": ROWS,
    "йцукенгшщзхъ": ROWS,
    "P@ssw0rd2026!": COMMON,
    "password1234": COMMON,
    "letmein!12345": COMMON,
    "123monkey2024": COMMON,
    "Football-2026": COMMON,
    "dragon-dragon": COMMON,
    "passwordqwerty": JOINED,
    "footballbaseball": JOINED,
    "monkey1dragon2": JOINED,
    "monkeydragon12": JOINED,
    "ILoveYouForever": JOINED,
    "i love you forever": JOINED,
    "P@ssw0rdQwerty": JOINED,
    "!!Dragon-Master-2026": JOINED,
    "trustno1sunshine": JOINED,
    "summerwinterdragon": JOINED,
    "passwordqwerty-passwordqwerty": JOINED,
    "short": "This password is too short. It must contain at least 12 characters.",
    "first.person@example.org": "similar",
}
TAKEN = [
    "correct horse battery",
    "three-words-here",
    "purple tractor window anchor",
    "purpletractorwindowanchor",
    "candle-river-orange-monkey",
    "football pays my rent",
    "passwordsheepladder",
    "dragonfruit on mondays",
    "vT9#qLm2xR7p",
    "qwzxjkvpmbyt",
    "мой дядя самых честных правил",
    "x1" * 8 + " and a long sentence after it",
    ("lamp river ten " * 9)[:64] + "orange",
    "".join(chr(0x4E00 + 7 * n) for n in range(64)),
    "a long line " + "".join(f"{n} words, " for n in range(300)),
]


@pytest.mark.parametrize(("password", "why"), REFUSED.items())
def test_password_that_is_tried_first_is_refused_with_its_reason(password, why):
    """W12."""
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(email="first.person@example.org"))
    assert why in " ".join(refused.value.messages)


@pytest.mark.parametrize("password", TAKEN)
def test_other_long_password_is_accepted_whatever_its_length_and_letters(password):
    """W12."""
    validate_password(password, User(email="first.person@example.org"))


def test_password_of_a_megabyte_is_judged_by_its_beginning():
    """Only the beginning is judged, so that no length costs more."""
    beginning = "".join(chr(0x4E00 + 7 * n) for n in range(MAX_JUDGED))
    validate_password(beginning + "a" * 1_000_000)
