"""Preferences for the pages of the portal, stored with the account, so they are the same on each device."""

from portal.accounts.models import Theme, User


def choose_theme(*, user: User, theme: str) -> None:
    """Save the theme; any unknown value follows the system."""
    user.theme = theme if theme in Theme else Theme.SYSTEM
    user.save(update_fields=["theme"])


def switch_shortcuts(*, user: User, is_on: bool) -> None:
    """Turn single-key shortcuts on or off."""
    user.has_shortcuts = is_on
    user.save(update_fields=["has_shortcuts"])
