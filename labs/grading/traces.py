"""The place where an error was raised, in a few lines for staff: no values, and no folders of the machine."""

import traceback
from pathlib import Path

from django.conf import settings

MAX_FRAMES = 8
MAX_TEXT = 2_000


def error_with_trace(error: BaseException) -> str:
    """Return the type and message of an error, then a line for each of its last frames."""
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    lines = [f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join([f"{type(error).__name__}: {error}"[:MAX_TEXT], *lines])


def _short(name: str) -> str:
    path = Path(name)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(settings.BASE_DIR)) if path.is_relative_to(settings.BASE_DIR) else path.name
