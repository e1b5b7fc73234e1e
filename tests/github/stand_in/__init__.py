"""A stand-in for GitHub: repositories, REST, OAuth and webhooks. README.md has its API.

It imports only the standard library, so that `make github` runs it without Django.
"""

from .server import Exchange, GitHub, open_folder, start

__all__ = ["Exchange", "GitHub", "open_folder", "start"]
