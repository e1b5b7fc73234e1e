"""Keep secrets that addresses contain out of the log."""

import logging
import re

CALENDAR = re.compile(r"(/calendar/)[^\s/?\"']+(\.ics)")


class HideCalendarTokens(logging.Filter):
    """Replace the token in the address of a personal calendar. Calendar programs cannot send it otherwise."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(self._hide(each) for each in record.args)
        record.msg = self._hide(record.msg)
        return True

    def _hide(self, value: object) -> object:
        return CALENDAR.sub(r"\1…\2", value) if isinstance(value, str) else value
