"""Times that have passed, in words."""

from datetime import datetime, timedelta


def in_words(passed: timedelta) -> str:
    """Return “3 min”, “2 h 15 min” or “4 days”."""
    minutes = max(0, int(passed.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{minutes // (24 * 60)} days"


def age(since: datetime | None, now: datetime) -> str:
    return in_words(now - since) if since else ""
