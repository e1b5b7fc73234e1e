"""Names of variables that hold credentials, so that no message shows their values."""

import re

SECRET_NAME = re.compile(
    r"(?:.*_)?(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|SECRET_?KEY|PRIVATE_?KEY|CREDENTIALS?)",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]{0,99})=(?=[^\s/])")
_OLD = re.compile(r"\s*(?:ENV|ARG)\s+([\w.-]{1,100})\s+[^\s/]", re.IGNORECASE)


def names_secret(text: str) -> bool:
    """Whether a value is given to such a name, in a line as Docker reads it or one that it refuses."""
    names = [match[1] for match in _PAIR.finditer(text)]
    old = _OLD.match(text)
    return any(SECRET_NAME.fullmatch(name) for name in [*names, *([old[1]] if old else [])])
