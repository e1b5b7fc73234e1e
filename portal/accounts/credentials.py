"""Callbacks that run when a user's password changes or account is closed.

Apps register them, because accounts imports no other app.
"""

from collections.abc import Callable

from portal.accounts.models import User

EndCredentials = Callable[[User, str], None]
_endings: list[EndCredentials] = []


def on_credentials_end(end: EndCredentials) -> None:
    """Register `end(user, why)`, called when a password changes or an account is closed."""
    _endings.append(end)


def end_credentials(user: User, why: str) -> None:
    for end in _endings:
        end(user, why)


class PasswordChange:
    """A password validator, because Django notifies validators of every new password.

    A rehash after Django raised its iterations is not a new password.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Accept any password."""

    def get_help_text(self) -> str:
        return ""

    def password_changed(self, password: str, user: User | None = None) -> None:
        if user is not None:
            end_credentials(user, "the password was changed")
