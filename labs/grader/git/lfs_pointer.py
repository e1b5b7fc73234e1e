"""The Git LFS pointer that is stored in place of a file."""

import re

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\r?\n(?:ext-\d-\S+ sha256:[0-9a-f]{64}\r?\n)*"
    rb"oid sha256:[0-9a-f]{64}\r?\nsize (\d{1,18})\s*"
)
_MAX_BYTES = 1024


def pointed_size(content: bytes | None) -> int | None:
    """Return the size in bytes that a pointer names; None if the text is not a pointer."""
    if content is None or len(content) > _MAX_BYTES:
        return None
    pointer = _POINTER.fullmatch(content)
    return int(pointer[1]) if pointer else None
