"""Programs that run inside the sandbox with any Python found there: standard library only, one file each."""

import pkgutil


def program(name: str) -> str:
    """Return the source of a program, for `python -I -c`; works from a zip file too."""
    return (pkgutil.get_data(__name__, f"{name}.py") or b"").decode("utf-8")
