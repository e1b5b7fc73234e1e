"""Read the body of a message and check its signature, in constant time and always with the same work."""

import hashlib
import hmac
import re
import tempfile
from collections.abc import Sequence
from typing import IO, Protocol

MAX_BYTES = 25 * 1024 * 1024  # GitHub sends no larger payload
SECRETS = 2  # checked for each message, so that a hook in rotation, or an unknown one, costs the same time
_CHUNK = 1 << 16
_IN_MEMORY = 1 << 18
_HEADER = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)
_NOBODY = b"\0" * 32


class BodyTooLargeError(Exception):
    """The body is larger than MAX_BYTES."""


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_signed(source: Readable, secrets: Sequence[bytes], header: str) -> tuple[IO[bytes], bool]:
    """Return the body as a file at position 0, and True if `header` is its HMAC with one of the secrets.

    Raises BodyTooLargeError.
    """
    padded = [*secrets, *[_NOBODY] * (SECRETS - len(secrets))]
    macs = [hmac.new(secret, digestmod=hashlib.sha256) for secret in padded]
    body: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    size = 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            body.close()
            raise BodyTooLargeError
        body.write(chunk)
        for mac in macs:
            mac.update(chunk)
    body.seek(0)
    found = _HEADER.fullmatch(header)
    given = bytes.fromhex(found[1]) if found else _NOBODY
    # no early exit
    equal = [hmac.compare_digest(mac.digest(), given) for mac in macs]
    return body, found is not None and any(equal[: len(secrets)])
