"""Tell other packages of a new report. `labs/apps.py` registers them, because grading imports nothing above it."""

import logging
from collections.abc import Callable

from labs.models import Report

logger = logging.getLogger(__name__)

Listener = Callable[[Report], None]
_listeners: list[Listener] = []


def on_report(listener: Listener) -> None:
    """Call `listener` with each new report, in the transaction that stores it.

    It must write in a savepoint of its own: an exception is logged, and the report is stored all the same.
    """
    _listeners.append(listener)


def announce(report: Report) -> None:
    for listener in _listeners:
        try:
            listener(report)
        except Exception:
            logger.exception("report %s was stored, but %s failed", report.pk, listener.__qualname__)
