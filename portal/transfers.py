"""Transfers between clients and the web server, with limits on number, bytes and time.

Everything here runs in the event loop. A transfer must move `PIECE` bytes in each `IDLE_SECONDS`, so that
silent and trickling clients are both cut off. If there are too many transfers, or their files take too much space,
the one whose last progress is oldest ends first. There is no limit per IP address, because a whole class may
share one.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import IO

IDLE_SECONDS = 20.0
PIECE = 16 * 1024
TOTAL_SECONDS = 600.0
MAX_TRANSFERS = 1000
# Of files per process; compose gives two processes 1 GB for everything they write.
MAX_BYTES = 256 * 1024 * 1024
BEGINNING_BYTES = 4 * 1024  # enough for the ref names of an ordinary push
MEMORY_BYTES = 64 * 1024  # per transfer, before it becomes a file


class TooSlowError(Exception):
    """The client was too slow, or its transfer had to make room for others."""


class Transfer:
    """One body or response, kept in `file` until `close`."""

    def __init__(self, transfers: "Transfers") -> None:
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
        self.beginning = b""  # kept in memory for a report if the disk is full
        self.size = 0
        self._transfers = transfers
        self._moved = 0
        self._deadline = 0.0
        self._timeout = asyncio.timeout(None)

    def write(self, data: bytes) -> None:
        if len(self.beginning) < BEGINNING_BYTES:
            self.beginning += data[: BEGINNING_BYTES - len(self.beginning)]
        self.file.write(data)
        self.occupy(len(data))

    def occupy(self, size: int) -> None:
        self.size += size
        self._transfers.change_size(size)

    def close(self) -> None:
        with suppress(OSError):  # unwritten bytes on a full disk
            self.file.close()
        self.occupy(-self.size)

    @asynccontextmanager
    async def patience(self) -> AsyncIterator[None]:
        """Raise TooSlowError if `progress` is too slow, if room is needed for others, or after TOTAL_SECONDS."""
        self._deadline = asyncio.get_running_loop().time() + TOTAL_SECONDS
        self._timeout = asyncio.timeout(None)
        self._transfers.add(self)
        try:
            async with self._timeout:
                self._extend()
                yield
        except TimeoutError:
            raise TooSlowError from None
        finally:
            self._transfers.remove(self)

    def progress(self, size: int) -> None:
        self._moved += size
        if self._moved >= PIECE and self._transfers.move_to_end(self):
            self._moved = 0
            self._extend()

    def end(self) -> None:
        if not self._timeout.expired():
            self._timeout.reschedule(asyncio.get_running_loop().time())

    def _extend(self) -> None:
        now = asyncio.get_running_loop().time()
        self._timeout.reschedule(min(now + IDLE_SECONDS, self._deadline))


class Transfers:
    def __init__(self) -> None:
        self.size = 0
        self._moving: dict[Transfer, None] = {}  # least recent progress first

    def add(self, transfer: Transfer) -> None:
        if len(self._moving) >= MAX_TRANSFERS:
            self._end_slowest()
        self._moving[transfer] = None

    def remove(self, transfer: Transfer) -> None:
        self._moving.pop(transfer, None)

    def move_to_end(self, transfer: Transfer) -> bool:
        # False for a transfer that had to make room.
        if transfer not in self._moving:
            return False
        self._moving[transfer] = self._moving.pop(transfer)
        return True

    def change_size(self, size: int) -> None:
        self.size += size
        if size > 0 and self.size > MAX_BYTES:
            self._end_slowest()

    def _end_slowest(self) -> None:
        slowest = next(iter(self._moving), None)
        if slowest is not None:
            self.remove(slowest)
            slowest.end()
