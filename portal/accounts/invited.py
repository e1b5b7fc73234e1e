"""Invitations that a visitor follows. The app that has them registers how one is found and accepted."""

from collections.abc import Callable

from portal.accounts.models import User

Accept = Callable[[User], None]
# Takes the address of the page that comes after sign-up. Returns how a new account accepts the invitation there.
FindInvitation = Callable[[str], Accept | None]
_finders: list[FindInvitation] = []


def register_invitations(find: FindInvitation) -> None:
    _finders.append(find)


def find_invitation(address: str) -> Accept | None:
    return next((accept for find in _finders if (accept := find(address))), None)
