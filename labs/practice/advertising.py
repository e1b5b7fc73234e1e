"""Advertise refs to a push without starting a git process."""

from pathlib import Path

from labs.practice import packets
from labs.repositories.ref_files import read_ids

NO_OBJECT = b"0" * 40
_CAPABILITIES = (
    b"report-status report-status-v2 delete-refs side-band-64k quiet atomic ofs-delta object-format=sha1"
)


def advertise_for_push(path: Path) -> bytes:
    """Return what `git receive-pack --http-backend-info-refs` prints, without git's version."""
    found = read_ids(path)
    names = sorted(found) or [b"capabilities^{}"]
    first, *others = [found.get(name, NO_OBJECT) + b" " + name for name in names]
    lines = [first + b"\0" + _CAPABILITIES + b"\n", *(line + b"\n" for line in others)]
    return b"".join([*map(packets.packet, lines), packets.FLUSH])


def offer_sha_256(advertised: bytes) -> bytes:
    """Return the advertisement of an empty repository that lets git send a push with SHA-256 IDs, to be refused.

    After `capabilities^{}` git would add a line of its own. `.have` names what a client may leave out: nothing.
    """
    if b" capabilities^{}\0" not in advertised:
        return advertised
    line = NO_OBJECT + b" .have\0" + _CAPABILITIES + b" object-format=sha256\n"
    return packets.packet(line) + packets.FLUSH
