"""Keep secrets that addresses contain out of the log."""

import logging
import re

CALENDAR = re.compile(r"(/calendar/)[^\s/?\"']+(\.ics)")


class HideCalendarTokens(logging.Filter):
    """Replace the token in the address of a personal calendar. Calendar programs cannot send it otherwise."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hide, record.args))
        record.msg = _hide(record.msg)
        return True


def _hide(value: object) -> object:
    return CALENDAR.sub(r"\1…\2", value) if isinstance(value, str) else value
