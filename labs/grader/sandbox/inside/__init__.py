"""Programs that run inside the sandbox, by whatever Python is there: standard library alone, each a file by itself."""

import pkgutil


def program(name: str) -> str:
    """The text of one of them, for `python -I -c`; also out of a zip file."""
    return (pkgutil.get_data(__name__, f"{name}.py") or b"").decode("utf-8")
