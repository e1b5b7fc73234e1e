"""Write ZIP files of limited size, one after the other."""

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

COPY_BYTES = 1 << 20


class TooLargeError(Exception):
    """The file would exceed the limit for all files together."""


class ZipParts:
    """ZIP files `name-1.zip`, `name-2.zip` and so on in a folder, each of about `part_bytes`.

    A single larger file gets a part of its own. `size` are the bytes written so far.
    """

    def __init__(self, folder: Path, name: str, *, part_bytes: int, max_bytes: int) -> None:
        self.folder, self.name = folder, name
        self.part_bytes, self.max_bytes = part_bytes, max_bytes
        self.paths: list[Path] = []
        self._open: zipfile.ZipFile | None = None

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for path in self.paths)

    def add(self, name: str, content: IO[bytes]) -> None:
        """Add a file. Raises TooLargeError, and leaves everything as it was."""
        size = content.seek(0, 2)
        content.seek(0)
        if self.size + size > self.max_bytes:
            raise TooLargeError
        if self._open is None or self.paths[-1].stat().st_size + size > self.part_bytes:
            self._begin()
        with self.entry(name) as target:
            shutil.copyfileobj(content, target, COPY_BYTES)

    @contextmanager
    def entry(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file in the current part, to write it piece by piece. Raises TooLargeError at its end."""
        archive = self._open or self._begin()
        with archive.open(name, "w", force_zip64=True) as target:
            yield target
        if self.size > self.max_bytes:
            raise TooLargeError

    def _begin(self) -> zipfile.ZipFile:
        self.close()
        self.paths.append(self.folder / f"{self.name}-{len(self.paths) + 1}.zip")
        self._open = zipfile.ZipFile(self.paths[-1], "w", zipfile.ZIP_DEFLATED, strict_timestamps=False)
        return self._open

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
