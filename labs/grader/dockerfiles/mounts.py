"""Check the options of `RUN --mount=…` like BuildKit, with its messages."""

import re

_TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
_SWITCHES = ("readonly", "ro", "readwrite", "rw", "required")
_SHARING = ("shared", "private", "locked")
_KEYS = (
    *("type", "from", "source", "src", "target", "dst", "destination", "size", "id", "sharing"),
    *("mode", "uid", "gid", "env", *_SWITCHES),
)
_BOOLEANS = ("1", "t", "true", "0", "f", "false")


def why_mount_refused(mount: str) -> str:
    """Return BuildKit's error for a value of `--mount`; "" if it is valid."""
    fields = [field.partition("=") for field in mount.split(",")]
    kind = next((value for key, _, value in fields if key.lower() == "type"), "bind")
    for written, equals, value in fields:
        key = written.lower()
        why = _why(key, value) if equals else _why_bare(written)
        if "$" not in value and why:
            return why
        if key not in _KEYS:
            return f"unexpected key '{written}' in '{written}{equals}{value}'"
    sharing = any(key.lower() == "sharing" for key, _, _ in fields)
    if sharing and kind.lower() != "cache" and "$" not in kind:
        return f"invalid cache sharing set for {kind} mount"
    return ""


def _why_bare(field: str) -> str:
    return "" if field.lower() in _SWITCHES else f"invalid field '{field}' must be a key=value pair"


def _why(key: str, value: str) -> str:
    if key == "type" and value.lower() not in _TYPES:
        return f'unsupported mount type "{value}"'
    if key == "sharing" and value.lower() not in _SHARING:
        return f'unsupported sharing value "{value}"'
    if key in _SWITCHES and value.lower() not in _BOOLEANS:
        return f"invalid value for {key}: {value}"
    if key in ("mode", "uid", "gid") and not re.fullmatch(r"[0-7]+" if key == "mode" else r"\d+", value):
        return f"invalid value {value} for {key}"
    return ""
