"""Read INI sections and values with the standard library, without interpolation."""

import configparser
import re
from decimal import Decimal

from ..words import quoted

_NUMBER = re.compile(r"[+-]?(\d{1,400}(\.\d*)?|\.\d+)([eE][+-]?\d{1,6})?")
_BLANKS = re.compile(r"[^\S\n]{101}")  # the standard library's pattern takes quadratic time in their number
_NO_DEFAULTS = "\0"  # a section that no file can have, so that [DEFAULT] is an ordinary one
_WORDS = {"true": True, "false": False}


class IniError(Exception):
    """The text is not valid INI; `line` counts from 1."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.message, self.line = message, line


def read_ini(text: str) -> dict[str, dict[str, object]]:
    """Return sections with keys (case matters) and values: true, false, numbers, else text; None for a bare key.

    Raises IniError, also for duplicates.
    """
    parser = configparser.ConfigParser(
        interpolation=None, default_section=_NO_DEFAULTS, allow_no_value=True, empty_lines_in_values=False
    )
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # configparser's way
    if blanks := _BLANKS.search(text):
        raise IniError("a line has more than 100 spaces in a row", text.count("\n", 0, blanks.start()) + 1)
    try:
        parser.read_string(text)
    except configparser.DuplicateOptionError as error:
        raise IniError(f"duplicate key {quoted(error.option)}", error.lineno) from None
    except configparser.DuplicateSectionError as error:
        raise IniError(f"duplicate section {quoted(error.section)}", error.lineno) from None
    except configparser.MissingSectionHeaderError as error:
        raise IniError("the first line must be a section header such as `[name]`", error.lineno) from None
    except configparser.ParsingError as error:
        raise IniError(
            "a line is not a section header, `key = value` or a comment", error.errors[0][0]
        ) from None
    return {name: {key: _typed(value) for key, value in parser.items(name)} for name in parser.sections()}


def _typed(value: str | None) -> object:
    if value is None:
        return None
    if _NUMBER.fullmatch(value):
        return Decimal(value)
    return _WORDS.get(value.lower(), value)
