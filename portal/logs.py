"""Keep secrets that addresses contain out of the log."""

import logging
import re

TOKENS = re.compile(r"(?<=/calendar/)[^\s/?\"']+(?=\.ics)|(?<=/notices/unsubscribe/)[^\s/?\"']+")


class HideTokens(logging.Filter):
    """Replace the token in the address of a personal calendar, and in the one that turns emails off.

    Calendar and mail programs cannot send it otherwise.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hide, record.args))
        record.msg = _hide(record.msg)
        return True


def _hide(value: object) -> object:
    return TOKENS.sub("…", value) if isinstance(value, str) else value
