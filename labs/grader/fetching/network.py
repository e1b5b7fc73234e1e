"""Resolve a host's name once: git connects to the very addresses that were checked."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from ..words import quoted
from .refusals import FetchRefusedError

LOOK_UP_SECONDS = 4.0
_EMBEDDING = tuple(
    map(ipaddress.IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
)


def look_up(host: str, port: int) -> Collection[str]:
    """Return all addresses of a host; empty if the name does not exist or nobody answers in time."""
    found: set[str] = set()
    asking = threading.Thread(target=_ask, args=(host, port, found), daemon=True)
    asking.start()
    asking.join(LOOK_UP_SECONDS)
    return frozenset(found.copy())


def _ask(host: str, port: int, found: set[str]) -> None:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return
    found.update(str(answer[4][0]) for answer in answers)


@dataclass(frozen=True)
class Network:
    """Name resolution and trust. `trusted` addresses need not be global; only tests set them.

    `ca_file` has the authorities to trust instead of the system's, readable by the uid that fetches. `token` opens a
    private repository; git gets it in its environment, and sends it only to the URL of that repository.
    """

    resolve: Callable[[str, int], Collection[str]] = look_up
    trusted: frozenset[str] = frozenset()
    ca_file: Path | None = None
    token: str = field(default="", repr=False)

    def pin(self, host: str) -> str:
        """Return `host:port:address,address` for curl. Raises FetchRefusedError unless every address is public."""
        name, _, port = host.partition(":")
        addresses = sorted(self.resolve(name, int(port or 443)))
        if not addresses:
            raise FetchRefusedError("dead_host", f"{quoted(name)} could not be resolved. Submit again later.")
        if not all(address in self.trusted or is_public(address) for address in addresses):
            raise FetchRefusedError(
                "host_not_public",
                f"{quoted(name)} resolves to an IP address that is not public, which is not allowed.",
            )
        return f"{name}:{port or 443}:{','.join(addresses)}"


INTERNET = Network()


def is_public(address: str) -> bool:
    """True if an address is globally reachable and embeds no other address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # with a zone (fe80::1%eth0), or none at all
        return False
    hides = ip.version == 6 and any(ip in network for network in _EMBEDDING)
    return ip.is_global and not ip.is_multicast and not hides
