"""Packets of the Git protocol: read the commands of a push, add our own lines to the answer.

The formats are those of gitprotocol-common(5) and gitprotocol-pack(5). A packet starts with its length in four
hexadecimal digits; "0000" ends a list. On a side-band the first byte is the channel: 1 is git's data, 2 is shown in the
terminal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

FLUSH = b"0000"
MAX_PACKET = 65_520
MAX_COMMANDS = 50_000  # of one push; git's client wants an answer to each of them
MAX_TEXT = 990  # of one packet on the narrower of the two side-bands


class MalformedError(Exception):
    """The bytes are not valid packets."""


@dataclass(frozen=True)
class PushRequest:
    """The refs that a push would change, with their new object IDs, and the client's capabilities."""

    commands: tuple[tuple[bytes, bytes], ...]
    capabilities: frozenset[str]

    @property
    def reads_messages(self) -> bool:
        return "side-band-64k" in self.capabilities

    @property
    def refs(self) -> list[bytes]:
        return [ref for _, ref in self.commands]

    @property
    def brings_objects(self) -> bool:
        """Return False for a push that only deletes refs: no pack follows."""
        return any(new.strip(b"0") for new, _ in self.commands)

    def apply_to(self, names: Iterable[bytes]) -> set[bytes]:
        deleted = {ref for new, ref in self.commands if not new.strip(b"0")}
        return set(names).union(self.refs) - deleted


def packet(data: bytes) -> bytes:
    return b"%04x" % (len(data) + 4) + data


def message(text: str) -> bytes:
    """Return one line for the terminal, where git shows it after "remote: ", without control characters."""
    line = "".join(character for character in text if character.isprintable()) + "\n"
    data = line.encode("utf-8", "replace")
    pieces = (data[at : at + MAX_TEXT] for at in range(0, len(data), MAX_TEXT))
    return b"".join(packet(b"\x02" + piece) for piece in pieces)


def error(text: str) -> bytes:
    """Return the whole answer to a refused request; git shows it after "fatal: remote error: "."""
    return packet(b"ERR " + text.encode())


def read_push(body: IO[bytes], *, is_whole: bool = True) -> PushRequest:
    """Read the commands before the pack, at most MAX_COMMANDS, and rewind the file. Raises MalformedError.

    If `is_whole` is false, the body may end in the middle of them.
    """
    commands: list[tuple[bytes, bytes]] = []
    capabilities = b""
    try:
        while len(commands) < MAX_COMMANDS and (line := _read_packet(body)) is not None:
            line, _, more = line.partition(b"\0")
            capabilities = capabilities or more
            words = line.rstrip(b"\n").split(b" ", 2)
            if len(words) == 3:  # "shallow" lines have two words
                commands.append((words[1], words[2]))
    except MalformedError:
        if is_whole or not commands:
            raise
    body.seek(0)
    return PushRequest(tuple(commands), frozenset(capabilities.decode("utf-8", "replace").split()))


def is_unpacked(answer: IO[bytes]) -> bool:
    # the file is rewound afterwards
    return says(answer, b"unpack ok\n")


def says(answer: IO[bytes], words: bytes) -> bool:
    beginning = answer.read(1 << 16)
    answer.seek(0)
    return words in beginning


def _read_packet(body: IO[bytes]) -> bytes | None:
    try:
        length = int(body.read(4), 16)
    except ValueError:
        raise MalformedError("a packet does not start with its length") from None
    if length == 0:
        return None
    data = body.read(length - 4) if 4 <= length <= MAX_PACKET else b""
    if len(data) != length - 4:
        raise MalformedError("a packet is shorter than its length")
    return data


def refusal(push: PushRequest, reason: str, lines: list[str]) -> bytes:
    """Return the answer to a push that was refused whole: `reason` for each ref, `lines` for the terminal."""
    text = reason.encode()
    report = [
        packet(b"unpack %s\n" % text),
        *(packet(b"ng %s %s\n" % (ref, text)) for ref in push.refs),
        FLUSH,
    ]
    reported = b"".join(report) if "report-status" in " ".join(push.capabilities) else b""
    if not push.reads_messages:
        return reported
    pieces = (reported[at : at + MAX_PACKET - 5] for at in range(0, len(reported), MAX_PACKET - 5))
    return b"".join([*map(message, lines), *(packet(b"\x01" + piece) for piece in pieces), FLUSH])
