"""Names of variables that hold credentials, so that no message shows their values."""

import re
from collections.abc import Iterator

SECRET_NAME = re.compile(
    r"(?:.*_)?(?:(?:PG|DB|USER|ROOT|ADMIN)?PASSWORD|PASSWD|PASSPHRASE|SECRET|(?:AUTH|ACCESS|API|REFRESH|BEARER)?TOKEN"
    r"|API_?KEY|ACCESS_?KEY|SECRET_?KEY|PRIVATE_?KEY|CREDENTIALS?)|(?:.*_)?(?:DB|USER|ROOT|MYSQL|SMTP|MAIL)_?(?:PASS|PWD)"
    r"|SSHPASS|REDISCLI_AUTH|_auth",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]{0,99})=(?=[^\s/])")
_VALUE = re.compile(r"\S+")
_OLD = re.compile(r"\s*(?:ENV|ARG)\s+([\w.-]{1,100})\s+[^\s/]", re.IGNORECASE)


def literal_pairs(text: str) -> Iterator[tuple[str, str]]:
    # each credential's name with the text after its `=`, up to a space
    for match in _PAIR.finditer(text):
        if SECRET_NAME.fullmatch(match[1]):
            value = _VALUE.match(text, match.end())
            yield match[1], value[0] if value else ""


def names_secret(text: str) -> bool:
    """Return True if a line, valid or not, assigns a value to such a name."""
    names = [match[1] for match in _PAIR.finditer(text)]
    old = _OLD.match(text)
    return any(SECRET_NAME.fullmatch(name) for name in [*names, *([old[1]] if old else [])])
